"""From what people call a place, a key, a name or a ZIP, to the one locality that it means."""
