"""What is kept beside Rasa's own conversations."""
