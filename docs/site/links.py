"""A hook of mkdocs: what a page links to outside of `docs/` is in the repository, and no page of the site.

On the site such a link is its text, as code where it was code: where the repository is, the pages do not know.
"""

import re
from pathlib import Path
from typing import Any

LINK = re.compile(r"(?<!!)\[(?P<text>(?:[^\[\]]|\[[^\[\]]*\])+)\]\((?P<to>[^)\s#]+)(?P<anchor>#[^)\s]*)?\)")
PAGES = (".md", ".png", ".svg")


def on_page_markdown(markdown: str, *, page: Any, config: Any, **_: Any) -> str:
    """Called by mkdocs for each page."""
    docs = Path(config["docs_dir"]).resolve()
    return without_outside(markdown, Path(page.file.abs_src_path).resolve().parent, docs)


def without_outside(markdown: str, folder: Path, docs: Path) -> str:
    """The page's text, in which links to what is no page of the site are their text; a folder is its own page."""

    def kept(link: re.Match[str]) -> str:
        to = link["to"]
        if "://" in to or to.startswith(("mailto:", "#")):
            return link[0]
        target = (folder / to).resolve()
        if target.is_dir() and (target / "README.md").is_file() and target.is_relative_to(docs):
            return f"[{link['text']}]({to.rstrip('/')}/README.md{link['anchor'] or ''})"
        if target.is_relative_to(docs) and target.suffix in PAGES:
            return link[0]
        return link["text"]

    return LINK.sub(kept, markdown)
