"""A vendor's pages for people, under the control path: found, and kept from doing any harm.

A page holds what the application under test has sent, and so what anybody may have written. The vendor escapes it; and
here each page is told to the browser as one that runs no script, sends no form and fetches nothing from elsewhere.
Foreign HTML besides is in an origin of its own, in a frame and alone.
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qsl, unquote

from brownout_simulators.hosts.control import PREFIX
from brownout_simulators.simulator import Simulator

_NOTHING: Final = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
_OWN: Final = f"{_NOTHING}; style-src 'unsafe-inline'; img-src 'self' data:; frame-src 'self'"
_FOREIGN: Final = f"{_NOTHING}; style-src 'unsafe-inline'; img-src data:; sandbox"

_HEADERS: Final[Mapping[str, str]] = {
    "Content-Type": "text/html; charset=utf-8",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Shown(NamedTuple):
    """A page as it goes out."""

    status: int
    body: bytes
    headers: Mapping[str, str]


def shown(simulator: Simulator[Any], method: str, path: str, query: str) -> Shown | None:
    """The page of a request; None where it asks for none."""
    pages = simulator.vendor.pages
    if not pages or method not in ("GET", "HEAD"):
        return None
    name, _, rest = path.removeprefix(PREFIX).strip("/").partition("/")
    page_of = pages.get(name)
    if page_of is None:
        return None
    try:
        asked = dict(parse_qsl(query, max_num_fields=20))
    except ValueError:
        asked = {}
    page = page_of(simulator.accounts, unquote(rest), asked)
    policy = _FOREIGN if page.is_foreign else _OWN
    body = page.html.encode("utf-8", "replace")
    return Shown(page.status, body, {**_HEADERS, "Content-Security-Policy": policy})
