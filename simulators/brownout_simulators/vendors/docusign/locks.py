"""Locks: somebody edits an envelope, and nobody else changes it meanwhile.

Default 300 s, at most 1,800 s, counted from the last thing that its owner did (docusign.com, "Locking envelopes"). The
header that shows the token is JSON or XML.
"""

import re
from typing import Final

import orjson

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Reply
from brownout_simulators.vendor import Route
from brownout_simulators.vendors.docusign import definitions as read
from brownout_simulators.vendors.docusign.errors import refuse
from brownout_simulators.vendors.docusign.ids import new_guid
from brownout_simulators.vendors.docusign.instants import written
from brownout_simulators.vendors.docusign.resources import TRANSITIONS, DocusignAccount, Envelope, Lock, Object, State
from brownout_simulators.vendors.docusign.shapes import reply, sender

USUAL_S: Final = 300
LONGEST_S: Final = 1_800
HEADER: Final = "x-docusign-edit"
_XML: Final = re.compile(r"<LockToken>\s*([^<\s]+)\s*</LockToken>", re.IGNORECASE)


def live_lock(account: DocusignAccount, envelope: Envelope) -> Lock | None:
    """The lock that is on it now."""
    if envelope.lock is not None and account.clock() >= envelope.lock.until_s:
        envelope.lock = None
    return envelope.lock


def require_unlocked(call: Call, account: DocusignAccount, envelope: Envelope) -> None:
    """Nobody else edits it; the owner shows his token, and has as long again."""
    lock = live_lock(account, envelope)
    if lock is None:
        return
    if shown_token(call) != lock.token:
        raise refuse("EDIT_LOCK_NOT_LOCK_OWNER" if HEADER in call.headers else "EDIT_LOCK_ENVELOPE_LOCKED")
    _prolong(account, lock)


def shown_token(call: Call) -> str:
    """The token in the header; empty where there is none."""
    text = call.headers.get(HEADER, "").strip()
    if found := _XML.search(text):
        return found[1]
    try:
        said = orjson.loads(text)
    except ValueError:
        return ""
    return (
        next((str(value) for name, value in said.items() if name.lower() == "locktoken"), "")
        if isinstance(said, dict)
        else ""
    )


def create(call: Call, account: Account[State]) -> Reply:
    """POST /envelopes/{envelopeId}/lock."""
    envelope = _of_call(call, account)
    if live_lock(account, envelope) is not None:
        raise refuse("EDIT_LOCK_ENVELOPE_LOCKED")
    if not TRANSITIONS[envelope.status]:
        raise refuse("ENVELOPE_INVALID_STATUS")
    lock = Lock(new_guid(account), "edit", read.text(call.data, "lockedByApp", 100), _seconds(call), 0.0, 0.0)
    _prolong(account, lock)
    envelope.lock = lock
    return reply(201, _rendered(account, lock))


def fetch(call: Call, account: Account[State]) -> Reply:
    """GET …/lock: its owner can read the token again."""
    return reply(200, _rendered(account, _lock(call, account)))


def update(call: Call, account: Account[State]) -> Reply:
    """PUT …/lock: it lasts as long again, or as long as is said now."""
    lock = _owned(call, account)
    if "lockDurationInSeconds" in call.data:
        lock.seconds = _seconds(call)
    lock.app = read.text(call.data, "lockedByApp", 100) or lock.app
    _prolong(account, lock)
    return reply(200, _rendered(account, lock))


def delete(call: Call, account: Account[State]) -> Reply:
    """DELETE …/lock."""
    lock = _owned(call, account)
    _of_call(call, account).lock = None
    return reply(200, _rendered(account, lock))


def _of_call(call: Call, account: DocusignAccount) -> Envelope:
    envelope = account.state.envelopes.get(call.params["envelopeId"].lower())
    if envelope is None:
        raise refuse("ENVELOPE_DOES_NOT_EXIST")
    return envelope


def _lock(call: Call, account: DocusignAccount) -> Lock:
    lock = live_lock(account, _of_call(call, account))
    if lock is None:
        raise refuse("EDIT_LOCK_ENVELOPE_NOT_LOCKED")
    return lock


def _owned(call: Call, account: DocusignAccount) -> Lock:
    lock = _lock(call, account)
    if shown_token(call) != lock.token:
        raise refuse("EDIT_LOCK_NOT_LOCK_OWNER")
    return lock


def _seconds(call: Call) -> int:
    said = read.text(call.data, "lockDurationInSeconds", 20)
    if not said:
        return USUAL_S
    if not (said.isascii() and said.isdecimal()) or not 1 <= int(said) <= LONGEST_S:
        raise refuse("INVALID_LOCK_DURATION")
    return int(said)


def _prolong(account: DocusignAccount, lock: Lock) -> None:
    lock.until_s = account.clock() + lock.seconds
    lock.until_wall_s = account.wall_s() + lock.seconds


def _rendered(account: DocusignAccount, lock: Lock) -> Object:
    owner = sender(account)
    return {
        "lockedByUser": {"userName": owner["userName"], "userId": owner["userId"], "email": owner["email"]},
        "lockedByApp": lock.app,
        "lockedUntilDateTime": written(lock.until_wall_s),
        "lockDurationInSeconds": str(lock.seconds),
        "lockType": lock.kind,
        "useScratchPad": "false",
        "lockToken": lock.token,
    }


_LOCK: Final = "/restapi/v2.1/accounts/{accountId}/envelopes/{envelopeId}/lock"

ROUTES: Final[tuple[Route[State], ...]] = (
    Route("POST", _LOCK, create),
    Route("GET", _LOCK, fetch),
    Route("PUT", _LOCK, update),
    Route("DELETE", _LOCK, delete),
)
