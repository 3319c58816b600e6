"""The documents point at things that exist, and the README's commands are real."""

import re
from pathlib import Path

from tests.layout.sources import ROOT, place_of

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[\w-]+)?\)")


def test_every_link_leads_somewhere() -> None:
    links = [(page, link) for page in PAGES for link in LINK.findall(page.read_text(encoding="utf-8"))]
    here = [(page, link) for page, link in links if not link.startswith(("http", "mailto:"))]
    assert here
    assert [(place_of(page), link) for page, link in here if not (page.parent / link).exists()] == []


def test_every_page_can_be_reached_from_the_readme() -> None:
    seen: set[Path] = set()
    waiting = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"]
    while waiting:
        page = waiting.pop().resolve()
        if page in seen or page.suffix != ".md":
            continue
        seen.add(page)
        for link in LINK.findall(page.read_text(encoding="utf-8")):
            target = (page.parent / link).resolve()
            waiting += sorted(target.glob("*.md")) if target.is_dir() else [target] if target.exists() else []
    assert {page.resolve() for page in PAGES} <= seen


def test_every_make_target_that_the_readme_names_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))
    pages = (ROOT / "README.md").read_text(encoding="utf-8") + (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`make ([a-z-]+)", pages))
    assert named
    assert named <= targets


def test_every_command_that_the_readme_names_exists() -> None:
    from brownout_harness.cli import app

    commands = {command.name or command.callback.__name__ for command in app.registered_commands if command.callback}
    named = set(re.findall(r"`(?:\.venv/bin/)?brownout ([a-z]+)", (ROOT / "README.md").read_text(encoding="utf-8")))
    assert named
    assert named <= commands
