"""Files: bytes in, records out.

Each module reads one kind of CMS's files, and refuses a layout that it does not know; `table` reads
the tables of callers.
"""
