"""Which Redis a run uses: the machine's own `redis-server`, the embedded one, or one that the user names.

The embedded one (fakeredis) needs nothing installed, but it is Python, and under load it is what gives up first. So a
`redis-server` is used where there is one.
"""

import contextlib
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from brownout_harness.problems import BadInput
from brownout_harness.safety.loopback import require_loopback

AUTO: Final = "auto"
FAKE: Final = "fake"
TIMEOUT_S: Final = 2.0
SERVER: Final = "redis-server"


@dataclass(frozen=True, slots=True, kw_only=True)
class Redis:
    """One choice."""

    words: str
    """For people: `redis-server 7.0.15`."""
    url: str = ""
    """Of one that the user names."""
    binary: str = ""
    """Of a server that the run starts; with neither it starts the embedded one."""


def choose(option: str = AUTO, *, path: str | None = None) -> Redis:
    """From `auto`, `fake` or a URL; `path` is where programs are looked for instead of the environment's.

    Raises:
        BadInput: a URL that names no Redis on this machine.
    """
    if option == FAKE:
        return Redis(words="embedded fakeredis")
    if option != AUTO:
        url = check_redis_url(option)
        return Redis(words=f"the Redis at {_place(url)}", url=url)
    binary = shutil.which(SERVER, path=path)
    if binary is None:
        return Redis(words=f"embedded fakeredis (no {SERVER} on PATH)")
    version = _version(binary)
    if not version:
        return Redis(words=f"embedded fakeredis ({binary} cannot be run)")
    return Redis(words=f"{SERVER} {version}", binary=binary)


def _version(binary: str) -> str:
    """`7.0.15`; empty for what does not say."""
    try:
        told = subprocess.run([binary, "--version"], capture_output=True, text=True, timeout=TIMEOUT_S, check=False)  # noqa: S603 - found on PATH by its name
    except (OSError, subprocess.TimeoutExpired):
        return ""
    found = re.search(r"\bv=([\w.-]+)", told.stdout)
    return found[1] if found else ""


def check_redis_url(url: str) -> str:
    """The URL, if it names a Redis on this machine.

    Raises:
        BadInput: it does not.
    """
    if "://" not in url:
        raise BadInput(f"--redis {url}: write auto, fake or redis://127.0.0.1:PORT/DATABASE")
    return require_loopback(url, "--redis", schemes=("redis",))


@contextmanager
def emptied(redis: Redis) -> Iterator[None]:
    """What the run leaves in a database that the user names is removed on the way out.

    Raises:
        BadInput: nothing answers there, or the database holds something: a run would mix with it, and empty it.
    """
    if not redis.url:
        yield
        return
    from redis import Redis as Client
    from redis import RedisError

    client = Client.from_url(redis.url, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S)
    try:
        held = client.dbsize()
    except RedisError:
        raise BadInput(f"no Redis answers at {_place(redis.url)}: start one, or leave --redis out") from None
    if held:
        raise BadInput(f"the Redis database of --redis holds {held} keys: name an empty one, such as .../15")
    try:
        yield
    finally:
        # It was empty when the run began, so everything in it is the run's.
        with contextlib.suppress(RedisError):  # it is gone itself
            client.flushdb()
        client.close()


def _place(url: str) -> str:
    """Host and port, without the password that a URL may hold."""
    return f"{urlsplit(url).hostname}:{urlsplit(url).port or 6379}"
