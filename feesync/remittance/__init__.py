"""Remittances audited: what a payer decided, held against what it should have allowed."""
