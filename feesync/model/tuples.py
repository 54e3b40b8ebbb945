"""Values of NamedTuple classes without a call of Python code, for those that every line makes.

The class itself makes a value by a function of Python, which knows names and defaults; for the
values of a line that would be a tenth of an estimate.
"""

tuple_of = tuple.__new__
"""Return a value of a NamedTuple class, given the class and a tuple of all fields in order."""
