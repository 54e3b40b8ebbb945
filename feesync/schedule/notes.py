"""Notes on the release, the conversion factor and the ZIP behind an answer."""

from __future__ import annotations

from datetime import date

from feesync.model.label import FIRST_QP_YEAR
from feesync.model.locality import Locality
from feesync.model.note import Note
from feesync.model.release import ACCEPTED_CHANGE, Release
from feesync.model.zip_code import ZipPlace
from feesync.schedule.quote import Quote
from feesync.schedule.rates import FeeSchedule


def notes(schedule: FeeSchedule, quote: Quote, day: date, *, qp: bool) -> list[Note]:
    """Return the notes on the release and the conversion factor behind a rate.

    Args:
        schedule: what answered.
        quote: the rate with its release.
        day: date of service.
        qp: whether the factor of a qualifying APM participant was asked for.
    """
    rate, release, place, exact, by_zip = quote
    if exact and not (qp or by_zip or release.reference_factors or release.checks_set_aside):
        return []
    capped = rate.opps_mp_rvu is not None
    items = release_notes(schedule, release, rate.basis, day, qp=qp, capped=capped)
    return [*items, zip_note(release, place, by_zip, day)] if by_zip else items


def release_notes(
    schedule: FeeSchedule, release: Release, basis: str, day: date | None, *, qp: bool, capped: bool
) -> list[Note]:
    """Return the notes on a release that answers for many rates.

    Args:
        schedule: what answered.
        release: the release.
        basis: whose conversion factor was used, `nonqp` or `qp`.
        day: date of service; None where the release itself was asked for.
        qp: whether the factor of a qualifying APM participant was asked for.
        capped: whether OPPS cap columns are part of the answer.
    """
    items = acceptance_notes(release) if release.checks_set_aside else []
    if day and not release.covers(day):
        hint = schedule.remedy(day)
        year = f" --year {hint.year}" if hint.year else ""
        remedy = hint.reason or (
            f"'feesync sync{year}' brings the exact one, or 'feesync import' of a zip from cms.gov"
        )
        text = (
            f"No loaded release covers {day}; {release.label} of the same year and conversion "
            f"factor answers. {remedy}."
        )
        items.append(Note.warning("nearest-release", text, "feesync"))
    if qp and release.year < FIRST_QP_YEAR:
        items.append(
            Note.info(
                "qp-before-2026",
                "Before 2026 there is one conversion factor for all.",
                "PFS final rule for 2026",
            )
        )
    if basis in release.reference_factors:
        caps = ", and the OPPS cap columns are the nonQPP file's" if capped else ""
        text = (
            f"{release.label} was read without its QPP file; its qp conversion factor is "
            f"feesync's reference data{caps}."
        )
        items.append(Note.info("qp-reference-factor", text, "data/reference/release_catalogue.csv"))
    return items


def acceptance_notes(release: Release) -> list[Note]:
    """Return the notes on a check that was set aside, or a change that was accepted, at loading."""
    items = []
    if names := ", ".join(name for name in release.checks_set_aside if name != ACCEPTED_CHANGE):
        text = (
            f"{release.label} failed a check of its own files that was set aside ({names}); "
            "'feesync status' says what it found."
        )
        items.append(Note.warning("check-set-aside", text, "feesync"))
    if ACCEPTED_CHANGE in release.checks_set_aside:
        text = (
            f"{release.label} differs more from what was known than is believed, which was "
            "accepted; 'feesync status' says how."
        )
        items.append(Note.warning("accepted-change", text, "feesync"))
    return items


def zip_note(release: Release, place: Locality, by: ZipPlace, day: date) -> Note:
    """Return the note on which file gives a ZIP its locality.

    It is a warning where CMS has divided the state anew between the file and the release.
    """
    text = f"ZIP {by.code} lies in {place.key} by CMS's {by.file}"
    text += "." if by.of_the_day else f", the nearest there is to {day}."
    if not by.of_the_day and by.file.is_before(day):
        text += " 'feesync sync --zips' brings the newest."
    source = f"{by.file} ({by.file.source})"
    if by.regrouped:
        keys = ", ".join(by.regrouped)
        divides = f"{release.label} divides {place.state} otherwise ({keys} are not in that file)"
        text += f" {divides}: check the locality."
        return Note.warning("zip-locality", text, source)
    return Note.info("zip-locality", text, source)
