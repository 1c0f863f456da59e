"""What the guide can say: topics of the document, other intents, and the document's facts, read from `data/`."""
