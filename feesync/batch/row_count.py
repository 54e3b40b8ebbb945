"""How many rows a text has, counted in its bytes: a check upon the engine's reader.

The engine drops a row whose line is longer than its buffer, and says nothing. Out of scope: reading
the rows (intake, plain).
"""

from __future__ import annotations

from feesync.batch import plain
from feesync.batch.claim_file import ClaimFile

_CHUNK = 1 << 20
_BLANKS = b" \t\r\n\x1a"


def has_rows(claims: ClaimFile, count: int) -> bool:
    """Tell whether a text in UTF-8 has some number of rows below its header.

    The ends of lines outside quotes are counted; only where that is another number, because of
    blank lines or of quotes that quote nothing, the rows are read.

    Raises:
        InvalidInputError: the text is cut short, or has a line that is too long.
    """
    header = claims.before + claims.height
    return _line_count(claims) - header == count or sum(1 for _ in plain.rows(claims)) == count


def _line_count(claims: ClaimFile) -> int:
    """Return how many lines a text has, those within quotes and blank ones at its end left out."""
    ends, returns, is_quoted = 0, 0, False
    tail = b""
    with claims.bytes() as file:
        while chunk := file.read(_CHUNK):
            tail = chunk if chunk.strip(_BLANKS) else tail + chunk
            if not is_quoted and b'"' not in chunk:
                ends += chunk.count(b"\n")
                returns += 0 if ends else chunk.count(b"\r")
                continue
            parts = chunk.split(b'"')
            bare = b'"'.join(parts[is_quoted::2])
            ends += bare.count(b"\n")
            returns += 0 if ends else bare.count(b"\r")
            is_quoted ^= len(parts) % 2 == 0
    after = tail[len(tail.rstrip(_BLANKS)) :]
    end = b"\n" if ends else b"\r"
    return (ends or returns) + 1 - after.count(end)
