"""What a vendor remembers under idempotency keys: bounded, and forgotten after the vendor's own time."""

from dataclasses import dataclass
from typing import Final

from brownout_simulators.call import Reply, trimmed
from brownout_simulators.store import Store

KEYS_LIMIT: Final = 50_000


@dataclass(slots=True)
class Remembered:
    """One key: first claimed by a call that is still being handled, then with the reply."""

    fingerprint: bytes
    request_id: str
    """Of the first request."""
    claimed_at_s: float
    reply: Reply | None = None
    """None while the first request is still being handled."""


def _is_answered(known: Remembered) -> bool:
    return known.reply is not None


class Keys:
    """The keys of one account. A key that is in progress is never forgotten for age, and for want of room after those
    that are answered."""

    def __init__(self, ttl_s: float, limit: int = KEYS_LIMIT) -> None:
        self._ttl_s = ttl_s
        self.store: Store[Remembered] = Store(limit, is_settled=_is_answered)

    def __len__(self) -> int:
        return len(self.store)

    def find(self, key: str, now_s: float) -> Remembered | None:
        """What is known under `key`, unless it is too old."""
        known = self.store.get(key)
        if known is not None and known.reply is not None and now_s - known.claimed_at_s >= self._ttl_s:
            self.store.remove(key)
            return None
        return known

    def claim(self, key: str, fingerprint: bytes, request_id: str, now_s: float) -> Remembered:
        """Mark `key` as in progress. Only for a key that `find` does not know."""
        known = Remembered(fingerprint, request_id, now_s)
        self.store.add(key, known)
        return known

    def save(self, claim: Remembered, reply: Reply) -> None:
        """Remember `reply`; a copy, because hosts and faults go on to change the one that goes out."""
        body = reply.body if reply.body_is_trimmed else trimmed(reply.body)
        claim.reply = Reply(reply.status, body, dict(reply.headers), executed=reply.executed, stream=reply.stream)

    def release(self, key: str, claim: Remembered) -> None:
        """Forget a claim: the reply is not one that the vendor remembers."""
        if self.store.get(key) is claim:
            self.store.remove(key)
