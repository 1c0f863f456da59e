"""The SMS channel: the clinic's number that patients text. `docs/sms.md` tells how a gateway is connected."""
