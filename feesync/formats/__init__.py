"""CMS's files: bytes in, typed records out.

Each module knows one file and refuses what it does not know.
"""
