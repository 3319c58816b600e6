"""How a call is read and an answer written: JSON bodies, the query where there is none, instants, ids."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final
from urllib.parse import parse_qsl

import orjson

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Effect, Notice, Reply
from brownout_simulators.vendors.resend.errors import JSON

BATCH: Final = "emails"
"""Under which a body that is a list is found."""
BODY_LIMIT: Final = 40 * 1024 * 1024
"""Of one mail with its attachments, as they are in the request (resend.com/docs, "Send Email")."""


def parse(call: Call) -> Mapping[str, Any]:
    """A JSON object or list; the query of a GET, whatever its body: the Python SDK sends an empty one. Raises
    `ValueError`."""
    if call.method == "GET":
        return _query(call.query) if call.query else {}
    if not call.body:
        return {}
    body = orjson.loads(call.body)
    if isinstance(body, dict):
        return body
    if isinstance(body, list):
        return {BATCH: body}
    raise ValueError("a JSON object is needed")


@lru_cache(maxsize=1_024)
def _query(query: str) -> Mapping[str, str]:
    """Of a repeated field the last one. Remembered, and so never changed."""
    try:
        return dict(parse_qsl(query, keep_blank_values=True, max_num_fields=100))
    except ValueError:
        raise ValueError("the query has too many fields") from None


def reply(body: Any, *, status: int = 200, effects: Sequence[Effect] = (), notices: Sequence[Notice] = ()) -> Reply:
    """An answer that is no error."""
    return Reply(status, orjson.dumps(body), {"Content-Type": JSON}, effects=effects, notices=notices)


def new_id(account: Account[Any]) -> str:
    """A UUID of version 4, as every object's id is."""
    digits = account.ids.hexadecimal(32)
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"


def moment(wall_s: float) -> str:
    """An instant as objects tell it: `2026-04-03 22:13:42.674981+00`."""
    return datetime.fromtimestamp(wall_s, UTC).strftime("%Y-%m-%d %H:%M:%S.%f+00")


def instant(wall_s: float) -> str:
    """An instant as events tell it: `2026-04-03T22:13:42.674Z`."""
    return datetime.fromtimestamp(wall_s, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def instant_of(told: str) -> str:
    """What `moment` told, as events tell it."""
    return f"{told[:10]}T{told[11:23]}Z"
