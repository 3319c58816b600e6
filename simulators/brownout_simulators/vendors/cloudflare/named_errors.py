"""Cloudflare's errors by name, for faults that ask for one. Nothing is done."""

from collections.abc import Callable, Mapping
from typing import Final

import orjson

from brownout_simulators.call import Call, Reply
from brownout_simulators.vendor import NamedError
from brownout_simulators.vendors.cloudflare.errors import ERRORS, JSON, CloudflareErrors, edge_page, error

_OWN: Final = CloudflareErrors(lambda _path: True)
EDGE: Final = (520, 521, 522, 523, 524, 525, 526, 527, 530)


def _plain(name: str) -> Callable[[Call], Reply]:
    return lambda _call: error(name)


def _page(status: int) -> Callable[[Call], Reply]:
    return lambda _call: edge_page(status)


def _no_success(_call: Call) -> Reply:
    """Clients go by the status: to them this is a success without a result."""
    said = {"code": ERRORS["throttled"][1], "message": ERRORS["throttled"][2]}
    body = orjson.dumps({"result": None, "success": False, "errors": [said], "messages": []})
    return Reply(200, body, {"Content-Type": JSON}, executed=False)


NAMED_ERRORS: Final[Mapping[str, NamedError]] = {
    **{name: NamedError(status, f"{code}: {words}", _plain(name)) for name, (status, code, words) in ERRORS.items()},
    "throttled": NamedError(
        429, f"{ERRORS['throttled'][1]}: {ERRORS['throttled'][2]}", lambda call: _OWN.throttled(call, None, "requests")
    ),
    "ok_success_false": NamedError(200, "971 in an envelope that is no success, under status 200", _no_success),
    **{f"edge_{status}": NamedError(status, f"a page of the edge, {status}", _page(status)) for status in EDGE},
}
