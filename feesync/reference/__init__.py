"""The tables of data/: facts with a source column each, and the releases that CMS is known to have published."""
