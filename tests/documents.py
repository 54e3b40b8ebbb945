"""The documents of the project and the blocks in them: README.md, CONTRIBUTING.md, docs/."""

import re
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"


class Block(NamedTuple):
    """A fenced block: its document, language, the file it is, if any, and its text."""

    document: str
    language: str
    file: str
    text: str


def documents():
    """Return the paths of all documents."""
    return [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(DOCS.rglob("*.md"))]


def name(path):
    """Return a document's path from the root."""
    return path.relative_to(ROOT).as_posix()


def prose(path):
    """Return a document without its blocks."""
    return re.sub(r"^```.*?^```\n", "", path.read_text(encoding="utf-8"), flags=re.M | re.S)


def blocks(*languages):
    """Return the blocks in some languages of all documents."""
    return [
        Block(name(path), language, file, text)
        for path in documents()
        if path.exists()
        for language, file, text in re.findall(
            r"^```(\w+) ?(\S*)\n(.*?)^```", path.read_text(encoding="utf-8"), re.M | re.S
        )
        if language in languages
    ]


def examples(*languages):
    """Return the commands of blocks with what stands below each, as (document, command, output)."""
    return [
        (block.document, command, output)
        for block in blocks(*languages)
        for command, output in re.findall(
            r"^\$ feesync (.*?)\n(.*?)(?=^\$ feesync |\Z)", block.text, re.M | re.S
        )
    ]
