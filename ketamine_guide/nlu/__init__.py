"""Understanding: from a patient's words to a topic. The Rasa components of `config.yml`, and the pure parts behind them."""
