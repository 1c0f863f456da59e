"""How the clinic's staff learn of an escalation: alerts by webhook and by e-mail, which say that and never what."""
