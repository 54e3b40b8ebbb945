"""The words of the field as values: money, codes, labels, dates, places, rates, notes.

Nothing here reads a file or a database.
"""
