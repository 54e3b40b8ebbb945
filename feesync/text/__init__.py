"""Answers as people read them: sentences and tables, for the terminal and for an assistant."""
