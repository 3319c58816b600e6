"""The part of the control API that a person looks at: calls as they were, what was sent to people, webhooks in hand."""

from collections.abc import Mapping
from dataclasses import asdict
from heapq import nlargest
from itertools import islice
from typing import Any, Final

from brownout_simulators.hosts.control_words import Answer, Bad, Handler, Query, asked, whole
from brownout_simulators.simulator import Simulator
from brownout_simulators.spelling import shown

CALLS_PAGE: Final = 100
MESSAGES_PAGE: Final = 500
TEXT_SHOWN: Final = 300
"""Characters of a message's text in a list."""
ACCOUNTS_LOOKED_AT: Final = 1_000
"""For messages: those that were opened last."""


def _calls(simulator: Simulator[Any], tail: str, query: Query, data: dict[str, Any]) -> Answer:
    del data
    log = simulator.calls
    if tail:
        found = log.find(int(tail)) if tail.isdecimal() and len(tail) <= 15 else None
        if found is None:
            why = "the log is off" if not log.keep else "it is not kept, or not any more"
            return 404, {"error": f"no call with the row {shown(tail)}: {why}"}
        return 200, found.as_json()
    limit = max(0, min(asked(query, "limit", 20), CALLS_PAGE))
    newest = [each.as_json() for each in log.newest(limit)]
    return 200, {"keep": log.keep, "kept": len(log), "bytes": log.bytes, "calls": newest}


def _keep_calls(simulator: Simulator[Any], tail: str, query: Query, data: dict[str, Any]) -> Answer:
    del tail, query
    keep = whole(data, "keep")
    if keep is None:
        raise Bad("keep: how many calls, a whole number")
    simulator.calls.resize(keep)
    return 200, {"keep": keep}


def _messages(simulator: Simulator[Any], tail: str, query: Query, data: dict[str, Any]) -> Answer:
    del data
    found = _newest(simulator, max(0, min(asked(query, "limit", 100), MESSAGES_PAGE)))
    if tail:
        whole_one = next((message for message in found if message["id"] == tail), None)
        return (404, {"error": f"no message {shown(tail)} among the newest"}) if whole_one is None else (200, whole_one)
    return 200, {"messages": [_in_a_list(message) for message in found]}


def _newest(simulator: Simulator[Any], limit: int) -> list[dict[str, Any]]:
    sent = simulator.vendor.messages
    if sent is None:
        return []
    lately = islice(reversed([*simulator.accounts.items()]), ACCOUNTS_LOOKED_AT)
    kinds = ((name, kind) for name, account in lately for kind in sent(account.state))
    found = ({"account": name, **message._asdict()} for name, kind in kinds for message in islice(kind, limit))
    return nlargest(limit, found, key=lambda message: message["at_s"])


def _in_a_list(message: dict[str, Any]) -> dict[str, Any]:
    """Without what may be long."""
    return {**message, "text": message["text"][:TEXT_SHOWN], "html": "", "has_html": bool(message["html"])}


def _webhooks(simulator: Simulator[Any], tail: str, query: Query, data: dict[str, Any]) -> Answer:
    del tail, query, data
    outbox = simulator.outbox
    held = [
        {
            "id": each.id,
            "account": each.account.name,
            "type": each.notice.type,
            "url": each.url,
            "attempt": each.attempt,
            "operation_id": each.goes_back_to.operation_id,
        }
        for each in outbox.bag.held
    ]
    return 200, {
        "log": [asdict(one) for one in outbox.log],
        **outbox.counts(),
        "hold": outbox.bag.is_holding,
        "held": held,
        "again": list(outbox.bag.again),
    }


def _hold(simulator: Simulator[Any], tail: str, query: Query, data: dict[str, Any]) -> Answer:
    wanted = data.get("hold")
    if not isinstance(wanted, bool):
        raise Bad(f"hold: true or false, got {shown(wanted)}")
    simulator.outbox.hold(simulator.now_s(), is_on=wanted)
    return _webhooks(simulator, tail, query, {})


def _send(simulator: Simulator[Any], tail: str, query: Query, data: dict[str, Any]) -> Answer:
    del tail, query
    ids = data.get("send")
    if not isinstance(ids, list) or not ids or not all(type(each) is int for each in ids):
        raise Bad(f"send: a list of webhooks' ids is needed, got {shown(ids)}")
    return 200, {"sent": simulator.outbox.send(ids, simulator.now_s())}


FOR_PEOPLE: Final[Mapping[str, Mapping[str, Handler]]] = {
    "calls": {"GET": _calls, "PUT": _keep_calls},
    "messages": {"GET": _messages},
    "webhooks": {"GET": _webhooks, "PUT": _hold, "POST": _send},
}
