"""Lists: `limit` from 1 to 100, `after` an id, `order` by creation, newest first by default."""

from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any, Final

from brownout_simulators.call import Call
from brownout_simulators.store import Store
from brownout_simulators.vendors.openai.errors import refuse
from brownout_simulators.vendors.openai.resources import Object

DEFAULT: Final = 20
MOST: Final = 100


def page(
    call: Call,
    store: Store[Any],
    *,
    shown: Callable[[Any], Object] = lambda item: item,
    wanted: Callable[[Any], bool] = lambda _item: True,
    default: int = DEFAULT,
    most: int = MOST,
    order: str = "desc",
) -> Object:
    """One page; `wanted` leaves objects out."""
    limit, after = _limit(call, default, most), call.data.get("after")
    order = call.data.get("order", order)
    if order not in {"asc", "desc"}:
        message = f"Invalid value: '{str(order)[:100]}'. Supported values are: 'asc', 'desc'."
        raise refuse(message, param="order", code="invalid_value")
    if after is not None and after not in store:
        raise refuse(f"No such object: '{str(after)[:100]}'.", param="after", status=404)
    rows: Iterable[Any] = store.oldest_first(after) if order == "asc" else store.newest_first(after)
    found = list(islice((item for item in rows if wanted(item)), limit + 1))
    data = [shown(item) for item in found[:limit]]
    ends = {"first_id": data[0]["id"] if data else "", "last_id": data[-1]["id"] if data else ""}
    return {"object": "list", "data": data, **ends, "has_more": len(found) > limit}


def _limit(call: Call, default: int, most: int) -> int:
    text = str(call.data.get("limit", default))
    if not (text.isascii() and text.lstrip("-").isdigit()):
        raise refuse("Invalid type for 'limit': expected an integer.", param="limit", code="invalid_type")
    limit = int(text[:12])
    if not 1 <= limit <= most:
        code = f"integer_{'below_min' if limit < 1 else 'above_max'}_value"
        raise refuse(f"Invalid 'limit': expected a value from 1 to {most}, got {limit}.", param="limit", code=code)
    return limit
