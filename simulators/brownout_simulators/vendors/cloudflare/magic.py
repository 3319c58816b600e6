"""Names with a fixed outcome. Cloudflare has no test inputs: all of these are the simulator's own."""

import re
from collections.abc import Mapping
from typing import Final

STUCK: Final = ".stuck.test"
MOVED: Final = ".moved.test"
BANNED: Final = ".banned.test"
FAILS: Final = "sim-fail/"
SLOW: Final = "sim-slow/"
THROTTLED: Final = "sim-429/"
SLOW_S: Final = 5.0
GHOST: Final = "sim:ghost"
COMMIT_THEN_500: Final = "sim:commit-then-500"
_LAG: Final = re.compile(r"sim:lag=(\d{1,4})s", re.ASCII)

DOCUMENTED: Final[Mapping[str, str]] = {
    "zone ….stuck.test": "is never active",
    "zone ….moved.test": "is active, and moved an hour later",
    "zone ….banned.test": "is refused",
    "a record's comment sim:lag=5s": "it is not seen for so long",
    "a record's comment sim:ghost": "it is answered as made, and never is",
    "a record's comment sim:commit-then-500": "it is made, and the answer is 500",
    "KV key sim-fail/…": "is among unsuccessful_keys of a bulk write",
    "KV key sim-slow/…": "answers after 5 s",
    "KV key sim-429/…": "is written too often",
    "header X-Brownout-Location: …": "reads KV where what was read is shown for 60 s, also that nothing was",
    "cf_ro_…": "a token that only reads",
    "cf_zone_<zone id>_…": "a token for one zone",
    "cf_expired_…, cf_disabled_…": "a token that is good no more",
    "cfat_ok_…": "a token that an account owns",
    "cf_key_… with any e-mail": "a key in place of a token",
}


def lag_of(comment: str | None) -> float:
    """For how many seconds a record is not seen."""
    found = _LAG.fullmatch(comment or "")
    return float(found[1]) if found is not None else 0.0
