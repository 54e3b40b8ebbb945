"""Prices beside each other: a line in many places, over the releases; and the charts of both."""
