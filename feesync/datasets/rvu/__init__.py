"""The PFS relative value files: a release is checked by itself and against others, and loaded."""
