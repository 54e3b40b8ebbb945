"""The `feesync` command, as `python -m feesync` too.

Interrupted, it says so, even while it is still being imported.
"""

import gc
import sys

_FEW_COLLECTIONS = 50_000
"""Modules are no garbage: a start makes fewer objects than that, and nobody looks through them."""


def main() -> None:
    """Run the command line and exit."""
    gc.set_threshold(_FEW_COLLECTIONS)
    try:
        from feesync.cli import main as command

        command()
    except KeyboardInterrupt:
        sys.stderr.write("feesync: interrupted\n")
        sys.exit(130)


if __name__ == "__main__":
    main()
