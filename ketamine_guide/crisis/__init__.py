"""The crisis screen: who discloses suicidal thoughts, self-harm or an attempt, their own or somebody else's."""
