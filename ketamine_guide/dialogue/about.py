"""What a channel is told of a reply beside its words: what it is, so that no channel has to guess from them."""

from __future__ import annotations

# The key in the response. Rasa keeps what it doesn't know there as the bot event's metadata, and hands it to the
# channel's `send_response` at the message's top level (3.6.21). Its fields: `kind` (answer, reply, crisis or check_in),
# `lang`, `urgent` (a life may be in danger), and `crisis_lines`: how many of the last lines say where help is, in the
# language `crisis_lang`; and `introduced`, when its first line is the introduction.
ABOUT = "about"

# What an action gives with a response that is not the first of its replies to a message.
GOES_ON = "goes_on"
