"""Fifty clients ask at once while another process loads releases and supersedes them."""

import json
import subprocess
import sys
import threading
from collections import Counter
from decimal import ROUND_HALF_UP, Decimal
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import web_loads

pytestmark = pytest.mark.slow

CLIENTS, REQUESTS, MOST = 50, 14, 140
"""A client asks until revisions have changed often enough, which a loaded machine is slow at."""
AT = "date=2025-11-03"
ADDRESSES = (
    f"/api/estimate?hcpcs=64493-50&locality=01112-05&{AT}",
    f"/api/claim?lines=64493-50&lines=64493-59&locality=01112-05&{AT}",
    f"/api/rates?hcpcs=64493&hcpcs=64494&{AT}",
    f"/api/compare?hcpcs=64493&state=CA&{AT}",
    "/api/history?hcpcs=64493&locality=01112-05",
    "/health",
    f"/api/rates.csv?hcpcs=64493&locality=01112-05&{AT}",
)
OLD, NEW = Decimal("3.64"), Decimal("4.64")
"""The practice expense of 64493 in the two revisions of RVU25D."""


def dollars(row, expense):
    """The nonfacility fee of a row, by the formula: RVUs times GPCIs, times the factor, half up."""
    total = (
        sum(row[f"{name}_rvu"] * row[f"{name}_gpci"] for name in ("work", "mp"))
        + expense * row["pe_gpci"]
    )
    return (total * row["conversion_factor"]).quantize(Decimal("0.01"), ROUND_HALF_UP)


def fits_estimate(line, factor=Decimal("1.5")):
    rate = line["rate"]
    assert rate["pe_rvu"] in (OLD, NEW)
    assert line["fee"] == dollars(rate, rate["pe_rvu"])
    times = (line["fee"] * factor).quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert line["allowed"] == times
    return line["release"]["sha256"], rate["pe_rvu"]


def fits(path, body):
    """Check that amounts are those of one release; return which it is."""
    name = path.split("/")[-1].partition("?")[0]
    if name == "rates.csv":
        assert body.count("\n") == 2
        return name, None
    answer = json.loads(body, parse_float=Decimal)
    if name == "estimate":
        return fits_estimate(answer)
    if name == "claim":
        lines = answer["lines"]
        assert len({(line["release"]["sha256"], line["rate"]["pe_rvu"]) for line in lines}) == 1
        assert answer["allowed"] == sum(line["allowed"] for line in lines)
        for line in lines:
            assert line["fee"] == dollars(line["rate"], line["rate"]["pe_rvu"])
        return lines[0]["release"]["sha256"], lines[0]["rate"]["pe_rvu"]
    if name == "rates":
        rows = [row for row in answer if row["hcpcs"] == "64493"]
        assert len(rows) > 100
        assert len({row["nonfacility_pe_rvu"] for row in rows}) == 1
        for row in rows:
            assert row["nonfacility_fee"] == dollars(row, row["nonfacility_pe_rvu"])
    if name == "compare":
        national = {row["national_amount"] for row in answer}
        assert national in ({Decimal("172.08")}, {Decimal("204.43")}), national
        assert {row["release"] for row in answer} == {"RVU25D"}
    if name == "history":
        assert [row["release"] for row in answer].count("RVU25D") == 1
    if name == "health":
        assert set(answer["releases"]) <= {"RVU25C", "RVU25D"}
        assert answer["status"] == "ok"
    return name, None


def ask(address, number, found, faults, enough):
    connection = HTTPConnection(address[0], address[1], timeout=60)
    try:
        for each in range(MOST):
            if each >= REQUESTS and enough.exists():
                break
            path = ADDRESSES[(number + each) % len(ADDRESSES)]
            connection.request("GET", path)
            response = connection.getresponse()
            body = response.read().decode()
            assert response.status == 200, (path, response.status, body[:300])
            found.append(fits(path, body))
    except Exception as error:  # told below
        faults.append(error)
    finally:
        connection.close()


def test_no_error_and_no_mixed_answer(loaded, tmp_path):
    until = tmp_path / "until"
    faults: list[Exception] = []
    found: list[tuple[str, Decimal | None]] = []
    serve = [sys.executable, "-m", "feesync", "serve", "--port", "0", "--db", str(loaded)]
    changes = [sys.executable, web_loads.__file__, str(loaded), str(until)]
    server = subprocess.Popen(serve, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        url = urlsplit(server.stdout.readline().strip())
        loader = subprocess.Popen(
            changes, stdout=subprocess.PIPE, text=True, cwd=Path(web_loads.__file__).parent
        )
        threads = [
            threading.Thread(
                target=ask,
                args=((url.hostname, url.port), each, found, faults, tmp_path / "enough"),
            )
            for each in range(CLIENTS)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        until.touch()
        told, _ = loader.communicate(timeout=60)
    finally:
        server.terminate()
        _, stderr = server.communicate(timeout=20)
    assert faults == []
    assert "unexpected" not in stderr
    assert loader.returncode == 0
    assert int(told) > 3
    assert len(found) >= CLIENTS * REQUESTS
    hashes = Counter(one for one in found if isinstance(one[1], Decimal))
    assert {expense for _, expense in hashes} == {OLD, NEW}, "both revisions have answered"
    assert len(hashes) == 2, "each hash has one practice expense"
