"""What the documents tell somebody to type."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md")),
    *sorted(page for page in (ROOT / "docs").rglob("*.md") if "decisions" not in page.parts),
]
FENCED = re.compile(r"^```(\w*)\n(.*?)^```", re.DOTALL | re.MULTILINE)
INDENTED = re.compile(r"^ {4}(\S.*)$", re.MULTILINE)
INLINE = re.compile(r"`(brownout [^`]+)`")
PROGRAMS = ("brownout", "curl", "make", "pip", "python", "python3", "cd", "mkdir")


@dataclass(frozen=True)
class Command:
    """One line to be typed, and the page that says so."""

    page: str
    text: str

    @property
    def words(self) -> list[str]:
        """As a shell takes it apart, without its remark."""
        return shlex.split(self.text, comments=True)


def commands() -> Iterator[Command]:
    """Of every block, in the order of the pages."""
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        name = str(page.relative_to(ROOT))
        for language, block in FENCED.findall(text):
            for line in block.splitlines():
                if language == "console" and line.startswith("$ "):
                    yield Command(name, line[2:])
                elif language == "sh":
                    yield Command(name, line)
        for line in INDENTED.findall(FENCED.sub("", text)):
            if re.match(rf"(?:[A-Z_]+=\S+ )*(?:{'|'.join(PROGRAMS)}) ", line):
                yield Command(name, line)


def mentioned() -> Iterator[Command]:
    """What stands in the middle of a sentence; a part of a command is none."""
    for page in PAGES:
        for text in INLINE.findall(FENCED.sub("", page.read_text(encoding="utf-8"))):
            if not re.search(r"…|\b[A-Z]{3,}\b|\n", text):
                yield Command(str(page.relative_to(ROOT)), text)
