"""The PFS relative value files: a release is held against itself and against what is known, and loaded."""
