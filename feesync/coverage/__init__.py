"""Coverage policy of facet joint lines: notes and a billing sheet, which never change a price.

`facts` reads the tables of data/coverage, whose rows have their sources; `notes` applies them to
lines, `sheet` lists them for one code. Out of scope: other services, and the price (pricing).
"""
