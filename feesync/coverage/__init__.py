"""What coverage policy says about facet joint lines.

Notes that inform beside a price and never change it.

The facts are tables of data/coverage, each row with its source; `facts` reads them, `notes` holds
lines against them. Out of scope: any other service, and the price (pricing).
"""
