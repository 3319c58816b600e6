"""The gateway's settings, from the environment. What is wrong is said in one line, without the value of a secret."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson

from brownout_core.compose import AppConfig, SalesAccess, StripeAccess, TwilioAccess, read_document
from brownout_core.errors import ConfigError

REQUIRED = ("STRIPE_API_KEY", "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "SALES_CLIENT_ID", "SALES_CLIENT_SECRET")
LIVE_PREFIXES = ("sk_live_", "rk_live_")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that `python -m brownout_core.gateway` needs to know."""

    host: str
    port: int
    """0: any free port; the ready line says which."""
    app: AppConfig
    redis_url: str | None = field(repr=False)
    """None: claims are kept in memory, and forgotten by a restart."""
    dead_letters: str
    telemetry: str | None
    webhook_secrets: tuple[str, ...] = field(repr=False)
    seed: int
    grace_s: float
    """How long operations under way may take to finish after SIGTERM."""

    def secrets(self) -> tuple[str, ...]:
        """What must never be written down."""
        password = urlsplit(self.redis_url).password if self.redis_url else None
        return (*self.app.secrets(), *self.webhook_secrets, *([password] if password else []))


def read_settings(environment: Mapping[str, str]) -> Settings:
    """The settings in `environment`. Raises `ConfigError`."""
    missing = [name for name in REQUIRED if not environment.get(name)]
    if missing:
        raise ConfigError(f"missing in the environment: {', '.join(missing)}")
    for name, value in environment.items():
        if value.startswith(LIVE_PREFIXES):
            raise ConfigError(f"{name} is a live key: only test keys (sk_test_...) are accepted")
    return Settings(
        host=environment.get("BROWNOUT_HOST", "127.0.0.1"),
        port=_port(environment.get("BROWNOUT_PORT", "8080")),
        app=_app(environment),
        redis_url=_redis(environment.get("BROWNOUT_REDIS_URL") or None),
        dead_letters=environment.get("BROWNOUT_DEAD_LETTERS") or "brownout-dead-letters.sqlite3",
        telemetry=environment.get("BROWNOUT_TELEMETRY") or None,
        webhook_secrets=tuple(
            secret.strip() for secret in environment.get("STRIPE_WEBHOOK_SECRET", "").split(",") if secret.strip()
        ),
        seed=_whole("BROWNOUT_SEED", environment.get("BROWNOUT_SEED", "0")),
        grace_s=_seconds("BROWNOUT_GRACE_S", environment.get("BROWNOUT_GRACE_S", "15")),
    )


def _app(environment: Mapping[str, str]) -> AppConfig:
    return AppConfig(
        stripe=StripeAccess(
            base_url=_url(environment, "STRIPE_API_BASE", "http://127.0.0.1:12111"),
            api_key=environment["STRIPE_API_KEY"],
        ),
        twilio=TwilioAccess(
            base_url=_url(environment, "TWILIO_API_BASE", "http://127.0.0.1:12112"),
            account_sid=environment["TWILIO_ACCOUNT_SID"],
            auth_token=environment["TWILIO_AUTH_TOKEN"],
            sender=environment.get("TWILIO_FROM") or "+15005550006",
            verify_service=environment.get("TWILIO_VERIFY_SERVICE", ""),
        ),
        sales=SalesAccess(
            base_url=_url(environment, "SALES_API_BASE", "http://127.0.0.1:12113"),
            client_id=environment["SALES_CLIENT_ID"],
            client_secret=environment["SALES_CLIENT_SECRET"],
        ),
        **_policies(environment.get("BROWNOUT_POLICIES") or None),
    )


def _policies(path: str | None) -> dict[str, Any]:
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
    return read_document(document)


def _url(environment: Mapping[str, str], name: str, default: str) -> str:
    value = environment.get(name) or default
    try:
        parts = urlsplit(value)
        is_fit = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        is_fit = False
    if not is_fit:
        raise ConfigError(f"{name} must be an http or https URL")
    return value.rstrip("/")


def _redis(url: str | None) -> str | None:
    if url is None:
        return None
    try:
        parts = urlsplit(url)
        is_fit = parts.scheme in {"redis", "rediss", "unix"} and (parts.port or 1) > 0
    except ValueError:
        is_fit = False
    if not is_fit:
        raise ConfigError("BROWNOUT_REDIS_URL must be like redis://host:port/0 (or rediss://, unix://)")
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
