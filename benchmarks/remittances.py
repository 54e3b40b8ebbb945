"""Large files of remittances, made of a small one; how fast, in how much memory they are read.

    python benchmarks/remittances.py [LINES]

Prints service lines a second of processor time, beside the floor: the package that reads the file,
asked for every element of every segment and no record made. Memory is this process's peak, less
what it had before.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

SMALL = Path(__file__).parent.parent / "tests/fixtures/x12/base.835"


def remittances(lines: int, claims: int = 5_000, small: Path = SMALL) -> Iterator[bytes]:
    """Yield the bytes of a file of remittances, a transaction at a time.

    Its claims are those of a small file, numbered anew; its transactions balance as that one does.

    Args:
        lines: how many service lines it has at least.
        claims: how many claims a transaction has at least; Medicare sends some thousand.
        small: a file of one transaction.
    """
    segments = [segment.strip() for segment in small.read_bytes().split(b"~") if segment.strip()]
    start = next(at for at, segment in enumerate(segments) if segment.startswith(b"CLP"))
    end = next(at for at, segment in enumerate(segments) if segment.startswith(b"SE*"))
    envelope, header, body = segments[:2], segments[2:start], segments[start:end]
    group, paid = segments[1].split(b"*")[6], header[1].split(b"*")[2]
    in_body = sum(segment.startswith(b"SVC") for segment in body)
    claims_in_body = sum(segment.startswith(b"CLP") for segment in body)
    times = -(-lines // in_body)
    most = max(1, claims // claims_in_body)
    numbers = count(1)
    yield _text(envelope)
    transactions = 0
    while times:
        repeated = min(times, most)
        times -= repeated
        transactions += 1
        control = b"%04d" % transactions
        total = int(paid.replace(b".", b"")) * repeated
        whole = [b"ST*835*" + control, *header[1:]]
        whole[1] = header[1].replace(b"*" + paid + b"*", b"*%d.%02d*" % divmod(total, 100), 1)
        for _ in range(repeated):
            whole += (
                _numbered(segment, next(numbers)) if segment.startswith(b"CLP") else segment
                for segment in body
            )
        yield _text([*whole, b"SE*%d*%s" % (len(whole) + 1, control)])
    interchange = envelope[0].split(b"*")[13]
    yield _text([b"GE*%d*%s" % (transactions, group), b"IEA*1*" + interchange])


def _numbered(claim: bytes, number: int) -> bytes:
    """Return CLP with another claim number, of the provider and of the payer."""
    elements = claim.split(b"*")
    elements[1], elements[7] = b"C%09d" % number, b"ICN%09d" % number
    return b"*".join(elements)


def _text(segments: list[bytes]) -> bytes:
    return b"".join(segment + b"~\n" for segment in segments)


def main() -> None:
    """Measure."""
    import oxedi

    from feesync.remittance.era import remittances as read

    lines = int(sys.argv[1]) if sys.argv[1:] else 200_000
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "large.835"
        with path.open("wb") as file:
            file.writelines(remittances(lines))
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        start = time.process_time()
        found = sum(
            len(claim.services) for remittance in read(path) for claim in remittance.payments
        )
        reading = time.process_time() - start
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        start = time.process_time()
        document = oxedi.parse_file(path).document
        for index in range(len(document)):
            _ = document[index].id, document[index].elements
        floor = time.process_time() - start
        print(
            f"{path.stat().st_size / 1e6:.0f} MB, {found:,} service lines: "
            f"{found / reading:,.0f} a second, {reading / floor:.1f} times the floor; "
            f"{peak / 1024:.0f} MB of memory"
        )


if __name__ == "__main__":
    main()
