"""Messages, and the table of all routes. Nothing here is idempotent: a repeated POST sends twice, as at Twilio."""

from typing import Any, Final

from brownout_simulators.account import Account, Aftermath
from brownout_simulators.call import Call, Effect, Notice, Reply
from brownout_simulators.vendor import Route
from brownout_simulators.vendors.twilio import calls, lookup, verify
from brownout_simulators.vendors.twilio.access import (
    callback_references,
    callback_url,
    instant_s,
    is_recipient,
    is_sender,
    json,
    many,
    missing,
    text,
    unseen,
    within,
)
from brownout_simulators.vendors.twilio.errors import DELIVERY_ERRORS, refuse
from brownout_simulators.vendors.twilio.magic import (
    FAILS_BEFORE_THE_CARRIER,
    GOOD_FROM,
    SMS_FROM_ERRORS,
    SMS_TO_ERRORS,
    STAYS_QUEUED,
    STAYS_SENT,
    delivery_error_of,
    is_test_account,
    suffix_of,
)
from brownout_simulators.vendors.twilio.paging import Few, classic_list, page_of
from brownout_simulators.vendors.twilio.resources import FINAL_MESSAGE, Message, State, new_sid
from brownout_simulators.vendors.twilio.webhooks import message_notices

MAX_BODY: Final = 1600
# Seconds from one status to the next; a carrier takes its time, but a test should not have to.
ACCEPTED_FOR_S: Final = 0.1
QUEUED_FOR_S: Final = 0.2
SENDING_FOR_S: Final = 0.2
RECEIPT_AFTER_S: Final = 0.5


def create_message(call: Call, account: Account[State]) -> Reply:
    """POST Messages.json. Sends one message each time it is asked to."""
    to, sender, service = text(call, "To"), text(call, "From"), text(call, "MessagingServiceSid")
    _check_parties(account, to, sender, service)
    body, media, send_at = text(call, "Body"), many(call, "MediaUrl"), text(call, "SendAt")
    if not body and not media and not text(call, "ContentSid"):
        raise refuse(21602)
    if len(body) > MAX_BODY:
        raise refuse(21617)
    send_at_s = _send_at_s(call, service) if send_at else None
    now_s = account.wall_s()
    url = callback_url(call)
    status = "queued" if not service else "accepted" if send_at_s is None else "scheduled"
    message = Message(
        sid=new_sid(account, "MM" if media else "SM"),
        account_sid=account.name,
        to=to,
        sender=sender or None,
        body=body,
        status=status,
        created_s=now_s,
        updated_s=now_s,
        service_sid=service or None,
        media=len(media),
        callback=url,
        references={"to": to, **callback_references(url)},
    )
    reply = json(201, message.rendered())
    # Seen in a recorded answer: the request's id carries the digits of what it created.
    reply.headers["Twilio-Request-Id"] = "RQ" + message.sid[2:]
    if not is_test_account(account.name):
        account.state.add_message(message)
        _plan(account, message, 0.0 if send_at_s is None else max(0.0, send_at_s - now_s))
        fields = {"to": to, "from": message.sender, "body": body}
        reply.effects = (Effect("twilio.message", message.sid, references=message.references, fields=fields),)
    return reply


def fetch_message(call: Call, account: Account[State]) -> Reply:
    """GET Messages/{Sid}.json."""
    return json(200, _message(call, account).rendered())


def list_messages(call: Call, account: Account[State]) -> Reply:
    """GET Messages.json: newest first, filtered by To, From, DateSent, DateSent< and DateSent>."""
    to, sender = text(call, "To"), text(call, "From")

    def wanted(message: Message) -> bool:
        return (
            (not sender or message.sender == sender)
            and not unseen(account, message.created_s)
            and within(call, "DateSent", message.sent_s if message.sent_s is not None else message.created_s)
        )

    state = account.state
    found = page_of(call, Few(state.messages_to.get(to, {})) if to else state.messages, wanted)
    return classic_list(call, "messages", found, Message.rendered)


def update_message(call: Call, account: Account[State]) -> Reply:
    """POST Messages/{Sid}.json: `Body=""` redacts a finished message, `Status=canceled` stops one not yet sent."""
    message = _message(call, account)
    status = text(call, "Status")
    now_s = account.wall_s()
    notices: tuple[Notice, ...] = ()
    if status:
        if status != "canceled" or not message.move("canceled", now_s):
            raise refuse(20009, f"{message.status} cannot become {status}")
        notices = message_notices(message)
    if "Body" in call.data:
        if text(call, "Body"):
            raise refuse(20001, "Body can only be set to an empty text")
        if message.status not in FINAL_MESSAGE and message.status != "sent":
            raise refuse(20009, "a message can be redacted once it is finished")
        message.body, message.updated_s = "", now_s
    reply = json(200, message.rendered())
    reply.notices = notices
    return reply


