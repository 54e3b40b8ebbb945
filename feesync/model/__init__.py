"""The words of the field as values: money, codes, labels, dates, places, rates, notes.

No file and no database.
"""
