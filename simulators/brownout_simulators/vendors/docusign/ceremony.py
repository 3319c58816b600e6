"""Where recipients sign: views for those who do so inside the application, and the pages behind links.

A link opens with GET, which is opening the envelope; what is done there is a POST: `finish`, `decline`, `fail` (who he
is could not be shown).
"""

from typing import Final
from urllib.parse import quote

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Reply
from brownout_simulators.vendor import Route
from brownout_simulators.vendors.docusign import definitions as read
from brownout_simulators.vendors.docusign.access import SIGNING, labelled
from brownout_simulators.vendors.docusign.envelopes import ENVELOPE, of_call
from brownout_simulators.vendors.docusign.errors import refuse
from brownout_simulators.vendors.docusign.people import (
    OPEN,
    Happening,
    decline_by,
    fail_to_prove,
    open_by,
    sign_by,
)
from brownout_simulators.vendors.docusign.resources import DocusignAccount, Link, Object, State
from brownout_simulators.vendors.docusign.shapes import reply

VIEW_S: Final = 300.0
"""So long the address of a view is good, and once (developers.docusign.com, "EnvelopeViews: createRecipient")."""
SESSION_S: Final = 1_200.0
"""So long one may stay on the page."""


def recipient_view(call: Call, account: Account[State]) -> Reply:
    """POST /envelopes/{envelopeId}/views/recipient: an address for the recipient who is in the application."""
    envelope = of_call(call, account)
    if envelope.status not in OPEN:
        raise refuse("ENVELOPE_INVALID_STATUS")
    back = read.text(call.data, "returnUrl", 2_000)
    if not back or not read.text(call.data, "authenticationMethod", 100):
        raise refuse("INVALID_REQUEST_PARAMETER", "returnUrl and authenticationMethod are needed.")
    asked = {name: read.text(call.data, name, 200) for name in ("email", "userName", "clientUserId", "recipientId")}
    one = next((each for each in envelope.now.recipients if _is_he(each, asked)), None)
    if one is None:
        raise refuse("UNKNOWN_ENVELOPE_RECIPIENT")
    if one["status"] not in OPEN:
        raise refuse("RECIPIENT_NOT_IN_SEQUENCE")
    ticket = f"{labelled(account.name)}~{account.ids.base62(24)}"
    until_s = account.clock() + VIEW_S
    account.state.links.add(ticket, (envelope.id, one["recipientId"], back, until_s), account.clock())
    return reply(201, {"url": f"{account.base_url}{SIGNING}{ticket}"})


def opened(call: Call, account: Account[State]) -> Reply:
    """GET of a link: the envelope is opened. That of a view is good once."""
    ticket = call.params["ticket"]
    link = _link(ticket, account)
    happening, one = _his(link, account)
    envelope_id, recipient_id, return_url, until_s = link
    if until_s is not None:
        account.state.links.remove(ticket)
        on_page = f"{labelled(account.name)}~{account.ids.base62(24)}"
        account.state.links.add(
            on_page, (envelope_id, recipient_id, return_url, account.clock() + SESSION_S), account.clock()
        )
        ticket = on_page
    if one["status"] == "sent":
        open_by(happening, one)
    page = f"<html><body><h1>Sign</h1><form method='post' action='{SIGNING}{ticket}/finish'></form></body></html>"
    return _with(Reply(200, page.encode(), {"Content-Type": "text/html; charset=utf-8"}), happening)


def done(call: Call, account: Account[State]) -> Reply:
    """POST of what is done there; one is sent back to the application, which is told of it in `event`."""
    link = _link(call.params["ticket"], account)
    happening, one = _his(link, account)
    deed = call.params["deed"]
    if deed == "finish":
        sign_by(happening, one)
        event = "signing_complete"
    elif deed == "decline":
        decline_by(happening, one, read.text(call.data, "reason", 500) or "declined by the recipient")
        event = "decline"
    elif deed == "fail":
        fail_to_prove(happening, one)
        event = "access_code_failed"
    else:
        raise refuse("RESOURCE_NOT_FOUND")
    _, _, return_url, _ = link
    if not return_url:
        return _with(reply(200, {"event": event}), happening)
    joint = "&" if "?" in return_url else "?"
    place = quote(return_url + joint + f"event={event}", safe=":/?&=%#@+,;~!$'()*[]")
    return _with(Reply(302, b"", {"Location": place}), happening)


def _is_he(one: Object, asked: dict[str, str]) -> bool:
    """Name, address and clientUserId are as they were when he was added."""
    if "clientUserId" not in one or one["clientUserId"] != asked["clientUserId"]:
        return False
    if asked["recipientId"] and asked["recipientId"] != one["recipientId"]:
        return False
    return bool(one["name"] == asked["userName"] and one["email"].lower() == asked["email"].lower())


def _link(ticket: str, account: DocusignAccount) -> Link:
    link = account.state.links.get(ticket)
    until_s = None if link is None else link[3]
    if link is None or (until_s is not None and account.clock() >= until_s):
        raise refuse("RESOURCE_NOT_FOUND", "The link has expired, or was used.")
    return link


def _his(link: Link, account: DocusignAccount) -> tuple[Happening, Object]:
    envelope_id, recipient_id, _, _ = link
    envelope = account.state.envelopes.get(envelope_id)
    if envelope is None:
        raise refuse("ENVELOPE_DOES_NOT_EXIST")
    happening = Happening(account, envelope)
    one = happening.recipient(recipient_id)
    if one is None or envelope.status not in OPEN:
        raise refuse("ENVELOPE_INVALID_STATUS")
    if one["status"] not in OPEN:
        raise refuse("RECIPIENT_NOT_IN_SEQUENCE")
    return happening, one


def _with(answer: Reply, happening: Happening) -> Reply:
    answer.notices = happening.done()
    answer.effects = happening.effects
    return answer


ROUTES: Final[tuple[Route[State], ...]] = (
    Route("POST", f"{ENVELOPE}/views/recipient", recipient_view),
    Route("GET", f"{SIGNING}{{ticket}}", opened),
    Route("POST", f"{SIGNING}{{ticket}}/{{deed}}", done),
)
