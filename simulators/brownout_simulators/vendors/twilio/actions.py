"""Messages, and the table of all routes. Nothing here is idempotent: a repeated POST sends twice, as at Twilio."""

from typing import Any, Final

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Effect, Notice, Reply
from brownout_simulators.vendor import Route
from brownout_simulators.vendors.twilio import calls, lookup, numbers, services, verify
from brownout_simulators.vendors.twilio.access import callback_references, json, missing, text, unseen, within
from brownout_simulators.vendors.twilio.delivery import plan
from brownout_simulators.vendors.twilio.errors import refuse
from brownout_simulators.vendors.twilio.magic import is_test_account
from brownout_simulators.vendors.twilio.outgoing import read
from brownout_simulators.vendors.twilio.paging import Few, classic_list, page_of
from brownout_simulators.vendors.twilio.resources import FINAL_MESSAGE, Message, new_sid
from brownout_simulators.vendors.twilio.state import State
from brownout_simulators.vendors.twilio.webhooks import message_notices


def create_message(call: Call, account: Account[State]) -> Reply:
    """POST Messages.json. Sends one message each time it is asked to."""
    out = read(call, account)
    now_s = account.wall_s()
    message = Message(
        sid=new_sid(account, "MM" if out.media else "SM"),
        account_sid=account.name,
        to=out.to,
        sender=out.sender or None,
        body=out.body,
        status="queued" if out.service is None else "accepted" if out.send_at_s is None else "scheduled",
        created_s=now_s,
        updated_s=now_s,
        service_sid=None if out.service is None else out.service.sid,
        media=out.media,
        callback=out.callback,
        validity_s=out.validity_s,
        references={"to": out.to, **callback_references(out.own_callback)},
    )
    reply = json(201, message.rendered())
    # Seen in a recorded answer: the request's id carries the digits of what it created.
    reply.headers["Twilio-Request-Id"] = "RQ" + message.sid[2:]
    if not is_test_account(account.name):
        account.state.add_message(message)
        plan(account, message, 0.0 if out.send_at_s is None else out.send_at_s - now_s)
        fields = {"to": out.to, "from": message.sender, "body": out.body}
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


def _message(call: Call, account: Account[State]) -> Message:
    message = account.state.messages.get(call.params["Sid"])
    if message is None or unseen(account, message.created_s):
        raise missing(call)
    return message


_ACCOUNT: Final = "/2010-04-01/Accounts/{AccountSid}"

ROUTES: Final[tuple[Route[State], ...]] = (
    Route("POST", f"{_ACCOUNT}/Messages.json", create_message),
    Route("GET", f"{_ACCOUNT}/Messages.json", list_messages),
    Route("GET", f"{_ACCOUNT}/Messages/{{Sid}}.json", fetch_message),
    Route("POST", f"{_ACCOUNT}/Messages/{{Sid}}.json", update_message),
    Route("DELETE", f"{_ACCOUNT}/Messages/{{Sid}}.json", delete_message),
    Route("GET", f"{_ACCOUNT}.json", fetch_account),
    *calls.ROUTES,
    *numbers.ROUTES,
    *services.ROUTES,
    *lookup.ROUTES,
    *verify.ROUTES,
)
