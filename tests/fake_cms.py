"""A loopback server that behaves as cms.gov does, and fails as it is told to.

The pages are written for the tests with the markup of the real ones: a listing of two columns whose
cells repeat their headers and whose links have stray blanks, and a detail page a release with a
downloads field. Zips have a Last-Modified and no ETag.
"""

from __future__ import annotations

import socket
import struct
import sys
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

LISTING = "/medicare/payment/fee-schedules/physician/pfs-relative-value-files"
FEE_SCHEDULES = "/medicare/payment/fee-schedules"
BY_HAND = (
    f"feesync: download the zip in a browser from https://www.cms.gov{LISTING}, then 'feesync "
    "import FILE' loads it\n"
)
"""What a run ends with that could not reach CMS."""
PUBLISHED = "Thu, 11 Sep 2025 14:03:22 GMT"
REPOSTED = "Fri, 03 Oct 2025 09:00:00 GMT"
NOT_FOUND = (
    "<!DOCTYPE html>\n<html lang='en'><head><title>Page not found | "
    "CMS</title></head><body>Page not found</body></html>"
)
LICENCE = (
    "<!DOCTYPE html>\n<html><head><title>License for Use of Current Procedural Terminology | "
    "CMS</title></head></html>"
)

_ROW = """
          <tr>
                          <td headers="view-field-dyna-calendar-year-table-column" class="views-field">Calendar Year
            {year}          </td>
                          <td headers="view-field-dyna-file-name-table-column" class="views-field">File Name
            <a href="{href}" hreflang="en">{text}
            </a>          </td>
              </tr>"""  # noqa: E501
_LISTING_PAGE = """<!DOCTYPE html>
<html lang="en" dir="ltr">
  <head><title>PFS Relative Value Files | CMS</title></head>
  <body>
    <nav><a href="{listing}">PFS Relative Value Files</a> <a href="/medicare/physician">Physician 2025</a></nav>
    <table class="usa-table views-table cols-2"><thead><tr>
      <th><a href="?order=field_dyna_calendar_year&amp;sort=asc">Calendar Year</a></th><th>File Name</th>
    </tr></thead><tbody>{rows}
    </tbody></table>
    <footer><a href="https://www.medicare.gov">Medicare.gov</a> <a href="mailto:x@cms.hhs.gov">mail</a></footer>
  </body>
</html>"""  # noqa: E501
_DETAIL_PAGE = """<!DOCTYPE html>
<html lang="en" dir="ltr">
  <head><title>{label} | CMS</title></head>
  <body>
  <div class="field field--name-field-dyna-file-name field--type-string field--label-above">
    <div class="field__label">File Name</div>
              <div class="field__item">{label}</div>
          </div>
  <div class="field field--name-field-downloads field--type-entity-reference field--label-above cms-accented-block ds-l-col--12">
        <h2 class="field__label block-title-icon"><i class="far fa-cloud-download"></i>Downloads</h2>
            <ul class="field__items">{links}
                </ul>
      </div>
  </body>
</html>"""  # noqa: E501
_FEE_SCHEDULES_PAGE = """<!DOCTYPE html>
<html lang="en" dir="ltr">
  <head><title>Fee Schedules - General Information | CMS</title></head>
  <body>
    <a href="/files/zip/ambulance-fee-schedule.zip">Ambulance (ZIP)</a>
    <ul class="field__items">{links}
    </ul>
  </body>
</html>"""
_LINK = """
                    <li class="field__item"><a href="{href}" hreflang="en">{text}</a></li>"""


@dataclass
class Release:
    """A release that the server offers."""

    label: str
    data: bytes
    path: str
    last_modified: str = PUBLISHED
    page: str = ""
    links: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self):
        self.page = self.page or f"{LISTING}/{self.label.lower()}"
        self.links = self.links or [(self.path, f"{self.label} - Updated 09/11/2025")]


