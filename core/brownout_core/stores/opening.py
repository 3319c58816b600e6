"""Opens a store by its URL: which module does it is one line in a table. No driver is imported that is not used."""

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from brownout_core.clock import WallClock
from brownout_core.errors import ConfigError
from brownout_core.records import ClaimStore, DeadLetterStore
from brownout_core.spelling import nearest
from brownout_core.stores.spill import SpillFile

CLAIMS: Final[Mapping[str, str]] = {"memory": "memory", "redis": "redis", "rediss": "redis", "unix": "redis"}
"""Scheme to module."""
DEAD_LETTERS: Final[Mapping[str, str]] = {"sqlite": "sqlite", "memory": "sqlite"}


def check_claims(url: str) -> None:
    """Raises `ConfigError` for what cannot be the URL of a store of claims; it never repeats it, for it may hold a
    password."""
    scheme = _scheme(url, CLAIMS)
    if url == f"{scheme}:":
        return
    try:
        parts = urlsplit(url)
        is_fit = bool(parts.hostname or (scheme == "unix" and parts.path)) and (parts.port or 1) > 0
    except ValueError:
        is_fit = False
    if not is_fit:
        raise ConfigError(f"must be like {scheme}://{'/run/redis.sock' if scheme == 'unix' else 'host:port/0'}")


def open_claims(url: str) -> ClaimStore:
    """The store of claims at `url`. Needs the loop that will use it. Raises `ConfigError`."""
    check_claims(url)
    store: ClaimStore = _module(CLAIMS[_scheme(url, CLAIMS)]).open_claims(url)
    return store


def check_dead_letters(url: str) -> None:
    """Raises `ConfigError` for what cannot be the URL, or the path, of a store of dead letters."""
    _scheme(_with_scheme(url), DEAD_LETTERS)


def open_dead_letters(
    url: str, wall_clock: WallClock, spill: str | None = None
) -> tuple[DeadLetterStore, SpillFile | None]:
    """The store of dead letters at `url` (a URL or a plain path), and the file at `spill`, or else beside it, if it has
    a place. The store may be several processes', the file is one's. Raises `ConfigError`."""
    check_dead_letters(url)
    scheme, _, place = _with_scheme(url).partition(":")
    if scheme == "memory":
        place = ""
    store: DeadLetterStore = _module(DEAD_LETTERS[scheme]).open_dead_letters(place, wall_clock)
    beside = spill or (place and place + ".spill")
    return store, SpillFile(Path(beside)) if beside else None


def _with_scheme(url: str) -> str:
    scheme, has_scheme, _ = url.partition(":")
    return url if has_scheme and "/" not in scheme else f"sqlite:{url}"


def _scheme(url: str, table: Mapping[str, str]) -> str:
    scheme = url.partition(":")[0]
    if ":" not in url or scheme not in table:
        raise ConfigError(f"names no store that there is{nearest(f'{scheme}:', [f'{name}:' for name in table])}")
    return scheme


def _module(name: str) -> Any:
    return import_module(f"brownout_core.stores.{name}")
