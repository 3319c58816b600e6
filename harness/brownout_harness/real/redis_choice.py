"""A Redis that the user names: on this machine, with an empty database, which is left empty again."""

import contextlib
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from brownout_harness.problems import BadInput
from brownout_harness.safety.loopback import require_loopback

TIMEOUT_S = 2.0


def check_redis_url(url: str) -> str:
    """The URL, if it names a Redis on this machine.

    Raises:
        BadInput: it does not.
    """
    return require_loopback(url, "--redis", schemes=("redis",))


@contextmanager
def chosen(url: str | None) -> Iterator[str | None]:
    """The URL to use, or None for a Redis of our own. What the run leaves in the database is removed on the way out.

    Raises:
        BadInput: nothing answers there, or the database holds something: a run would mix with it, and empty it.
    """
    if url is None:
        yield None
        return
    import redis

    url = check_redis_url(url)
    client = redis.Redis.from_url(url, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S)
    try:
        held = client.dbsize()
    except redis.RedisError:
        where = f"{urlsplit(url).hostname}:{urlsplit(url).port or 6379}"
        raise BadInput(f"no Redis answers at {where}: start one, or leave --redis out") from None
    if held:
        raise BadInput(f"the Redis database of --redis holds {held} keys: name an empty one, such as .../15")
    try:
        yield url
    finally:
        # It was empty when the run began, so everything in it is the run's.
        with contextlib.suppress(redis.RedisError):  # it is gone itself
            client.flushdb()
        client.close()