class FakeCms:
    """The server.

    `faults` maps a path to what is done in place of answering, `asked` is every request it got.
    """

    def __init__(self):
        self.releases = {}
        self.zips = []
        self.faults = {}
        self.redirects = {}
        self.asked = []
        self.ranges = True
        fake = self

        class Handler(_Handler):
            cms = fake

        self._handler = Handler
        self._server = _Server(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._start()

    def _start(self):
        threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        ).start()

    def stop(self):
        self._server.shutdown()
        self._server.server_close()

    def start_again(self):
        self._server = _Server(("127.0.0.1", self.port), self._handler)
        self._start()

    def offer(self, label, data, path=None, last_modified=PUBLISHED, **more):
        """Offer a release, in place of the one of that label."""
        path = path or f"/files/zip/{label.lower()}-updated-09/11/2025.zip"
        self.releases[label] = Release(label, data, path, last_modified, **more)

    def offer_zips(
        self,
        data,
        path="/files/zip/zip-code-carrier-locality-file-revised-08/14/2025.zip",
        last_modified=PUBLISHED,
    ):
        """Offer the Zip Code to Carrier Locality File, beside what was offered before."""
        self.zips.append(Release("ZIPS", data, path, last_modified))

    def fee_schedules(self):
        links = "".join(
            _LINK.format(href=file.path, text="Zip Code to Carrier Locality File (ZIP)")
            for file in self.zips
        )
        return _FEE_SCHEDULES_PAGE.format(links=links)

    def listing(self):
        rows = "".join(
            _ROW.format(
                year=f"20{release.label[3:5]}", href=release.page, text=f" {release.label} "
            )
            for release in reversed(self.releases.values())
        )
        return _LISTING_PAGE.format(listing=LISTING, rows=rows)

    def detail(self, release):
        links = "".join(_LINK.format(href=href, text=text) for href, text in release.links)
        return _DETAIL_PAGE.format(label=release.label, links=links)

    def paths(self):
        """What was asked for since the last call, in order."""
        asked, self.asked = self.asked, []
        return [path for path, _, _ in asked]


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """Say nothing of a client that has hung up."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else a body waits 40 ms for the receipt of its headers
    cms: FakeCms

    def log_message(self, *args):
        pass

    def do_GET(self):
        cms = self.cms
        entry = [self.path, dict(self.headers), None]
        cms.asked.append(entry)
        self._entry = entry
        fault = cms.faults.get(self.path)
        if fault:
            fault(self)
            return
        if self.path in cms.redirects:
            target = cms.redirects[self.path]
            body = f'<meta http-equiv="refresh" content="0;url=\'{target}\'" />'.encode()
            self.answer(302, body, {"Location": target, "Content-Type": "text/html; charset=UTF-8"})
            return
        if self.path == LISTING:
            self.page(cms.listing())
            return
        if self.path == FEE_SCHEDULES:
            self.page(cms.fee_schedules())
            return
        for release in [*cms.releases.values(), *cms.zips]:
            if self.path == release.page:
                self.page(cms.detail(release))
                return
            if self.path == release.path:
                self.zip(release)
                return
        self.page(NOT_FOUND, 404)

    def send_response(self, code, message=None):
        self._entry[2] = code
        super().send_response(code, message)

    def page(self, html, status=200):
        self.answer(status, html.encode(), {"Content-Type": "text/html; charset=UTF-8"})

    def answer(self, status, body, headers):
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            if value is not None:
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def zip(self, release):
        headers = {"Content-Type": "application/zip", "Last-Modified": release.last_modified}
        if self.cms.ranges:
            headers["Accept-Ranges"] = "bytes"
        if (
            self.headers.get("If-Modified-Since") == release.last_modified
            and "Range" not in self.headers
        ):
            self.answer(304, b"", {"Last-Modified": release.last_modified, "Content-Length": None})
            return
        start = 0
        if (
            self.cms.ranges
            and "Range" in self.headers
            and self.headers.get("If-Range") == release.last_modified
        ):
            start = int(self.headers["Range"].removeprefix("bytes=").removesuffix("-"))
        if start:
            headers["Content-Range"] = f"bytes {start}-{len(release.data) - 1}/{len(release.data)}"
        self.answer(206 if start else 200, release.data[start:], headers)


def status(code, body=b"", **headers):
    """Answer with a status and nothing else."""

    def fault(handler):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        handler.answer(code, body, {"Content-Type": "text/html", **named})

    return fault


def html(text, code=200):
    """Answer with a page."""
    return lambda handler: handler.page(text, code)


def reset(release, after):
    """Send the beginning of a zip, then reset the connection."""

    def fault(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(release.data)))
        handler.send_header("Last-Modified", release.last_modified)
        if handler.cms.ranges:
            handler.send_header("Accept-Ranges", "bytes")
        handler.end_headers()
        handler.wfile.write(release.data[:after])
        handler.wfile.flush()
        time.sleep(0.05)
        handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        handler.close_connection = True
        handler.connection.close()

    return fault


def cut(release, after, *, length):
    """Send the beginning of a zip, with or without its length, and close the connection."""

    def fault(handler):
        handler.send_response(200)
        if length:
            handler.send_header("Content-Length", str(len(release.data)))
        handler.send_header("Last-Modified", release.last_modified)
        handler.send_header("Connection", "close")
        handler.end_headers()
        handler.wfile.write(release.data[:after])
        handler.close_connection = True

    return fault


def slowly(release, pieces, seconds):
    """Send a zip in pieces, with a pause after each."""

    def fault(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(release.data)))
        handler.send_header("Last-Modified", release.last_modified)
        handler.send_header("Accept-Ranges", "bytes")
        handler.end_headers()
        size = len(release.data) // pieces + 1
        try:
            for start in range(0, len(release.data), size):
                handler.wfile.write(release.data[start : start + size])
                handler.wfile.flush()
                time.sleep(seconds)
        except OSError:
            handler.close_connection = True

    return fault


def first(times, fault):
    """Fail the first times, then answer as if nothing had been."""
    left = [times]

    def sometimes(handler):
        left[0] -= 1
        if not left[0]:
            path = handler.path
            handler.cms.faults.pop(path, None)
        fault(handler)

    return sometimes
