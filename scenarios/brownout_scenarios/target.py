"""The application under test, as a scenario names it: where it serves, how it is started, what is filled in."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from brownout_scenarios.observing import Observe

TEMPLATE = re.compile(r"\{\{\s*([\w.]+)\s*\}\}")
"""A value to be filled in: `{{port}}`, `{{stripe.url}}`."""

REDIS_URL: Final = "redis.url"
"""The template of the Redis that the harness starts."""

RUN_VALUES = ("port", "python", "redis")
"""What templates of a target may name besides vendors."""


class Command(tuple[str, ...]):
    """Program and arguments; written as a list, or as words with spaces between."""

    __slots__ = ()


_NO_COMMAND = Command()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """How one knows that the target serves: a GET that answers below 500, or a line in its log."""

    path: str = "/"
    log: str = ""
    """In place of a GET: it has written a line that holds this, since it was started."""
    within_s: float = 20.0
    """After this the run is given up."""

    def __post_init__(self) -> None:
        if self.log and self.path != "/":
            raise ValueError("has path and log: ready is one that answers there, or one that has written that")


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The application under test: launched by `command`, or already running at `url`; in virtual time, `asgi`."""

    url: str = ""
    """Where it serves; `{{port}}` stands for a free port that the harness picks. Needed in real mode."""
    asgi: str = ""
    """For virtual time: the application to import, ASGI's or aiohttp's: `shop:app`, or `shop:make_app()` for what a
    call makes. It is looked for in `folder` first."""
    command: Command = _NO_COMMAND
    """Program and arguments, started in `folder`. `{{python}}` is the harness's own interpreter."""
    folder: str = ""
    """Where the application is, from the scenario file's own folder, which it is by default."""
    env: Mapping[str, str] = field(default_factory=dict)
    """Added to its environment, which holds `PORT` and what `brownout up` prints for each vendor already. Filled in:
    `{{port}}`, `{{python}}`, `{{stripe.url}}`, `{{stripe.key}}`, `{{redis.url}}`, and of a vendor with
    `notices` `{{stripe.webhook_secret}}`."""
    ready: Ready = Ready()
    ports: Mapping[str, int] = field(default_factory=dict)
    """Per vendor, where its simulator serves: `{stripe: 12111}`; of those left out, a free one. A target that runs
    already cannot know a free port."""
    port: int = 0
    """What `{{port}}` is; 0: a free one."""
    upstreams: Mapping[str, str] = field(default_factory=dict)
    """What else it depends on and a link may lead to, by a name of yours: `{postgres: 127.0.0.1:5432}`. It runs
    already, on this machine; the target finds it at `{{postgres.address}}`."""
    intercept: bool = False
    """It cannot be pointed at the simulators: it asks the vendors' real hosts, and mitmproxy sends that to the
    simulators. Its environment says where the proxy is and whom to trust, in place of the vendors' addresses. In real
    mode."""
    observe: Observe | None = None
    """What is read of it while it runs, in real mode: `{prometheus: {breakers: {stripe: {metric: …}}}}`."""

    @property
    def is_started(self) -> bool:
        """Whether the harness starts it, and so can end it."""
        return bool(self.command or self.asgi)

    def told(self, mode: str) -> str:
        """What is run in that mode, for people."""
        if mode == "virtual":
            return self.asgi
        return " ".join(self.command).replace("{{python}}", "python") or self.url

    def templates(self) -> tuple[str, ...]:
        """The names between `{{` and `}}` in its URL, command and environment."""
        return tuple(TEMPLATE.findall(" ".join([self.url, *self.command, *self.env.values()])))
