"""The `feesync` command, also as `python -m feesync`.

Ctrl-C ends it with one line, even while it is still being imported.
"""

import gc
import sys

_COLLECTION_THRESHOLD = 500_000
"""Neither a start nor the rows of a release are garbage, and both make fewer objects than this."""


def main() -> None:
    """Run the command line and exit."""
    gc.set_threshold(_COLLECTION_THRESHOLD)
    try:
        from feesync.cli import main as command

        command()
    except KeyboardInterrupt:
        sys.stderr.write("feesync: interrupted\n")
        sys.exit(130)
    finally:
        gc.freeze()  # the interpreter need not look for garbage on its way out


if __name__ == "__main__":
    main()
