"""The lines of a claim as callers give them, and the answers for them."""
