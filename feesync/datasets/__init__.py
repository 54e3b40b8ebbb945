"""What CMS publishes, a package a publication: where it is found, how its files are checked and loaded."""
