"""An envelope's recipients and their tabs: read, added, changed, taken away; one answer for each of them."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

import orjson

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Reply
from brownout_simulators.vendor import Refused, Route
from brownout_simulators.vendors.docusign import definitions as read
from brownout_simulators.vendors.docusign.access import query_of
from brownout_simulators.vendors.docusign.envelopes import ENVELOPE, of_call, seen
from brownout_simulators.vendors.docusign.errors import SITUATIONS, details, refuse
from brownout_simulators.vendors.docusign.locks import require_unlocked
from brownout_simulators.vendors.docusign.people import OPEN, Happening
from brownout_simulators.vendors.docusign.resources import DocusignAccount, Envelope, Object, State, site_of
from brownout_simulators.vendors.docusign.shapes import KINDS, recipients_of, reply

_CHANGEABLE: Final = ("name", "email", "note", "clientUserId", "roleName", "routingOrder")


def list_recipients(call: Call, account: Account[State]) -> Reply:
    """GET /envelopes/{envelopeId}/recipients."""
    _, version = seen(call, account)
    with_tabs = query_of(call).get("include_tabs", "").lower() == "true"
    return reply(200, recipients_of(version, with_tabs=with_tabs))


def add(call: Call, account: Account[State]) -> Reply:
    """POST …/recipients: one who is added to an envelope that is out gets it when it is his turn."""
    envelope = _changeable(call, account)
    draft = envelope.status == "created"
    fresh = read.recipients(call.data, envelope.id, site_of(account).recipient_limit, is_draft=draft)
    known = {one["recipientId"] for one in envelope.now.recipients}
    if any(one["recipientId"] in known for one in fresh):
        raise refuse("DUPLICATE_RECIPIENT_ID")
    if len(known) + len(fresh) > site_of(account).recipient_limit:
        raise refuse("RECIPIENT_LIMIT_EXCEEDED")
    happening = Happening(account, envelope)
    happening.keep((*envelope.now.recipients, *fresh))
    if envelope.status in OPEN:
        happening.send_next()
    notices = happening.done()
    answer = reply(201, recipients_of(envelope.now))
    answer.effects, answer.notices = happening.effects, notices
    return answer


def change(call: Call, account: Account[State]) -> Reply:
    """PUT …/recipients: each of them is answered for; one that is not there is added."""
    envelope = _changeable(call, account)
    happening = Happening(account, envelope)
    resend = query_of(call).get("resend_envelope", "").lower() == "true"
    results = []
    for kind in KINDS:
        for given in read.objects(call.data, kind):
            recipient_id = read.text(given, "recipientId", 36)
            results.append(_result(recipient_id, partial(_changed, happening, given, kind, resend=resend)))
    if envelope.status in OPEN:
        happening.send_next()
    return _with(reply(200, {"recipientUpdateResults": results}), happening)


def _changed(happening: Happening, given: Mapping[str, Any], kind: str, *, resend: bool) -> None:
    envelope = happening.envelope
    recipient_id = read.text(given, "recipientId", 36)
    one = happening.recipient(recipient_id)
    if one is None:
        if envelope.status != "created":
            raise refuse("UNKNOWN_ENVELOPE_RECIPIENT")
        fresh = read.recipient(given, kind, envelope.id, is_draft=True)
        happening.keep((*happening.recipients, fresh))
        return
    if one["status"] in {"completed", "declined"}:
        raise refuse("RECIPIENT_NOT_IN_SEQUENCE", "He has done his part.")
    row = read.recipient({**one, **given}, one["kind"], envelope.id, is_draft=envelope.status == "created")
    changes: Object = {name: row[name] for name in _CHANGEABLE if name in given and name in row}
    if "tabs" in given and one["kind"] == "signers":
        changes |= {"tabs": row.get("tabs", {}), "totalTabCount": row["totalTabCount"]}
    changed = happening.change(one, **changes)
    if changed["status"] in OPEN and (resend or changes.get("email", one["email"]) != one["email"]):
        happening.mail(changed)
        happening.tell("recipient-resent", changed)


def remove(call: Call, account: Account[State]) -> Reply:
    """DELETE …/recipients, and …/recipients/{recipientId}."""
    envelope = _changeable(call, account)
    happening = Happening(account, envelope)
    one_id = call.params.get("recipientId")
    if one_id is not None:
        ids = [one_id]
    elif call.body:
        ids = [read.text(one, "recipientId", 36) for kind in KINDS for one in read.objects(call.data, kind)]
    else:
        ids = [one["recipientId"] for one in envelope.now.recipients]
    results = [_result(each, partial(_removed, happening, each)) for each in ids]
    if one_id is not None and results[0]["errorDetails"]["errorCode"] != "SUCCESS":
        raise refuse(results[0]["errorDetails"]["errorCode"])
    if envelope.status in OPEN:
        happening.send_next()
    return _with(reply(200, {"recipientUpdateResults": results}), happening)


def _removed(happening: Happening, recipient_id: str) -> None:
    one = happening.recipient(recipient_id)
    if one is None:
        raise refuse("UNKNOWN_ENVELOPE_RECIPIENT")
    left = [each for each in happening.recipients if each is not one]
    if happening.status in OPEN and (one["status"] != "created" or not left):
        raise refuse("RECIPIENT_NOT_IN_SEQUENCE", "It is his turn, or he has had it.")
    happening.keep(left)


def tabs(call: Call, account: Account[State]) -> Reply:
    """GET …/recipients/{recipientId}/tabs."""
    _, version = seen(call, account)
    one = next((each for each in version.recipients if each["recipientId"] == call.params["recipientId"]), None)
    if one is None:
        raise refuse("UNKNOWN_ENVELOPE_RECIPIENT")
    return reply(200, one.get("tabs", {}))


def change_tabs(call: Call, account: Account[State]) -> Reply:
    """POST, PUT and DELETE …/recipients/{recipientId}/tabs: added, changed by their ids, taken away."""
    envelope = _changeable(call, account)
    happening = Happening(account, envelope)
    one = happening.recipient(call.params["recipientId"])
    if one is None:
        raise refuse("UNKNOWN_ENVELOPE_RECIPIENT")
    if one["kind"] != "signers" or one["status"] == "completed":
        raise refuse("RECIPIENT_NOT_IN_SEQUENCE", "He signs nothing, or has signed.")
    given = read.tabs(call.data, f"{envelope.id}{len(envelope.versions)}", one["recipientId"])
    held: Object = {kind: {row["tabId"]: row for row in group} for kind, group in one.get("tabs", {}).items()}
    answered: Object = {}
    for kind, group in given.items():
        rows = held.setdefault(kind, {})
        answered[kind] = []
        for row in group:
            is_known = row["tabId"] in rows
            if call.method == "POST" or is_known:
                merged = {**rows.get(row["tabId"], {}), **row}
                rows[row["tabId"]] = merged
                answered[kind].append(merged)
                if call.method == "DELETE":
                    del rows[row["tabId"]]
            else:
                answered[kind].append({**row, "errorDetails": details("INVALID_REQUEST_PARAMETER", "no such tab")})
    left = {kind: list(rows.values()) for kind, rows in held.items() if rows}
    happening.change(one, tabs=left, totalTabCount=str(sum(map(len, left.values()))))
    return _with(reply(201 if call.method == "POST" else 200, answered), happening)


def _changeable(call: Call, account: DocusignAccount) -> Envelope:
    envelope = of_call(call, account)
    require_unlocked(call, account, envelope)
    if envelope.status not in {"created", *OPEN}:
        raise refuse("ENVELOPE_INVALID_STATUS")
    return envelope


def _result(recipient_id: str, do: Callable[[], None]) -> Object:
    """How it went with one of several: said in its place, not by the answer's status."""
    try:
        do()
    except Refused as refused:
        said = orjson.loads(refused.reply.body)
        code = said["errorCode"] if said["errorCode"] in SITUATIONS else "INVALID_REQUEST_BODY"
        return {"recipientId": recipient_id, "errorDetails": details(code, said["message"])}
    return {"recipientId": recipient_id, "errorDetails": {"errorCode": "SUCCESS", "message": ""}}


def _with(answer: Reply, happening: Happening) -> Reply:
    answer.notices = happening.done()
    answer.effects = happening.effects
    return answer


_RECIPIENTS: Final = f"{ENVELOPE}/recipients"
_ONE: Final = f"{_RECIPIENTS}/{{recipientId}}"

ROUTES: Final[tuple[Route[State], ...]] = (
    Route("GET", _RECIPIENTS, list_recipients),
    Route("POST", _RECIPIENTS, add),
    Route("PUT", _RECIPIENTS, change),
    Route("DELETE", _RECIPIENTS, remove),
    Route("DELETE", _ONE, remove),
    Route("GET", f"{_ONE}/tabs", tabs),
    Route("POST", f"{_ONE}/tabs", change_tabs),
    Route("PUT", f"{_ONE}/tabs", change_tabs),
    Route("DELETE", f"{_ONE}/tabs", change_tabs),
)
