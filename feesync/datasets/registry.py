"""The datasets. A refresh, an import, `status` and the cache loop over them."""

from __future__ import annotations

from collections.abc import Iterable

from feesync.datasets.dataset import Dataset
from feesync.datasets.rvu.dataset import RelativeValueFiles
from feesync.datasets.zip_locality.dataset import ZipLocality
from feesync.errors import InvalidInputError
from feesync.model.reading import excerpt, text

DATASETS: tuple[Dataset, ...] = (RelativeValueFiles(), ZipLocality())
"""The datasets in the order in which a refresh brings them. A zip without files of any is refused
in the words of the first."""


def owner(label: str) -> Dataset:
    """Return the dataset of an offer or a download with a label; the first, where none owns it."""
    return next((dataset for dataset in DATASETS if dataset.owns(label)), DATASETS[0])


def asked_for(flags: Iterable[str]) -> tuple[Dataset, ...]:
    """Return the datasets that a refresh brings: those without a flag, and those of some flags.

    Raises:
        InvalidInputError: a flag belongs to no dataset.
    """
    names = {text("datasets", flag) for flag in flags}
    choices = {dataset.flag.name for dataset in DATASETS if dataset.flag}
    for name in sorted(names - choices):
        raise InvalidInputError(
            f"{excerpt(name)} is no dataset; there are {', '.join(sorted(choices))}"
        )
    return tuple(
        dataset for dataset in DATASETS if dataset.flag is None or dataset.flag.name in names
    )


def read_checks(names: Iterable[str]) -> frozenset[str]:
    """Return the names of checks that are to be set aside.

    Raises:
        InvalidInputError: there is no such check, or it cannot be set aside.
    """
    checks = [text("without_checks", name) for name in names]
    choices = [name for dataset in DATASETS for name in dataset.checks()]
    for name in checks:
        if name not in choices:
            raise InvalidInputError(
                f"{excerpt(name)} is no check that can be set aside; there are {', '.join(choices)}"
            )
    return frozenset(checks)
