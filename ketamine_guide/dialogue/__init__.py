"""How replies are put together."""
