"""The fee schedule on a day and in a place: rates, and the notes on them."""
