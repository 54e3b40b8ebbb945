"""Talking to cms.gov: what it offers, and bringing it here.

Bytes only: what is in a file is the business of formats.
"""
