"""Whether a release is believed: of itself, and beside the releases that are known.

Each check is a small object with a name.
"""
