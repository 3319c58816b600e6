"""The gateway's settings, from the environment. What is wrong is said in one line, without the value of a secret."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import orjson

from brownout_core.adapters.declaration import Adapter, read_access, several
from brownout_core.compose import AppConfig, Replacements, adapters_of, chosen, read_document
from brownout_core.errors import ConfigError
from brownout_core.gateway.parts import PARTS, load_parts
from brownout_core.live_keys import is_live
from brownout_core.stores.opening import check_claims, check_dead_letters

NOBODY: Final = "nobody"
"""Of whom notices are counted on: no vendor, whatever signing secrets there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that `python -m brownout_core.gateway` needs to know."""

    host: str
    port: int
    """0: any free port; the ready line says which."""
    app: AppConfig
    adapters: Mapping[str, Adapter[Any, Any]]
    """Those of the vendors that the operations need."""
    claims: str = field(repr=False)
    """The URL of the store of claims."""
    dead_letters: str
    """The URL, or the path, of the store of dead letters."""
    spill: str | None
    """The path of the file for those that the store cannot take; None: beside it."""
    telemetry: str | None
    seed: int
    grace_s: float
    """How long operations under way may take to finish after SIGTERM."""
    parts: Replacements = field(default_factory=Replacements)
    """What takes the place of its own parts."""

    def secrets(self) -> tuple[str, ...]:
        """What must never be written down."""
        password = urlsplit(self.claims).password
        return (*self.app.secrets(), *([password] if password else []))


def read_settings(environment: Mapping[str, str]) -> Settings:
    """The settings in `environment`. Raises `ConfigError`."""
    operations = several(environment.get("BROWNOUT_OPERATIONS", "")) or None
    parts = load_parts(environment.get(PARTS, ""))
    adapters = _adapters(operations, parts)
    try:
        access = read_access(adapters, environment)
    except ConfigError as error:
        if operations is None and str(error).startswith("missing"):
            raise ConfigError(f"{error}; or say in BROWNOUT_OPERATIONS what is to be served") from None
        raise
    for name, value in environment.items():
        if is_live(value):
            raise ConfigError(f"{name} is a live key: only test keys (sk_test_...) are accepted")
    if environment.get("BROWNOUT_REDIS_URL"):
        raise ConfigError("BROWNOUT_REDIS_URL is called BROWNOUT_CLAIMS now: rename it")
    return Settings(
        host=environment.get("BROWNOUT_HOST", "127.0.0.1"),
        port=_port(environment.get("BROWNOUT_PORT", "8080")),
        app=AppConfig(
            access=access,
            operations=operations,
            heard=_heard(environment.get("BROWNOUT_HEARS", "")),
            **_policies(environment.get("BROWNOUT_POLICIES") or None, parts),
        ),
        adapters=adapters,
        claims=_store("BROWNOUT_CLAIMS", environment, "memory:", check_claims),
        dead_letters=_store("BROWNOUT_DEAD_LETTERS", environment, "brownout-dead-letters.sqlite3", check_dead_letters),
        spill=environment.get("BROWNOUT_SPILL") or None,
        telemetry=environment.get("BROWNOUT_TELEMETRY") or None,
        seed=_whole("BROWNOUT_SEED", environment.get("BROWNOUT_SEED", "0")),
        grace_s=_seconds("BROWNOUT_GRACE_S", environment.get("BROWNOUT_GRACE_S", "15")),
        parts=parts,
    )


def _heard(text: str) -> Sequence[str] | None:
    return () if text == NOBODY else several(text) or None


def _adapters(operations: Sequence[str] | None, parts: Replacements) -> dict[str, Adapter[Any, Any]]:
    try:
        return adapters_of(chosen(parts.flows, operations), parts.adapters)
    except ConfigError as error:
        raise ConfigError(f"BROWNOUT_OPERATIONS: {error}") from None


def _policies(path: str | None, parts: Replacements) -> dict[str, Any]:
    if path is None:
        return {}
    try:
        document = orjson.loads(Path(path).read_bytes())
    except OSError as error:
        raise ConfigError(f"BROWNOUT_POLICIES: {path} cannot be read: {error.strerror}") from error
    except orjson.JSONDecodeError as error:
        raise ConfigError(f"BROWNOUT_POLICIES: {path}:{error.lineno}: not JSON: {error.msg}") from error
    if not isinstance(document, dict):
        raise ConfigError(f"BROWNOUT_POLICIES: {path}: must hold a JSON object")
    return read_document(document, parts.adapters)


def _store(name: str, environment: Mapping[str, str], default: str, check: Callable[[str], None]) -> str:
    url = environment.get(name) or default
    try:
        check(url)
    except ConfigError as error:
        raise ConfigError(f"{name} {error}") from None
    return url


def _port(text: str) -> int:
    port = _whole("BROWNOUT_PORT", text)
    if not 0 <= port <= 65_535:
        raise ConfigError(f"BROWNOUT_PORT must be in [0, 65535], got {port}")
    return port


def _whole(name: str, text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise ConfigError(f"{name} must be a whole number, got {text!r}") from None


def _seconds(name: str, text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        raise ConfigError(f"{name} must be a number of seconds, got {text!r}") from None
    if not 0 <= seconds <= 3600:
        raise ConfigError(f"{name} must be in [0, 3600] seconds, got {text}")
    return seconds
