"""X12 files: remittances (835) and professional claims (837P) in, records out."""
