"""How Medicare prices a line.

Pure functions over a rate and a line, one small module per family of rules.

They know no database and no file. `program.program` puts them in CMS's order, `claim.claim` prices
lines beside each other.
"""
