"""The page `/`: what Medicare allows for one line."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from feesync import defaults
from feesync.claims.estimate import Estimate, amount_rows, formula_parts, other_notes, place_line
from feesync.claims.line import ClaimLine
from feesync.errors import FeesyncError
from feesync.model.rate import PAYER, Setting
from feesync.pricing.practitioner import PRACTITIONERS
from feesync.queries.catalogue import ask
from feesync.reference.place_of_service import places_of_service
from feesync.web import pictures
from feesync.web.page import Page, Visit, nonempty
from feesync.web.site import Pairs, address
from feesync.web.toggles import SELDOM, USUAL, toggles

if TYPE_CHECKING:
    from feesync.analysis.comparison import Comparison

_ORDER = ("hcpcs", "modifiers", "locality", "date", "setting", "pos")
_USUAL_PLACES = ("11", "12", "19", "21", "22", "23", "24", "31", "02", "10")
_BASES = {"qp": "qualifying APM participant (qp)", PAYER: "the payer's own"}
_MODIFIER = 2
"""The characters of a modifier."""

_WHERE = "where"
"""The field for place of service or setting: one control for two parameters."""


def clean(pairs: Pairs) -> Pairs:
    """Return the pairs of an address in one form: a code, its modifiers apart, one name of a place.

    What cannot be read stays as it is, and the answer says so.
    """
    found: dict[str, list[str]] = {}
    for name, value in nonempty(pairs):
        found.setdefault(name, []).append(value.strip())
    _split_code(found)
    typed = [
        each
        for text in found.pop("modifiers", [])
        for each in text.upper().replace(",", " ").split()
    ]
    if typed:
        found["modifiers"] = list(dict.fromkeys(typed))
    if "zip" in found and "locality" not in found:
        found["locality"] = found.pop("zip")
    where = found.pop(_WHERE, [])
    if where and not {"setting", "pos"} & found.keys():
        found["pos" if where[-1].isdigit() else "setting"] = where
    names = [
        *(name for name in _ORDER if name in found),
        *(name for name in found if name not in _ORDER),
    ]
    return [(name, value) for name in names for value in found[name]]


def _split_code(found: dict[str, list[str]]) -> None:
    """Put what is typed after a code under its own name, as far as nothing else is there."""
    if len(found.get("hcpcs", ())) != 1:
        return
    try:
        line = ClaimLine.read(found["hcpcs"][0])
    except FeesyncError:
        return
    parts = {"units": line.units, "charge": line.charge, "postop_days": line.postop_days}
    typed = {name: str(value) for name, value in parts.items() if value not in (None, 1)}
    if typed.keys() & found.keys():
        return
    found["hcpcs"] = [line.hcpcs]
    found["modifiers"] = [*(line.modifiers or ()), *found.get("modifiers", [])]
    found.update({name: [value] for name, value in typed.items()})


def view(visit: Visit) -> Mapping[str, Any]:
    """Return what the page shows besides the answer."""
    place, remark = ({}, "") if visit.values else _default_place(visit)
    shown: dict[str, Any] = {
        "form": PAGE.form(visit, {"date": date.today().isoformat(), **place, **visit.values}),
        "remark": remark,
        "practitioners": PRACTITIONERS,
        "where": _where(visit),
        "places": _places(),
        **_toggles(visit),
    }
    return {**shown, **_answer(visit)} if visit.answer else shown


def _default_place(visit: Visit) -> tuple[dict[str, str], str]:
    """Return the user's own place, for the box of an empty form; and what is wrong with it."""
    try:
        default = defaults.read().get("locality")
    except FeesyncError as error:
        return {}, visit.site.error_text(error)
    return ({"locality": str(default[0])} if default else {}), ""


def _where(visit: Visit) -> str:
    """Return which place of service or setting is chosen."""
    if visit.answer and visit.answer.result.pos:
        return str(visit.answer.result.pos)
    return str(visit.values.get("pos") or visit.values.get("setting") or "")


