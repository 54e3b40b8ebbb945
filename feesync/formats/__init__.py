"""CMS's files: bytes in, typed records out.

Each module reads one kind of file, and refuses a layout that it does not know.
"""
