"""The floor of a refresh with nothing new.

The same requests by plain requests, and each page parsed once by beautifulsoup4.
"""

from __future__ import annotations

import sys

import requests
from bs4 import BeautifulSoup


def main(base: str, modified: str, *paths: str) -> None:
    """Ask for pages, parse them, and ask for zips with a condition."""
    with requests.Session() as session:
        for path in paths:
            is_zip = path.endswith(".zip")
            answer = session.get(
                base + path, headers={"If-Modified-Since": modified} if is_zip else {}, timeout=10
            )
            if is_zip:
                assert answer.status_code == 304
            else:
                BeautifulSoup(answer.text, "html.parser").find_all("a", href=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
