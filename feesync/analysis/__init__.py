"""Beside a single price: a line elsewhere, over the years, and from one release to another.

And the charts of those.
"""
