"""Talk to cms.gov: find out which files it offers, and download them.

Out of scope: what is in a file (formats).
"""
