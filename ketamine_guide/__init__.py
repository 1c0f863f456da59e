"""The code behind the Ketamine Treatment Guide. Pure functions decide; Rasa components and actions call them."""
