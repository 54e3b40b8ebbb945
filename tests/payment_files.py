"""Payment files in CMS's layout, for tests: sixteen quoted fields a record, and trailers."""

# published by CMS: 2025, Alaska, in dollars
ALASKA = {"64493": ("204.09", "113.53"), "64494": ("107.08", "65.12"), "64495": ("106.35", "65.79")}
TRAILER = '"TRL- ALL RIGHTS RESERVED. APPLICABLE FARS/DFARS APPLY."\n'


def record(place, hcpcs, nonfacility, facility, *, modifier="  ", year=2025):
    mac, locality = place.split("-")
    fees = f'"{nonfacility:0>10}","{facility:0>10}"'
    return (
        f'"{year}","{mac}","{locality}","{hcpcs}","{modifier}",{fees}," ","0","A","2",'
        '"0000000.00","0000000.00","9","0000000.00","0000000.00"\n'
    )


def alaska(**changes):
    """The file of Alaska; changes replace the published pair of a code."""
    fees = {**ALASKA, **{code.removeprefix("c"): pair for code, pair in changes.items()}}
    return "".join(record("02102-01", code, *pair) for code, pair in fees.items()) + TRAILER
