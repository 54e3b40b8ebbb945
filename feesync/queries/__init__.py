"""What may be asked, by name: the catalogue behind the API, the pages and an assistant's tools."""
