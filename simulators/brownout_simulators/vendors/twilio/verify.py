"""Verify v2: services, codes on their way, and checks. The one part of Twilio that bears being asked twice."""

from typing import Any, Final

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Effect, Reply
from brownout_simulators.vendor import Route
from brownout_simulators.vendors.twilio.access import is_recipient, json, missing, text, unseen
from brownout_simulators.vendors.twilio.errors import refuse
from brownout_simulators.vendors.twilio.paging import meta_list, page_of
from brownout_simulators.vendors.twilio.resources import Verification, VerifyService, iso8601, new_sid
from brownout_simulators.vendors.twilio.state import State

EXPIRES_AFTER_S: Final = 600.0
MAX_SENDS: Final = 5
MAX_CHECKS: Final = 5
CODE_LENGTHS: Final = range(4, 11)
_CHANNELS: Final = frozenset({"sms", "call", "email", "whatsapp", "sna", "auto"})


def create_service(call: Call, account: Account[State]) -> Reply:
    """POST /v2/Services."""
    name = text(call, "FriendlyName")
    if not name:
        raise refuse(60200, "FriendlyName")
    length = _code_length(call, 6)
    now_s = account.wall_s()
    custom = text(call, "CustomCodeEnabled").lower() == "true"
    service = VerifyService(new_sid(account, "VA"), account.name, name, now_s, now_s, length, custom)
    account.state.services.add(service.sid, service)
    return json(201, service.rendered(account.base_url))


def fetch_service(call: Call, account: Account[State]) -> Reply:
    """GET /v2/Services/{ServiceSid}."""
    return json(200, _service(call, account).rendered(account.base_url))


def list_services(call: Call, account: Account[State]) -> Reply:
    """GET /v2/Services."""
    page = page_of(call, account.state.services, lambda service: not unseen(account, service.created_s))
    return meta_list(call, account, "services", page, lambda service: service.rendered(account.base_url))


def update_service(call: Call, account: Account[State]) -> Reply:
    """POST /v2/Services/{ServiceSid}."""
    service = _service(call, account)
    service.code_length = _code_length(call, service.code_length)
    service.name = text(call, "FriendlyName") or service.name
    if "CustomCodeEnabled" in call.data:
        service.custom_codes = text(call, "CustomCodeEnabled").lower() == "true"
    service.updated_s = account.wall_s()
    return json(200, service.rendered(account.base_url))


def delete_service(call: Call, account: Account[State]) -> Reply:
    """DELETE /v2/Services/{ServiceSid}."""
    account.state.services.remove(_service(call, account).sid)
    return Reply(204)


def start(call: Call, account: Account[State]) -> Reply:
    """POST Verifications: sends a code. While one is pending for the recipient, it is the same one, sent again."""
    service = _service(call, account)
    to, channel = text(call, "To"), text(call, "Channel")
    if not (is_recipient(to) or ("@" in to and channel == "email")):
        raise refuse(60200, "To")
    if channel not in _CHANNELS:
        raise refuse(60200, "Channel")
    custom = text(call, "CustomCode")
    if custom and not (custom.isdecimal() and len(custom) in CODE_LENGTHS):
        raise refuse(60200, "CustomCode")
    now_s = account.wall_s()
    _count_send(account.state, f"{service.sid} {to}", now_s)
    verification = _pending(account, service.sid, to)
    if verification is None:
        verification = Verification(
            sid=new_sid(account, "VE"),
            service_sid=service.sid,
            account_sid=account.name,
            to=to,
            channel=channel,
            code=custom or simulated_code(to, service.code_length),
            created_s=now_s,
            updated_s=now_s,
        )
        account.state.pending[service.sid, to] = verification
        account.state.verifications.add(verification.sid, verification)
    attempt_sid = new_sid(account, "VL")
    sent: dict[str, Any] = {"time": iso8601(now_s), "channel": channel.upper(), "attempt_sid": attempt_sid}
    verification.sends.append(sent)
    verification.channel, verification.updated_s = channel, now_s
    reply = json(201, verification.rendered(account.base_url))
    references = {"to": to, "verification": verification.sid}
    fields = {**references, "channel": channel}
    reply.effects = (Effect("twilio.verification", attempt_sid, references=references, fields=fields),)
    return reply


def fetch_verification(call: Call, account: Account[State]) -> Reply:
    """GET Verifications/{Sid or recipient}, as long as it is pending."""
    verification = _verification(call, account, call.params["Sid"])
    if unseen(account, verification.created_s):
        raise missing(call)
    return json(200, verification.rendered(account.base_url))


