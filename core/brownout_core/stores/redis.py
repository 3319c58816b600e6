"""Idempotency claims in Redis, shared by every process of an application. Each step is one Lua script.

One hash per key: `state`, `fingerprint`, `owner`, `fence`, `began`, `sent`, `until`, `result`, `over`. Time is the
server's own (milliseconds), so that processes with different clocks agree about a lease.
"""

from typing import Any, Final

import redis.asyncio
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from brownout_core.errors import ConfigError
from brownout_core.records import Begun, Busy, Claimed, Finished, Mismatched, StoreUnavailable

DAY_S = 86_400.0
TIMEOUT_S: Final = 2.0
"""A command gives up after this."""
TRIES: Final = 2
"""How often it is sent: asking again is safe, the same owner gets the same answer."""
CONNECTIONS: Final = 4
"""A command takes a fraction of a millisecond, so a few carry thousands a second; and a small server (the embedded one)
loses connections that are opened many at once."""

STEP: Final = "step:"
"""Below the store's prefix: a key of steps is never a key of claims."""

_NOW = """
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
"""

# KEYS: record. ARGV: fingerprint, owner, lease ms, keep ms. Answers {'claimed', fence, taken over, ms since the first
# owner began, ms since the last sending} | {'busy', ms left} | {'finished', result} | {'mismatched'}.
_BEGIN = (
    _NOW
    + """
local r = redis.call('HMGET', KEYS[1], 'state', 'fingerprint', 'owner', 'fence', 'began', 'sent', 'until', 'result',
                     'over')
local state, fence, over, began, sent = r[1], tonumber(r[4] or '0'), 0, now, now
if state and state ~= 'released' then
  if r[2] ~= ARGV[1] then return {'mismatched'} end
  if state == 'completed' then return {'finished', r[8]} end
  began, sent = tonumber(r[5]), tonumber(r[6] or r[5])
  if r[3] == ARGV[2] then return {'claimed', fence, tonumber(r[9]), now - began, now - sent} end
  if now < tonumber(r[7]) then return {'busy', tonumber(r[7]) - now} end
  over = 1
end
fence = fence + 1
redis.call('HSET', KEYS[1], 'state', 'in_progress', 'fingerprint', ARGV[1], 'owner', ARGV[2], 'fence', fence,
           'began', began, 'sent', sent, 'until', now + tonumber(ARGV[3]), 'result', '', 'over', over)
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return {'claimed', fence, over, now - began, now - sent}
"""
)

# KEYS: record. ARGV: owner, fence, what (sending | completed | released | abandoned), result, keep ms. Answers 1 or 0.
_HOLDER = (
    _NOW
    + """
local r = redis.call('HMGET', KEYS[1], 'state', 'owner', 'fence', 'until')
if r[2] ~= ARGV[1] or r[3] ~= ARGV[2] then return 0 end
if r[1] == 'completed' and ARGV[3] == 'completed' then return 1 end
if r[1] ~= 'in_progress' or now >= tonumber(r[4]) then return 0 end
if ARGV[3] == 'sending' then
  redis.call('HSET', KEYS[1], 'sent', now)
elseif ARGV[3] == 'abandoned' then
  redis.call('HSET', KEYS[1], 'until', now)
else
  redis.call('HSET', KEYS[1], 'state', ARGV[3], 'result', ARGV[4])
  redis.call('PEXPIRE', KEYS[1], ARGV[5])
end
return 1
"""
)

# KEYS: record. ARGV: step, value, keep ms. Answers 1 or 0.
_ADVANCE = """
local kept = redis.call('HGET', KEYS[1], 'step')
if kept and tonumber(ARGV[1]) <= tonumber(kept) then return 0 end
redis.call('HSET', KEYS[1], 'step', ARGV[1], 'value', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1
"""

# KEYS: record. Answers the value, or nothing.
_FURTHEST = "return redis.call('HGET', KEYS[1], 'value')"


