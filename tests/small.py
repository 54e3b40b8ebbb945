"""feesync with room for the small releases of the fixtures, also as a command.

`python tests/small.py import rvu25d.zip`.

CMS's files have 17,600 rows and more, and a file of fewer than 14,000 is refused as cut; the
fixtures have eighty, in which the indicators have other shares.
"""

from feesync.datasets.rvu.checks import suite
from feesync.datasets.rvu.checks.policies import PolicyShares
from feesync.datasets.rvu.checks.rows import RowMinimum

ROWS = RowMinimum(nonqp=1, qp=1)


def checks():
    """The checks of a release itself, with the least number of rows of the fixtures."""
    return tuple(
        ROWS if isinstance(check, RowMinimum) else check
        for check in suite.OF_ITSELF
        if not isinstance(check, PolicyShares)
    )


if __name__ == "__main__":
    from feesync.cli import main

    suite.OF_ITSELF = checks()
    main()
