"""What the readers of remittances and of claims share: a file's transactions, and its findings.

Out of scope: what a transaction says (era, submitted).
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, Generic, TypeVar

from feesync.errors import InvalidInputError, one_line
from feesync.x12.findings import sentence, transaction_set
from feesync.x12.records import Finding, Remittance, Submission
from feesync.x12.transactions import MOST_CLAIMS, Part, Transactions

Record = TypeVar("Record", Remittance, Submission)


class Reader(Generic[Record]):
    """A file that is being read; a class of its own for each kind of transaction.

    Attributes:
        WHAT: what is read, as `remittance (835)`.
        CLAIM: name of the segment that begins a claim.
        MOST_CLAIMS: claims of a part; None for whole transactions.
        file: index of the file, for records and findings.
    """

    WHAT: str
    CLAIM: bytes
    MOST_CLAIMS: int | None = MOST_CLAIMS

    def __init__(self, stream: BinaryIO, file: int) -> None:
        self.file = file
        self._transactions = Transactions(stream, file, self.CLAIM, self.MOST_CLAIMS)

    @abstractmethod
    def reads(self, part: Part) -> bool:
        """Tell whether a transaction is of the kind that is read."""

    @abstractmethod
    def record(self, part: Part) -> Record:
        """Return the record of a transaction or of a part of one, without its findings."""

    def finds(self, position: int, path: str, rule: str, *, refused: bool = False) -> None:
        """Note what is wrong: a rule of `findings.RULES` at a segment of the file."""
        self._transactions.findings.append(Finding(self.file, position, path, rule, refused))

    def records(self, name: str) -> Iterator[Record]:
        """Yield the records; the last one has the findings after all transactions too.

        Args:
            name: the file's, for the error.

        Raises:
            InvalidInputError: it has none.
        """
        last: Record | None = None
        others: set[str] = set()
        for part in self._transactions:
            if not self.reads(part):
                others.add(transaction_set(part.kind, part.version))
                self.finds(part.first, "ST01", "another-transaction-set", refused=True)
                continue
            if last is not None:
                yield last
            last = self._with_findings(self.record(part))
        if last is None:
            raise InvalidInputError(f"{name}: {self._reason(others)}")
        yield self._with_findings(last)

    def _with_findings(self, record: Record) -> Record:
        """Return a record with what has been found since the last time."""
        findings: list[Finding] = self._transactions.findings
        found = sorted((*record.findings, *findings), key=lambda finding: finding.segment)
        findings.clear()
        return record._replace(findings=tuple(found))

    def _reason(self, others: set[str]) -> str:
        """Return why a file has no record."""
        if others:
            return f"holds no {self.WHAT}, but {', '.join(sorted(others))}"
        if not self._transactions.position:
            return "is no X12 file: it does not begin with an interchange header (ISA)"
        findings = self._transactions.findings
        first = f"; {sentence(findings[0])}" if findings else ""
        return f"no claims found: no transaction of it is a {self.WHAT}{first}"


def records_of(
    path: str | Path,
    file: int,
    reader: Callable[[BinaryIO, int], Reader[Record]],
    name: str = "",
) -> Iterator[Record]:
    """Yield the records of a file.

    Args:
        path: the file.
        file: its index among the files of a run.
        reader: makes the reader of an open file.
        name: what errors call the file; by default its own name.

    Raises:
        InvalidInputError: the file cannot be opened, or has no record.
    """
    name = name or one_line(Path(path).name)
    try:
        with Path(path).open("rb") as stream:
            yield from reader(stream, file).records(name)
    except OSError as error:
        raise InvalidInputError(f"{name}: {error.strerror or 'cannot be read'}") from None
