"""Keeping a database as CMS has it.

Which releases, one run, what it did, and when the last one succeeded.
"""
