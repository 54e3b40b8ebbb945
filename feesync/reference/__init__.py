"""The tables of data/: facts with their sources, among them the releases that CMS has published."""
