"""The tables of data/.

Facts with a source column each, and the releases that CMS is known to have published.
"""
