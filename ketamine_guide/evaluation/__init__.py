"""Measures what the guide answers: the sets it is asked, how a reply is judged, the figures, and the page."""
