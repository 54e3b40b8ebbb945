"""`python -m feesync` is the `feesync` command."""

from feesync.cli import main

main()
