"""From a patient's words to a topic: the Rasa components of `config.yml`, and the pure parts behind them."""
