"""How patients reach the guide: the web channel's server side. What decides is pure; `web.py` acts."""
