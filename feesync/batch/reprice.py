"""`feesync.reprice`: files of claims in, the same lines with what Medicare allows out.

Out of scope: the command (cli), and the run itself (job).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import date as Date
from decimal import Decimal
from typing import Any

from feesync.batch.job import Group, read_job
from feesync.batch.repricing import Repricing
from feesync.claims.arguments import Percent
from feesync.model.rate import Setting
from feesync.pricing.practitioner import PHYSICIAN


def reprice(
    claims: Any,  # noqa: ANN401 - of any library
    output: str | os.PathLike[str] | None = None,
    *,
    columns: Mapping[str, str] | None = None,
    group: str = Group.CLAIM,
    locality: str | None = None,
    setting: Setting | str = Setting.NONFACILITY,
    pos: str | int | None = None,
    practitioner: str = PHYSICIAN,
    nonpar: bool = False,
    qp: bool = False,
    date: Date | str | None = None,
    percent: Percent | None = None,
    of_year: int | None = None,
    conversion_factor: Decimal | int | str | None = None,
    workers: int | None = None,
    memory: str | None = None,
    force: bool = False,
    db: str | os.PathLike[str] | None = None,
) -> Repricing:
    """Price files of claims: the lines come out in their order with what Medicare allows.

    The amounts are those of `estimate` and `estimate_claim`. A line that cannot be priced comes out
    with its reason, and its claim's other lines are priced without it. Files may be larger than
    memory. Needs the extra `batch`.

    A column is known by its name, whatever its case, or a usual spelling of it: claim_id, line,
    date, hcpcs, modifiers (or mod1 to mod4), locality (or mac and locality, or zip), pos or
    setting, units, charge, practitioner, nonpar, qp, deductible, patient, tin, npi and
    paid_allowed, what the payer allowed. Needed are hcpcs, date and a place. All others are carried
    through.

    Args:
        claims: a CSV file (also gzip or zstd), a Parquet file, a workbook or an X12 837P file; a
            pattern such as `claims/*.csv`, or a list of files, whose columns are joined by name; or
            a frame, or anything else with an Arrow stream.
        output: a file that ends in .csv, .csv.gz, .csv.zst or .parquet; it appears whole or not at
            all, and only its owner can read it. By default the answer has the rows.
        columns: names of columns of the claims that are not known, and ours: `{"svc_dt": "date"}`.
        group: which lines are priced together, of one day and practitioner (by `npi` and by kind):
            those of a `claim`, of a `patient`, those of a patient's practitioners with one `tin`
            too (imaging and therapy), or each `line` by itself.
        locality: the place of lines that name none, as for `estimate`.
        setting: of lines that have neither a place of service nor a setting.
        pos: the place of service of such lines.
        practitioner: who bills lines that do not say.
        nonpar: whether practitioners do not participate, where lines do not say.
        qp: whether they are qualifying APM participants, where lines do not say.
        date: date of service of lines that have none; there is no default.
        percent: of a contract that pays all lines in the place of Medicare, its percentage of what
            Medicare allows, or those of codes and ranges of codes, as for `estimate`.
        of_year: the year whose rates it names: those of its newest loaded release.
        conversion_factor: the payer's own, in place of Medicare's.
        workers: how many processes and threads to use; by default one a processor, at most 8.
        memory: the most that the tables may take of this machine's, 850MB by default; what exceeds
            it goes to temporary files. Each worker takes some 100 MB besides.
        force: whether an existing file is replaced.
        db: path of the database; the embedded snapshot answers for what it lacks.

    Returns:
        Counts and sums; with the rows where no file has them.

    Raises:
        InvalidInputError: an argument cannot be read, a file cannot be read or lacks a column that
            is needed, or the output exists, or ends otherwise.
        LocalityError: the place of lines that name none is unknown or ambiguous.
        NoReleaseError: no release of a contract's year is loaded.
        MissingExtraError: the package that it needs is not installed.
        StoreError: the database cannot be read.
        OSError: the file cannot be written.
    """
    job = read_job(
        claims,
        output,
        columns=columns,
        group=group,
        locality=locality,
        setting=setting,
        pos=pos,
        practitioner=practitioner,
        nonpar=nonpar,
        qp=qp,
        date=date,
        percent=percent,
        of_year=of_year,
        conversion_factor=conversion_factor,
        workers=workers,
        memory=memory,
        force=force,
        db=db,
    )
    return job.run()
