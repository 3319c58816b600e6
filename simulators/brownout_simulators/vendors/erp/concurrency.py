"""Two at once: ETags that must be named, documents that somebody holds, and the numbers that nobody may share."""

from typing import Any, Final

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Reply
from brownout_simulators.vendor import Refused
from brownout_simulators.vendors.erp.errors import locked, problem, refuse
from brownout_simulators.vendors.erp.records import Record
from brownout_simulators.vendors.erp.rendering import etag_of
from brownout_simulators.vendors.erp.resources import Hold, State
from brownout_simulators.vendors.erp.schema import Kind
from brownout_simulators.vendors.erp.setup import setup_of

LOCK_WAIT_S: Final = 10.0
"""How long a session waits for a document, in an ERP's seconds."""


def require_match(call: Call, account: Account[State], kind: Kind, record: Record) -> None:
    """The If-Match of a change: 428 without one, 412 with a stale one; a star matches anything."""
    setup, given = setup_of(account), call.headers.get("if-match", "").strip()
    target = f"{kind.set}({record.id})"
    if not given:
        code = "BadRequest_InvalidToken" if setup.missing_if_match == 428 else "BadRequest"
        raise refuse(call, code, "If-Match is required.", status=setup.missing_if_match, target=target)
    current = etag_of(record, account)
    if given != "*" and current not in [each.strip() for each in given.split(",")]:
        headers = {"etag": current}
        raise refuse(call, "Request_EntityChanged", status=setup.etag_stale, target=target, headers=headers)


def wait_for(call: Call, account: Account[State], kind: Kind, record: Record) -> float:
    """How long the call waits until it has the document. Raises `Refused` where it waits for too long."""
    hold = account.state.hold_on(record.id, account.clock())
    if hold is None:
        return 0.0
    left_s, patience_s = hold.until_s - account.clock(), setup_of(account).scaled(LOCK_WAIT_S)
    if left_s <= patience_s:
        return left_s
    reply = locked(call, f"{kind.set}({record.id})", hold.by, min(5, max(1, -int(-left_s // 1))))
    reply.begins_in_s = patience_s
    raise Refused(reply)


def hold(account: Account[State], record: Record, by: str, for_s: float) -> None:
    """Nobody else has the document meanwhile."""
    state, now_s = account.state, account.clock()
    for other in [id for id, held in state.holds.items() if held.until_s <= now_s]:  # noqa: A001
        del state.holds[other]
    state.holds[record.id] = Hold(by, now_s + for_s)


def require_free(call: Call, account: Account[State], kind: Kind, values: dict[str, Any]) -> None:
    """A number, and whatever else is one's only, is nobody's yet."""
    state, setup = account.state, setup_of(account)
    taken = []
    if values.get("number"):
        taken = [each for each in state[kind.set].having("number", values["number"]) if each.id != values["id"]]
    if not taken and setup.unique_external_doc and values.get("externalDocumentNumber"):
        taken = state[kind.set].having("externalDocumentNumber", values["externalDocumentNumber"])
    if not taken and values.get("vendorInvoiceNumber"):
        taken = [
            each
            for each in state[kind.set].having("vendorInvoiceNumber", values["vendorInvoiceNumber"])
            if each.values["vendorId"] == values["vendorId"]
        ]
    if taken:
        raise Refused(_taken(call, kind, taken[0], setup.same_key))


def _taken(call: Call, kind: Kind, other: Record, status: int) -> Reply:
    target = f"{kind.set}({other.id})"
    return problem(call, "Internal_EntityWithSameKeyExists", status=status, target=target)