class RedisClaimStore:
    """A `ClaimStore` on a Redis server (5 or newer, or fakeredis). Safe for concurrent use by many processes."""

    def __init__(
        self, client: "redis.asyncio.Redis", *, keep_s: float = DAY_S, prefix: str = "brownout:claim:"
    ) -> None:
        """`client` answers bytes (`decode_responses=False`); the store closes it. A record is forgotten `keep_s`
        after its last change, which has to be longer than any lease."""
        if keep_s <= 0:
            raise ConfigError(f"keep_s must be > 0 seconds, got {keep_s}")
        self._client = client
        self._keep_ms = round(keep_s * 1000)
        self._prefix = prefix

    @classmethod
    def from_url(
        cls,
        url: str,
        *,
        keep_s: float = DAY_S,
        prefix: str = "brownout:claim:",
        timeout_s: float = TIMEOUT_S,
        connections: int = CONNECTIONS,
    ) -> "RedisClaimStore":
        """Connect lazily to `redis://host:port/db`. A command gives up after `timeout_s` and is tried once more;
        beyond `connections`, commands wait their turn, for `timeout_s` at most."""
        pool = redis.asyncio.BlockingConnectionPool.from_url(
            url,
            max_connections=connections,
            timeout=timeout_s,
            socket_timeout=timeout_s,
            socket_connect_timeout=timeout_s,
            retry=Retry(NoBackoff(), TRIES - 1),
        )
        return cls(redis.asyncio.Redis.from_pool(pool), keep_s=keep_s, prefix=prefix)

    async def begin(self, key: str, fingerprint: str, owner: str, lease_s: float) -> Begun:
        lease_ms = round(lease_s * 1000)
        answer = await self._run(_BEGIN, key, [fingerprint, owner, lease_ms, max(self._keep_ms, 2 * lease_ms)])
        match answer[0]:
            case b"claimed":
                if not answer[2]:
                    return Claimed(int(answer[1]))
                return Claimed(int(answer[1]), True, int(answer[3]) / 1000, int(answer[4]) / 1000)
            case b"busy":
                return Busy(int(answer[1]) / 1000)
            case b"finished":
                return Finished(bytes(answer[1]))
            case _:
                return Mismatched()

    async def sending(self, key: str, owner: str, fence: int) -> bool:
        return bool(await self._run(_HOLDER, key, [owner, fence, "sending", b"", 0]))

    async def complete(self, key: str, owner: str, fence: int, result: bytes) -> bool:
        return bool(await self._run(_HOLDER, key, [owner, fence, "completed", result, self._keep_ms]))

    async def release(self, key: str, owner: str, fence: int) -> bool:
        return bool(await self._run(_HOLDER, key, [owner, fence, "released", b"", self._keep_ms]))

    async def abandon(self, key: str, owner: str, fence: int) -> bool:
        return bool(await self._run(_HOLDER, key, [owner, fence, "abandoned", b"", self._keep_ms]))

    async def advance(self, key: str, step: int, value: bytes) -> bool:
        return bool(await self._run(_ADVANCE, STEP + key, [step, value, self._keep_ms]))

    async def furthest(self, key: str) -> bytes | None:
        kept = await self._run(_FURTHEST, STEP + key, [])
        return None if kept is None else bytes(kept)

    async def check(self) -> None:
        try:
            await self._client.ping()
        except (RedisError, OSError) as error:
            raise StoreUnavailable(f"redis: {type(error).__name__}") from error

    async def close(self) -> None:
        await self._client.aclose()

    async def _run(self, script: str, key: str, args: list[str | bytes | int]) -> Any:
        try:
            # EVAL and not EVALSHA: a kilobyte on a local wire is cheaper than the case of a server that has forgotten.
            return await self._client.eval(script, 1, self._prefix + key, *args)
        except (RedisError, OSError) as error:
            # The message may quote the URL, which may hold a password.
            raise StoreUnavailable(f"redis: {type(error).__name__}") from error


def open_claims(url: str) -> RedisClaimStore:
    """The store on the server at `url`. Connects lazily."""
    return RedisClaimStore.from_url(url)
