"""The plausibility checks of a release, by itself and against other releases.

Each check is a small object with a name.
"""
