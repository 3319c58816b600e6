"""What a Redis holds: emptied, copied and put back, of every database, each in one step that nobody gets between."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, NamedTuple

from redis import Redis as Client
from redis import RedisError

TIMEOUT_S: Final = 5.0
"""For one step, however much it holds."""
NEVER_MS: Final = 0
"""Written as a key's time to live, it has none."""

# ARGV: how many databases. Answers for each key: database, name, content (DUMP), milliseconds to live (-1: for ever).
_COPY = """
local found = {}
for database = 0, tonumber(ARGV[1]) - 1 do
  redis.call('SELECT', database)
  for _, key in ipairs(redis.call('KEYS', '*')) do
    found[#found + 1] = {database, key, redis.call('DUMP', key), redis.call('PTTL', key)}
  end
end
return found
"""
DATABASES: Final = 16
"""As many as a server has, where nobody tells it otherwise; nobody does."""


class NotDone(Exception):
    """The Redis did not do it; the message says why."""


class Content(NamedTuple):
    """Of all databases, at one instant."""

    held: dict[tuple[int, bytes], bytes]
    """By database and key."""
    to_live_ms: dict[tuple[int, bytes], int]
    """Of keys that do not live for ever."""
    taken_s: float
    """On the machine's monotonic clock."""


def content(url: str, *, clock: Callable[[], float] = time.monotonic) -> Content:
    """What it holds. Raises `NotDone`."""
    with _client(url) as client:
        found: Any = client.eval(_COPY, 0, str(DATABASES))
        held = {(int(database), key): dump for database, key, dump, _ in found}
        to_live_ms = {(int(database), key): int(left_ms) for database, key, _, left_ms in found if int(left_ms) >= 0}
        return Content(held, to_live_ms, clock())


def empty(url: str) -> None:
    """Everything is gone. Raises `NotDone`."""
    with _client(url) as client:
        client.flushall()


def put_back(url: str, was: Content, *, clock: Callable[[], float] = time.monotonic) -> None:
    """It holds that and nothing else; what would have expired by now has. Raises `NotDone`."""
    with _client(url) as client, client.pipeline(transaction=True) as steps:
        steps.flushall()
        gone_ms = (clock() - was.taken_s) * 1000.0
        database = 0
        for (of, key), dump in sorted(was.held.items()):
            left_ms = was.to_live_ms.get((of, key))
            if left_ms is not None and left_ms <= gone_ms:
                continue
            if of != database:
                steps.select(of)
                database = of
            steps.restore(key, NEVER_MS if left_ms is None else round(left_ms - gone_ms) or 1, dump)
        steps.execute()


@contextmanager
def _client(url: str) -> Iterator[Client]:
    # One connection, for one step: whatever database it has selected by then, nobody uses it again.
    client = Client.from_url(url, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S)
    try:
        yield client
    except RedisError as error:
        raise NotDone(f"{type(error).__name__}: {error}") from None
    finally:
        client.close()
