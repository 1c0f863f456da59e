"""The custom actions, one a file, each file named as its action. `rasa run actions` finds them all here."""
