"""Large files of remittances, made of a small one; how fast they are read, and audited.

    python benchmarks/remittances.py [LINES] [--audit LINES] [--db DATABASE]

Prints service lines a second of processor time, beside the floor: the package that reads the file,
asked for every element of every segment and no record made. Memory is this process's peak, less
what it had before. Then it prints how many lines a second `audit` reads, prices and judges, in a
file of --audit lines (20,000; 0 for none). DATABASE has the release of the file's days.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

LOCALITY = "01112-05"
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


def peak() -> float:
    """Return the most memory that this process has had, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure_reading(path: Path) -> None:
    """Print how fast a file is read."""
    import oxedi

    from feesync.x12.era import remittances as read

    before, start = peak(), time.process_time()
    found = sum(len(claim.services) for one in read(path) for claim in one.payments)
    reading, most = time.process_time() - start, peak() - before
    start = time.process_time()
    document = oxedi.parse_file(path).document
    for index in range(len(document)):
        _ = document[index].id, document[index].elements
    floor = time.process_time() - start
    print(
        f"read: {path.stat().st_size / 1e6:.0f} MB, {found:,} service lines: "
        f"{found / reading:,.0f} a second, {reading / floor:.1f} times the floor; "
        f"{most:.0f} MiB of memory"
    )


def measure_audit(path: Path, database: Path | None) -> None:
    """Print how fast the lines of a file are priced and judged."""
    import feesync

    start = time.process_time()
    found = feesync.audit(path, locality=LOCALITY, db=database)
    spent = time.process_time() - start
    print(f"audit: {len(found.lines):,} service lines: {len(found.lines) / spent:,.0f} a second")


def write(path: Path, lines: int) -> None:
    """Write a file of remittances."""
    with path.open("wb") as file:
        file.writelines(remittances(lines))


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description="Measure how fast remittances are read, audited.")
    parser.add_argument("lines", nargs="?", type=int, default=200_000, help="of the file to read")
    parser.add_argument("--audit", type=int, default=20_000, help="lines of the file to audit")
    parser.add_argument("--db", type=Path, help="a database; by default that of feesync")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "large.835"
        write(path, given.lines)
        measure_reading(path)
        if given.audit:
            write(path, given.audit)
            measure_audit(path, given.db)


if __name__ == "__main__":
    main()