def update_verification(call: Call, account: Account[State]) -> Reply:
    """POST Verifications/{Sid or recipient}: `Status` canceled or approved; either way it is over."""
    verification = _verification(call, account, call.params["Sid"])
    status = text(call, "Status")
    if status not in {"canceled", "approved"}:
        raise refuse(60200, "Status")
    _finish(account, verification, status)
    return json(200, verification.rendered(account.base_url))


def check(call: Call, account: Account[State]) -> Reply:
    """POST VerificationCheck. A wrong code is an answer, not an error; the sixth check is one (60202)."""
    service = _service(call, account)
    code, to, sid = text(call, "Code"), text(call, "To"), text(call, "VerificationSid")
    if len(code) not in CODE_LENGTHS:
        raise refuse(60200, "Code")
    if not to and not sid:
        raise refuse(60200, "To")
    verification = _verification(call, account, sid or to)
    if verification.service_sid != service.sid:
        raise missing(call)
    if verification.checks >= MAX_CHECKS:
        raise refuse(60202)
    verification.checks += 1
    verification.updated_s = account.wall_s()
    is_right = code == verification.code
    if is_right:
        _finish(account, verification, "approved")
    reply = json(200, {**verification.checked(), "sna_attempts_error_codes": []})
    if is_right:
        fields = {"to": verification.to, "verification": verification.sid}
        reply.effects = (Effect("twilio.approval", f"{verification.sid}-approved", references=fields, fields=fields),)
    return reply


def simulated_code(to: str, length: int) -> str:
    """The code that this simulator "sends": the recipient's last digits, so that a test need not read an SMS."""
    digits = "".join(letter for letter in to if letter.isdigit()) if "@" not in to else ""
    return digits[-length:] if len(digits) >= length else "1234567890"[:length]


def default_service_sid(account: str) -> str:
    """A service that every account has from the start, so that an application can be told its sid beforehand."""
    return "VA" + account[2:]


def _code_length(call: Call, unless_given: int) -> int:
    length = text(call, "CodeLength") or str(unless_given)
    if not (length.isdecimal() and len(length) < 4 and int(length) in CODE_LENGTHS):
        raise refuse(60200, "CodeLength")
    return int(length)


def _count_send(state: State, key: str, now_s: float) -> None:
    """At most five codes to one recipient in ten minutes: 429 60203."""
    recent = [at_s for at_s in state.sent_at_s.get(key) or () if at_s > now_s - EXPIRES_AFTER_S]
    if len(recent) >= MAX_SENDS:
        raise refuse(60203)
    state.sent_at_s.put(key, [*recent, now_s])


def _service(call: Call, account: Account[State]) -> VerifyService:
    sid = call.params["ServiceSid"]
    service = account.state.services.get(sid)
    if service is None and sid == default_service_sid(account.name):
        now_s = account.wall_s()
        service = VerifyService(sid, account.name, "Default service", now_s, now_s)
        account.state.services.add(sid, service)
        return service
    if service is None or unseen(account, service.created_s):
        raise missing(call)
    return service


def _verification(call: Call, account: Account[State], name: str) -> Verification:
    """A pending verification by its sid or its recipient; 404 once approved, cancelled or expired."""
    service_sid = call.params["ServiceSid"]
    found = account.state.verifications.get(name)
    found = _pending(account, service_sid, name if found is None else found.to)
    if found is None or name not in {found.sid, found.to}:
        raise missing(call)
    return found


def _pending(account: Account[State], service_sid: str, to: str) -> Verification | None:
    verification = account.state.pending.get((service_sid, to))
    if verification is None:
        return None
    if account.wall_s() >= verification.created_s + EXPIRES_AFTER_S:
        _finish(account, verification, "expired")
        return None
    return verification


def _finish(account: Account[State], verification: Verification, status: str) -> None:
    """Twilio forgets a verification that is approved, cancelled or expired."""
    verification.status = status
    verification.updated_s = account.wall_s()
    account.state.pending.pop((verification.service_sid, verification.to), None)
    account.state.verifications.remove(verification.sid)


_SERVICE: Final = "/v2/Services/{ServiceSid}"

ROUTES: Final[tuple[Route[State], ...]] = (
    Route("POST", "/v2/Services", create_service),
    Route("GET", "/v2/Services", list_services),
    Route("GET", _SERVICE, fetch_service),
    Route("POST", _SERVICE, update_service),
    Route("DELETE", _SERVICE, delete_service),
    Route("POST", f"{_SERVICE}/Verifications", start),
    Route("GET", f"{_SERVICE}/Verifications/{{Sid}}", fetch_verification),
    Route("POST", f"{_SERVICE}/Verifications/{{Sid}}", update_verification),
    Route("POST", f"{_SERVICE}/VerificationCheck", check),
)