def delete_message(call: Call, account: Account[State]) -> Reply:
    """DELETE Messages/{Sid}.json: only what is on its way no longer."""
    message = _message(call, account)
    if message.status not in FINAL_MESSAGE and message.status != "sent":
        raise refuse(20009, "a message can be deleted once it is finished")
    account.state.remove_message(message)
    return Reply(204)


def fetch_account(_call: Call, account: Account[State]) -> Reply:
    """GET Accounts/{AccountSid}.json: what health checks of applications like to ask."""
    uri = f"/2010-04-01/Accounts/{account.name}.json"
    body: dict[str, Any] = {
        "sid": account.name,
        "owner_account_sid": account.name,
        "friendly_name": "Simulated account",
        "status": "active",
        "type": "Full",
        "auth_token": None,
        "uri": uri,
        "subresource_uris": {},
    }
    return json(200, body)


def _check_parties(account: Account[State], to: str, sender: str, service: str) -> None:
    """Who may write to whom, in the order in which Twilio complains."""
    if not to:
        raise refuse(21604)
    if not sender and not service:
        raise refuse(21603)
    if sender:
        code = SMS_FROM_ERRORS.get(sender)
        if code is None and not is_sender(sender):
            code = 21212
        if code is None and is_test_account(account.name) and sender != GOOD_FROM:
            code = 21606
        if code is not None:
            raise refuse(code, sender)
    code = SMS_TO_ERRORS.get(to)
    if code is None and not is_recipient(to):
        code = 21211
    if code is not None:
        raise refuse(code, to)


def _send_at_s(call: Call, service: str) -> float:
    """Wall-clock instant of a scheduled message, which needs a messaging service."""
    if not service:
        raise refuse(35118)
    send_at_s = instant_s(text(call, "SendAt"))
    if send_at_s is None or text(call, "ScheduleType") != "fixed":
        raise refuse(20001, "SendAt needs a date-time and ScheduleType=fixed")
    return send_at_s


def _message(call: Call, account: Account[State]) -> Message:
    message = account.state.messages.get(call.params["Sid"])
    if message is None or unseen(account, message.created_s):
        raise missing(call)
    return message


def _next(message: Message) -> tuple[str, float] | None:
    """The status that follows, and after how many seconds; None where nothing more happens."""
    code = delivery_error_of(message.to)
    lost_early = code in FAILS_BEFORE_THE_CARRIER
    steps: dict[str, tuple[str, float]] = {
        "scheduled": ("accepted", 0.0),
        "accepted": ("queued", ACCEPTED_FOR_S),
        "queued": ("sending", QUEUED_FOR_S),
        "sending": ("failed" if lost_early else "sent", SENDING_FOR_S),
        "sent": ("delivered" if code is None else "undelivered", RECEIPT_AFTER_S),
    }
    stops = {STAYS_QUEUED: "queued", STAYS_SENT: "sent"}.get(suffix_of(message.to))
    return None if message.status == stops else steps.get(message.status)


def _plan(account: Account[State], message: Message, extra_s: float = 0.0) -> None:
    """Arrange the message's next step."""
    following = _next(message)
    if following is None:
        return
    status, delay_s = following

    def step() -> Aftermath | None:
        if not message.move(status, account.wall_s()):
            return None
        if status == "queued" and message.sender is None:
            message.sender = GOOD_FROM  # the service has picked one of its numbers
        if status in {"failed", "undelivered"}:
            message.error_code = delivery_error_of(message.to)
            message.error_message = DELIVERY_ERRORS.get(message.error_code or 0)
        _plan(account, message)
        return Aftermath(notices=message_notices(message))

    account.later(extra_s + delay_s, step)


_ACCOUNT: Final = "/2010-04-01/Accounts/{AccountSid}"

ROUTES: Final[tuple[Route[State], ...]] = (
    Route("POST", f"{_ACCOUNT}/Messages.json", create_message),
    Route("GET", f"{_ACCOUNT}/Messages.json", list_messages),
    Route("GET", f"{_ACCOUNT}/Messages/{{Sid}}.json", fetch_message),
    Route("POST", f"{_ACCOUNT}/Messages/{{Sid}}.json", update_message),
    Route("DELETE", f"{_ACCOUNT}/Messages/{{Sid}}.json", delete_message),
    Route("GET", f"{_ACCOUNT}.json", fetch_account),
    *calls.ROUTES,
    *lookup.ROUTES,
    *verify.ROUTES,
)
