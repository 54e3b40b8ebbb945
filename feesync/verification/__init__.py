"""Verify the rates against CMS's own payment files."""
