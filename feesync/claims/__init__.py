"""The lines of a claim as callers give them, and the answer for all of them together."""
