"""CMS's publications, one package for each: how its files are found, checked and loaded."""
