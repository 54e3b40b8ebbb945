"""What changed between two releases, or two revisions of one."""
