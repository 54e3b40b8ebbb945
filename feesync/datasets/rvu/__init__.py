"""The PFS relative value files.

A release is held against itself and against what is known, and loaded.
"""
