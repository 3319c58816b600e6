"""Voice calls: created queued, then ringing, then answered or not."""

from typing import Final

from brownout_simulators.account import Account, Aftermath
from brownout_simulators.call import Call, Effect, Notice, Reply
from brownout_simulators.vendor import Route
from brownout_simulators.vendors.twilio.access import (
    callback_references,
    callback_url,
    is_recipient,
    is_sender,
    json,
    many,
    missing,
    text,
    unseen,
    within,
)
from brownout_simulators.vendors.twilio.errors import refuse
from brownout_simulators.vendors.twilio.magic import (
    CALL_ENDINGS,
    CALL_FROM_ERRORS,
    CALL_TO_ERRORS,
    GOOD_FROM,
    is_test_account,
    suffix_of,
)
from brownout_simulators.vendors.twilio.paging import classic_list, page_of
from brownout_simulators.vendors.twilio.resources import FINAL_CALL, PhoneCall, new_sid
from brownout_simulators.vendors.twilio.state import State
from brownout_simulators.vendors.twilio.webhooks import call_notices

QUEUED_FOR_S: Final = 0.2
RINGING_FOR_S: Final = 0.5
TALKING_FOR_S: Final = 1.0
_EVENTS: Final = frozenset({"initiated", "ringing", "answered", "completed"})


def create_call(call: Call, account: Account[State]) -> Reply:
    """POST Calls.json. Dials once each time it is asked to."""
    to, sender = text(call, "To"), text(call, "From")
    _check_parties(account, to, sender)
    if not (text(call, "Url") or text(call, "Twiml") or text(call, "ApplicationSid")):
        raise refuse(21205)
    events = {event for value in many(call, "StatusCallbackEvent") for event in value.split()}
    if not events <= _EVENTS:
        raise refuse(20001, f"StatusCallbackEvent {', '.join(sorted(events - _EVENTS))}")
    now_s = account.wall_s()
    url = callback_url(call)
    phone_call = PhoneCall(
        sid=new_sid(account, "CA"),
        account_sid=account.name,
        to=to,
        sender=sender,
        created_s=now_s,
        updated_s=now_s,
        callback=url,
        events=frozenset(events or {"completed"}),
    )
    reply = json(201, phone_call.rendered())
    reply.headers["Twilio-Request-Id"] = "RQ" + phone_call.sid[2:]
    if not is_test_account(account.name):
        account.state.calls.add(phone_call.sid, phone_call)
        reply.notices = call_notices(phone_call)
        _plan(account, phone_call)
        references = {"to": to, **callback_references(url)}
        fields = {"to": to, "from": sender}
        reply.effects = (Effect("twilio.call", phone_call.sid, references=references, fields=fields),)
    return reply


def fetch_call(call: Call, account: Account[State]) -> Reply:
    """GET Calls/{Sid}.json."""
    return json(200, _phone_call(call, account).rendered())


def list_calls(call: Call, account: Account[State]) -> Reply:
    """GET Calls.json: newest first, filtered by To, From, Status, StartTime and EndTime."""
    to, sender, status = text(call, "To"), text(call, "From"), text(call, "Status")

    def wanted(phone_call: PhoneCall) -> bool:
        return (
            (not to or phone_call.to == to)
            and (not sender or phone_call.sender == sender)
            and (not status or phone_call.status == status)
            and not unseen(account, phone_call.created_s)
            and within(call, "StartTime", phone_call.started_s)
            and within(call, "EndTime", phone_call.ended_s)
        )

    return classic_list(call, "calls", page_of(call, account.state.calls, wanted), PhoneCall.rendered)


def update_call(call: Call, account: Account[State]) -> Reply:
    """POST Calls/{Sid}.json: `canceled` before it is answered, `completed` to hang up, Url or Twiml to redirect."""
    phone_call = _phone_call(call, account)
    status = text(call, "Status")
    notices: tuple[Notice, ...] = ()
    if status:
        if status not in {"canceled", "completed"}:
            raise refuse(20001, f"Status {status}")
        if not phone_call.move(status, account.wall_s()):
            raise refuse(21220, f"{phone_call.status} cannot become {status}")
        notices = call_notices(phone_call)
    elif phone_call.status != "in-progress":
        raise refuse(21220)
    reply = json(200, phone_call.rendered())
    reply.notices = notices
    return reply


def delete_call(call: Call, account: Account[State]) -> Reply:
    """DELETE Calls/{Sid}.json: the record of a call that is over."""
    phone_call = _phone_call(call, account)
    if phone_call.status not in FINAL_CALL:
        raise refuse(20009, "a call can be deleted once it is over")
    account.state.calls.remove(phone_call.sid)
    return Reply(204)


def _check_parties(account: Account[State], to: str, sender: str) -> None:
    if not to:
        raise refuse(21201)
    if not sender:
        raise refuse(21213)
    code = CALL_FROM_ERRORS.get(sender)
    if code is None and not is_sender(sender):
        code = 21212
    if code is None and is_test_account(account.name) and sender != GOOD_FROM:
        code = 21210
    if code is not None:
        raise refuse(code, sender)
    code = CALL_TO_ERRORS.get(to)
    if code is None and not is_recipient(to) and not to.startswith(("sip:", "client:")):
        code = 21211
    if code is not None:
        raise refuse(code, to)


def _phone_call(call: Call, account: Account[State]) -> PhoneCall:
    phone_call = account.state.calls.get(call.params["Sid"])
    if phone_call is None or unseen(account, phone_call.created_s):
        raise missing(call)
    return phone_call


def _plan(account: Account[State], phone_call: PhoneCall) -> None:
    """Arrange the call's next step."""
    steps = {
        "queued": ("ringing", QUEUED_FOR_S),
        "ringing": (CALL_ENDINGS.get(suffix_of(phone_call.to), "in-progress"), RINGING_FOR_S),
        "in-progress": ("completed", TALKING_FOR_S),
    }
    following = steps.get(phone_call.status)
    if following is None:
        return
    status, delay_s = following

    def step() -> Aftermath | None:
        if not phone_call.move(status, account.wall_s()):
            return None
        _plan(account, phone_call)
        return Aftermath(notices=call_notices(phone_call))

    account.later(delay_s, step)


_ACCOUNT: Final = "/2010-04-01/Accounts/{AccountSid}"

ROUTES: Final[tuple[Route[State], ...]] = (
    Route("POST", f"{_ACCOUNT}/Calls.json", create_call),
    Route("GET", f"{_ACCOUNT}/Calls.json", list_calls),
    Route("GET", f"{_ACCOUNT}/Calls/{{Sid}}.json", fetch_call),
    Route("POST", f"{_ACCOUNT}/Calls/{{Sid}}.json", update_call),
    Route("DELETE", f"{_ACCOUNT}/Calls/{{Sid}}.json", delete_call),
)
