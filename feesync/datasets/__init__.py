"""One package a CMS publication: how its files are checked and loaded into the database."""
