"""The datasets that there are. What a refresh, an import, a status or the cache does, it does for each."""

from __future__ import annotations

from collections.abc import Iterable

from feesync.datasets.dataset import Dataset
from feesync.datasets.rvu.dataset import RelativeValueFiles
from feesync.datasets.zip_locality.dataset import ZipLocality
from feesync.errors import InvalidInputError
from feesync.model.reading import shown, text

DATASETS: tuple[Dataset, ...] = (RelativeValueFiles(), ZipLocality())
"""In the order in which a refresh brings them.

A zip that holds nothing of the others is refused in the words of the first.
"""


def owner(label: str) -> Dataset:
    """Return the dataset of an offer or a download of a label; the first, where none owns it."""
    return next((dataset for dataset in DATASETS if dataset.owns(label)), DATASETS[0])


def asked_for(flags: Iterable[str]) -> tuple[Dataset, ...]:
    """Return the datasets that a refresh brings: those of everyone, and those of some flags.

    Raises:
        InvalidInputError: a flag is that of no dataset.
    """
    given = {text("datasets", flag) for flag in flags}
    there = {dataset.flag.name for dataset in DATASETS if dataset.flag}
    for flag in sorted(given - there):
        raise InvalidInputError(
            f"{shown(flag)} is no dataset; there are {', '.join(sorted(there))}"
        )
    return tuple(
        dataset for dataset in DATASETS if dataset.flag is None or dataset.flag.name in given
    )


def read_checks(names: Iterable[str]) -> frozenset[str]:
    """Return names of checks that are to be set aside.

    Raises:
        InvalidInputError: one is no such check.
    """
    given = [text("without_checks", name) for name in names]
    there = [name for dataset in DATASETS for name in dataset.checks()]
    for name in given:
        if name not in there:
            raise InvalidInputError(
                f"{shown(name)} is no check that can be set aside; there are {', '.join(there)}"
            )
    return frozenset(given)
