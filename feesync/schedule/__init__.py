"""The fee schedule of a day and a place: rates, and what is to be said of them."""
