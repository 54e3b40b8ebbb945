"""Build docs/images/ from the local page.

    pip install -e '.[web,browser]'
    python docs/build_screenshots.py [FOLDER]

It writes the picture that the documents show: an estimate from the embedded snapshot, in light
colours. With a folder, it writes every page there: light, dark, and as a phone shows it; people
look at them before a change of the pages is done. It needs Chromium, as the tests do.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from io import BytesIO
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from browsing import DESK, PHONE, served
from PIL import Image
from playwright.sync_api import Browser, sync_playwright
from test_browser import QUESTIONS, WRONG

IMAGES = Path(__file__).parent / "images"
_COLORS = 160
"""The page has few colours; with these the file is half as large."""

_LOOKS = {
    "light": {"viewport": DESK, "color_scheme": "light"},
    "dark": {"viewport": DESK, "color_scheme": "dark"},
    "phone": {"viewport": PHONE, "is_mobile": True, "color_scheme": "light"},
}


def picture(browser: Browser, address: str, path: Path) -> None:
    """Write the picture of the documents."""
    page = browser.new_page(viewport={"width": 1180, "height": 1000}, color_scheme="light")
    page.goto(f"{address}{QUESTIONS['estimate']}")
    whole = Image.open(BytesIO(page.screenshot(full_page=True)))
    few = whole.convert("RGB").quantize(_COLORS, dither=Image.Dither.NONE)
    path.parent.mkdir(exist_ok=True)
    few.save(path, optimize=True)


def every_page(browser: Browser, address: str, folder: Path) -> None:
    """Write every page, in each of its looks."""
    folder.mkdir(parents=True, exist_ok=True)
    for look, options in _LOOKS.items():
        context = browser.new_context(**options)  # type: ignore[arg-type]
        page = context.new_page()
        for name, question in (QUESTIONS | WRONG).items():
            page.goto(f"{address}{question}")
            page.screenshot(path=folder / f"{name}-{look}.png", full_page=True)
        context.close()


def main(arguments: list[str]) -> None:
    """Write the picture, or every page into a folder."""
    program = os.environ.get("FEESYNC_CHROMIUM") or shutil.which("chromium")
    root = ["--no-sandbox"] if os.geteuid() == 0 else []
    with (
        tempfile.TemporaryDirectory() as folder,
        served(Path(folder) / "none.db") as address,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=program, args=root)
        if arguments:
            every_page(browser, address, Path(arguments[0]))
        else:
            picture(browser, address, IMAGES / "estimate.png")
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
