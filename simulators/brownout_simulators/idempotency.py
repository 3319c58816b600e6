"""What a vendor remembers under idempotency keys: bounded, and forgotten after the vendor's own time."""

from collections import OrderedDict
from dataclasses import dataclass

from brownout_simulators.call import Reply, trimmed


@dataclass(slots=True)
class Remembered:
    """One key: first claimed by a call that is still being handled, then with the reply."""

    fingerprint: bytes
    request_id: str
    """Of the first request."""
    claimed_at_s: float
    reply: Reply | None = None
    """None while the first request is still being handled."""


class Keys:
    """The keys of one account. A key that is in progress is never forgotten for age, only for want of room."""

    def __init__(self, ttl_s: float, limit: int = 50_000) -> None:
        self._ttl_s = ttl_s
        self._limit = limit
        self._known: OrderedDict[str, Remembered] = OrderedDict()

    def __len__(self) -> int:
        return len(self._known)

    def find(self, key: str, now_s: float) -> Remembered | None:
        """What is known under `key`, unless it is too old."""
        known = self._known.get(key)
        if known is not None and known.reply is not None and now_s - known.claimed_at_s >= self._ttl_s:
            del self._known[key]
            return None
        return known

    def claim(self, key: str, fingerprint: bytes, request_id: str, now_s: float) -> Remembered:
        """Mark `key` as in progress. Only for a key that `find` does not know."""
        known = Remembered(fingerprint, request_id, now_s)
        self._known[key] = known
        if len(self._known) > self._limit:
            self._known.popitem(last=False)
        return known

    def save(self, claim: Remembered, reply: Reply) -> None:
        """Remember `reply`; a copy, because hosts and faults go on to change the one that goes out."""
        body = reply.body if reply.body_is_trimmed else trimmed(reply.body)
        claim.reply = Reply(reply.status, body, dict(reply.headers), executed=reply.executed, stream=reply.stream)

    def release(self, key: str, claim: Remembered) -> None:
        """Forget a claim: the reply is not one that the vendor remembers."""
        if self._known.get(key) is claim:
            del self._known[key]

    def forget(self) -> None:
        """Lose every key, as a store that was lost does."""
        self._known.clear()
