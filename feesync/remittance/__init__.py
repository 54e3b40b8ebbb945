"""Remittances (X12 835) and professional claims (X12 837P): files in, records out."""
