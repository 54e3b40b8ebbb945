"""What people call a place: by words, by ZIP, and which one locality of a release that is."""
