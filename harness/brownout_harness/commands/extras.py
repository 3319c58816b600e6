"""What a command needs beyond the bare package: the extras of `pyproject.toml`, one line that names a missing one."""

from collections.abc import Callable, Mapping
from functools import wraps
from importlib.util import find_spec
from typing import Any, Final

from brownout_harness.problems import BadInput

EXTRAS: Final[Mapping[str, tuple[str, ...]]] = {
    "run": (
        "aiohttp",
        "fakeredis",
        "faker",
        "jinja2",
        "locust",
        "lupa",
        "matplotlib",
        "polars",
        "prometheus_client",
        "redis",
        "structlog",
    ),
    "wire": ("toxiproxy",),
}
"""By extra, what can be imported where it is installed."""

BARE: Final = ("doctor", "fault", "intercept", "toxiproxy", "up", "vendors")
"""The commands that need none."""


def needing(extra: str, name: str, command: Callable[..., None]) -> Callable[..., None]:
    """The command, which says what is missing before it does anything else."""

    @wraps(command)
    def checked(*args: Any, **options: Any) -> None:
        if missing := missing_of(extra):
            raise BadInput(
                f"brownout {name} needs brownout[{extra}]: pip install 'brownout[{extra}]' (no {missing} here)"
            )
        command(*args, **options)

    return checked


def missing_of(extra: str) -> str:
    """The first library of the extra that is not installed; "" where all are. Imports none of them."""
    return next((library for library in EXTRAS[extra] if find_spec(library) is None), "")
