"""What all commands have in common.

Options given twice, the database that is named, files to write, and what stood in.
"""



