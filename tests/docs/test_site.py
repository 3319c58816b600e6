"""The pages are a site in which every page can be found and no link is dead, whoever draws it."""

import importlib.util
import re
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
# The tags that name Python objects are mkdocs' business.
SITE: Any = yaml.load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 - it builds none
PAGES = sorted(page for page in DOCS.rglob("*.md") if "site" not in page.relative_to(DOCS).parts)
LINK = re.compile(r"\[(?:[^\[\]]|\[[^\[\]]*\])+\]\(([^)\s#]*)(?:#([^)\s]+))?\)")
CODE = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)


def in_nav(part: Any) -> list[str]:
    """Every page that a part of the navigation names."""
    if isinstance(part, str):
        return [part]
    parts = part.values() if isinstance(part, dict) else part
    return [page for each in parts for page in in_nav(each)]


def anchors_of(page: Path) -> set[str]:
    """Where a link can lead to on it, as GitHub and the site name headings."""
    found: dict[str, int] = {}
    anchors = set()
    for heading in re.findall(r"^#+ (.+)$", CODE.sub("", page.read_text(encoding="utf-8")), re.MULTILINE):
        text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        anchor = re.sub(r"[^\w\- ]", "", text.strip().lower()).replace(" ", "-")
        found[anchor] = found.get(anchor, -1) + 1
        anchors.add(f"{anchor}-{found[anchor]}" if found[anchor] else anchor)
    return anchors


def hook() -> Any:
    spec = importlib.util.spec_from_file_location("links", DOCS / "site" / "links.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_page_is_in_the_navigation_once_and_nothing_else_is() -> None:
    left_out = SITE["not_in_nav"].split()
    named = in_nav(SITE["nav"])
    there = [str(page.relative_to(DOCS)) for page in PAGES]
    wanted = [page for page in there if not any(fnmatch(page, pattern) for pattern in left_out)]
    assert sorted(named) == wanted, "a page that is added has its line in mkdocs.yml"
    assert [page for page in there if page not in wanted] == [page for page in there if page.startswith("decisions/0")]


def test_every_heading_stands_apart() -> None:
    """One right behind a table is a row of it on the site."""
    stuck = [
        f"{page.relative_to(ROOT)}: {heading}"
        for page in [*PAGES, ROOT / "README.md", ROOT / "CONTRIBUTING.md"]
        for heading in re.findall(r"(?<=[^\n]\n)#+ .+$", CODE.sub("", page.read_text(encoding="utf-8")), re.MULTILINE)
    ]
    assert stuck == []


def test_every_link_to_a_heading_leads_to_one() -> None:
    dead = []
    for page in [*PAGES, ROOT / "README.md", ROOT / "CONTRIBUTING.md"]:
        for to, anchor in LINK.findall(CODE.sub("", page.read_text(encoding="utf-8"))):
            target = (page.parent / to).resolve() if to else page
            if anchor and target.suffix == ".md" and anchor not in anchors_of(target):
                dead.append(f"{page.relative_to(ROOT)}: {to}#{anchor}")
    assert dead == []


def test_a_page_fetches_nothing_from_anybody() -> None:
    assert SITE["theme"]["font"] == "false"
    assert [name for name in ("extra_javascript", "extra_css") if name in SITE] == []
    # What draws diagrams is fetched by the page that has one.
    assert "mermaid" not in str(SITE["markdown_extensions"])
    pictures = [
        link for page in PAGES for link in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", page.read_text(encoding="utf-8"))
    ]
    assert pictures
    assert [link for link in pictures if "//" in link] == []


def test_what_draws_the_site_is_pinned() -> None:
    lines = (DOCS / "site" / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not line.startswith("#") and not re.fullmatch(r"[\w.-]+==[\w.]+", line)] == []
    assert any(line.startswith("mkdocs-material==") for line in lines)


def test_on_the_site_what_is_no_page_is_its_text() -> None:
    text = "[`a`](../core/a.py#L3) [b](cli.md#x) [c](vendors) [d](samples/wrong) [e](https://e.com/) ![p](images/p.png)"
    told = hook().without_outside(text, DOCS, DOCS)
    assert told == "`a` [b](cli.md#x) c [d](samples/wrong/README.md) [e](https://e.com/) ![p](images/p.png)"
