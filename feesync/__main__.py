"""The `feesync` command, as `python -m feesync` too.

Interrupted, it says so, even while it is still being imported.
"""

import sys


def main() -> None:
    """Run the command line and exit."""
    try:
        from feesync.cli import main as command

        command()
    except KeyboardInterrupt:
        sys.stderr.write("feesync: interrupted\n")
        sys.exit(130)


if __name__ == "__main__":
    main()