def _places() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the places of service in groups, each with its code and words."""
    every = places_of_service()
    others = [pos for pos in every if pos not in _USUAL_PLACES]
    return [
        (name, [(pos, f"{pos} {every[pos].name} ({every[pos].setting})") for pos in codes])
        for name, codes in (("Usual places", _USUAL_PLACES), ("Other places", others))
    ]


def _toggles(visit: Visit) -> dict[str, Any]:
    chosen = visit.values.get("modifiers", [])
    on = list(map(str, chosen)) if isinstance(chosen, list) else [str(chosen)]
    code, day = (str(visit.values.get(name, "")) for name in ("hcpcs", "date"))
    beside = [each for each in on if each not in USUAL and len(each) == _MODIFIER]
    seldom = [each for each in SELDOM if each not in on]
    return {
        "usual": toggles((*USUAL, *beside), on, code, day, visit.site.db),
        "seldom": toggles(seldom, on, code, day, visit.site.db),
    }


def _answer(visit: Visit) -> dict[str, Any]:
    assert visit.answer is not None
    estimate: Estimate = visit.answer.result
    parts = formula_parts(estimate)
    total = sum((rvu * gpci for _, rvu, gpci in parts), Decimal(0))
    return {
        "estimate": estimate,
        "zip": place_line(estimate).removeprefix(str(estimate.locality)).lstrip(", "),
        "notes": other_notes(estimate),
        "basis": _BASES.get(estimate.rate.basis, estimate.rate.basis),
        "service": places_of_service()[estimate.pos].name if estimate.pos else "",
        "rows": amount_rows(estimate),
        "parts": [(name, rvu, gpci, rvu * gpci) for name, rvu, gpci in parts],
        "total": total,
        "product": total * estimate.rate.conversion_factor,
        **_both_settings(visit, estimate),
        **_pictures(visit, estimate),
    }


def _both_settings(visit: Visit, estimate: Estimate) -> dict[str, Any]:
    """Return the estimate in both settings, and why there is none in the other."""
    estimates: list[Estimate] = []
    lack = ""
    values = {name: value for name, value in visit.values.items() if name not in ("setting", "pos")}
    for setting in Setting:
        if setting is estimate.setting:
            estimates.append(estimate)
            continue
        try:
            other = ask("estimate", {**values, "setting": setting.value}, visit.site.db).result
        except FeesyncError as error:
            lack = f"The {setting} amount cannot be shown: {visit.site.error_text(error)}"
            continue
        if other.setting is setting:
            estimates.append(other)
        else:
            lack = f"This line is priced in the {other.setting} setting alone."
    return {"settings": estimates, "settings_lack": lack}


def _pictures(visit: Visit, estimate: Estimate) -> dict[str, Any]:
    """Return the same code among all places, and over the years."""
    line: dict[str, object] = {
        name: visit.values[name] for name in ("hcpcs", "modifiers", "qp") if name in visit.values
    }
    among: dict[str, object] = {
        **line,
        "date": estimate.date.isoformat(),
        "setting": estimate.setting.value,
    }
    over: dict[str, object] = {**line, "locality": estimate.locality.key}
    found: dict[str, Any] = {"bars": None, "steps": None, "comparison": None, "past": None}
    lacks: list[str] = []
    try:
        comparison = ask("compare", among, visit.site.db).result[0]
        found |= _among(comparison, estimate.locality.key)
        found["elsewhere"] = _elsewhere(visit.values)
        if not found["bars"]:
            lacks.append("Places are not compared: the line has no amount to compare.")
    except FeesyncError as error:
        lacks.append(f"Places are not compared: {visit.site.error_text(error)}")
    try:
        past = ask("history", over, visit.site.db).result
        found |= {"past": past, "steps": pictures.steps(past, estimate.setting, estimate.date)}
        if not found["steps"]:
            lacks.append("The years are not shown: no loaded release has an amount of the line.")
    except FeesyncError as error:
        lacks.append(f"The years are not shown: {visit.site.error_text(error)}")
    return {**found, "picture_lacks": lacks}


def _elsewhere(values: Mapping[str, object]) -> str:
    """Return the address of the same question up to the key of another place."""
    others = {name: value for name, value in values.items() if name != "locality"}
    return f"{address('/', others)}&locality="


def _among(comparison: Comparison, key: str) -> dict[str, Any]:
    """Return what is shown of a place among all others."""
    from feesync.model.money import change

    setting, national = comparison.settings[0], comparison.national.amounts[comparison.settings[0]]
    rows = [
        (place.locality, amount, change(national, amount)[1])
        for place in comparison.places
        if (amount := place.amounts[setting]) is not None
    ]
    amounts = {place.key: amount for place, amount, _ in rows}
    if national is None or key not in amounts:
        return {}
    others = {each.key: amounts[each.key] for each, _, _ in rows if not each.is_national}
    if key in others:
        higher = sum(amount > others[key] for amount in others.values())
        to_national = change(national, others[key])[1] or Decimal(0)
        side = "above" if to_national > 0 else "below"
        relation = (
            f"{abs(to_national)} % {side} the national amount"
            if to_national
            else "the national amount"
        )
        rank = f"number {higher + 1} of {len(others)}, {relation}"
    else:
        rank = f"the national amount, and {len(others)} localities"
    return {
        "comparison": comparison,
        "bars": pictures.bars(comparison, key),
        "rank": rank,
        "places_rows": rows,
    }


PAGE = Page(
    name="estimate",
    path="/",
    title="What does Medicare allow?",
    short="Estimate",
    text="One line of a claim, priced to the cent from CMS's own files.",
    fields=("hcpcs", "modifiers", "locality", "date", "setting", "pos"),
    more=(
        *("units", "charge", "practitioner", "nonpar", "qp", "deductible", "percent", "of_year"),
        "coverage",
    ),
    view=view,
    clean=clean,
)
