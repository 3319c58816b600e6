"""Messaging v1: services, and the phone numbers in their pools."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Reply
from brownout_simulators.vendor import Route
from brownout_simulators.vendors.twilio.access import is_url, json, missing, text, unseen
from brownout_simulators.vendors.twilio.errors import refuse
from brownout_simulators.vendors.twilio.owned import (
    LONGEST_VALIDITY_S,
    MAX_POOL,
    MessagingService,
    OwnedNumber,
    validity_of,
)
from brownout_simulators.vendors.twilio.paging import Few, meta_list, page_of
from brownout_simulators.vendors.twilio.resources import new_sid
from brownout_simulators.vendors.twilio.state import State

MAX_NAME: Final = 64


def _yes_or_no(given: str) -> bool:
    if given.lower() not in {"true", "false"}:
        raise ValueError(given)
    return given.lower() == "true"


def _one_of(*values: str) -> Callable[[str], str]:
    def read(given: str) -> str:
        if given not in values:
            raise ValueError(given)
        return given

    return read


def _url(given: str) -> str | None:
    if given and not is_url(given):
        raise ValueError(given)
    return given or None


def _name(given: str) -> str:
    if not 1 <= len(given) <= MAX_NAME:
        raise ValueError(given)
    return given


def _seconds(given: str) -> int:
    seconds = validity_of(given)
    if seconds is None:
        raise ValueError(given)
    return seconds


_METHOD: Final = _one_of("GET", "POST")
_SETTINGS: Final[Mapping[str, tuple[str, Callable[[str], Any], Any]]] = {
    # parameter: (name in the answer, how it is read, as it is unless somebody sets it)
    "FriendlyName": ("friendly_name", _name, "Default service"),
    "InboundRequestUrl": ("inbound_request_url", _url, None),
    "InboundMethod": ("inbound_method", _METHOD, "POST"),
    "FallbackUrl": ("fallback_url", _url, None),
    "FallbackMethod": ("fallback_method", _METHOD, "POST"),
    "StatusCallback": ("status_callback", _url, None),
    "StickySender": ("sticky_sender", _yes_or_no, True),
    "MmsConverter": ("mms_converter", _yes_or_no, True),
    "SmartEncoding": ("smart_encoding", _yes_or_no, True),
    "ScanMessageContent": ("scan_message_content", _one_of("inherit", "enable", "disable"), "inherit"),
    "FallbackToLongCode": ("fallback_to_long_code", _yes_or_no, True),
    "AreaCodeGeomatch": ("area_code_geomatch", _yes_or_no, True),
    "SynchronousValidation": ("synchronous_validation", _yes_or_no, False),
    "ValidityPeriod": ("validity_period", _seconds, LONGEST_VALIDITY_S),
    "Usecase": ("usecase", str, "undeclared"),
    "UseInboundWebhookOnNumber": ("use_inbound_webhook_on_number", _yes_or_no, False),
}
_PLAIN: Final = {name: plain for name, _, plain in _SETTINGS.values()}


def service_of(account: Account[State], sid: str) -> MessagingService | None:
    """A messaging service of the account, which has one from the start."""
    provide(account)
    return account.state.owned.services.get(sid)


def provide(account: Account[State]) -> None:
    """Let the account have what it has from the start."""
    account.state.owned.provide(account.name, account.epoch_s, dict(_PLAIN))


def create_service(call: Call, account: Account[State]) -> Reply:
    """POST /v1/Services."""
    if not text(call, "FriendlyName"):
        raise refuse(20001, "Missing required parameter FriendlyName in the post body")
    provide(account)
    now_s = account.wall_s()
    service = MessagingService(new_sid(account, "MG"), account.name, now_s, now_s, {**_PLAIN, **_read(call)})
    account.state.owned.services.add(service.sid, service, now_s)
    return json(201, service.rendered(account.base_url))


def fetch_service(call: Call, account: Account[State]) -> Reply:
    """GET /v1/Services/{ServiceSid}."""
    return json(200, _service(call, account).rendered(account.base_url))


def list_services(call: Call, account: Account[State]) -> Reply:
    """GET /v1/Services."""
    provide(account)
    page = page_of(call, account.state.owned.services, lambda service: not unseen(account, service.created_s))
    return meta_list(call, account, "services", page, lambda service: service.rendered(account.base_url))


def update_service(call: Call, account: Account[State]) -> Reply:
    """POST /v1/Services/{ServiceSid}."""
    service = _service(call, account)
    service.settings.update(_read(call))
    service.updated_s = account.wall_s()
    return json(200, service.rendered(account.base_url))


def delete_service(call: Call, account: Account[State]) -> Reply:
    """DELETE /v1/Services/{ServiceSid}: what it has accepted and not yet queued has no sender any more."""
    account.state.owned.remove_service(_service(call, account))
    return Reply(204)


def add_number(call: Call, account: Account[State]) -> Reply:
    """POST PhoneNumbers: a number of the account, by its sid, into the pool of one service at most."""
    service, owned = _service(call, account), account.state.owned
    sid = text(call, "PhoneNumberSid")
    if not sid:
        raise refuse(20001, "Missing required parameter PhoneNumberSid in the post body")
    number = owned.numbers.get(sid)
    if number is None:
        raise refuse(20404, f"/PhoneNumbers/{sid}")
    if number.service_sid is not None:
        raise refuse(21710 if number.service_sid == service.sid else 21712)
    if len(service.pool) >= MAX_POOL:
        raise refuse(21714)
    owned.join(service, number)
    return json(201, number.in_service(account.base_url))


def fetch_number(call: Call, account: Account[State]) -> Reply:
    """GET PhoneNumbers/{Sid}."""
    return json(200, _number(call, account).in_service(account.base_url))


def list_numbers(call: Call, account: Account[State]) -> Reply:
    """GET PhoneNumbers: the service's pool."""
    page = page_of(call, Few(_service(call, account).pool), lambda _number: True)
    return meta_list(call, account, "phone_numbers", page, lambda number: number.in_service(account.base_url))


def remove_number(call: Call, account: Account[State]) -> Reply:
    """DELETE PhoneNumbers/{Sid}: out of the pool; it stays the account's."""
    account.state.owned.leave(_service(call, account), _number(call, account))
    return Reply(204)


def _read(call: Call) -> dict[str, Any]:
    """The settings that a call gives; 400 20001 for one that cannot be."""
    given: dict[str, Any] = {}
    for parameter, (name, read, _) in _SETTINGS.items():
        if parameter in call.data:
            try:
                given[name] = read(text(call, parameter))
            except ValueError:
                raise refuse(20001, f"{parameter} is not valid") from None
    return given


def _service(call: Call, account: Account[State]) -> MessagingService:
    service = service_of(account, call.params["ServiceSid"])
    if service is None or unseen(account, service.created_s):
        raise missing(call)
    return service


def _number(call: Call, account: Account[State]) -> OwnedNumber:
    number = _service(call, account).pool.get(call.params["Sid"])
    if number is None:
        raise missing(call)
    return number


_SERVICE: Final = "/v1/Services/{ServiceSid}"

ROUTES: Final[tuple[Route[State], ...]] = (
    Route("POST", "/v1/Services", create_service),
    Route("GET", "/v1/Services", list_services),
    Route("GET", _SERVICE, fetch_service),
    Route("POST", _SERVICE, update_service),
    Route("DELETE", _SERVICE, delete_service),
    Route("POST", f"{_SERVICE}/PhoneNumbers", add_number),
    Route("GET", f"{_SERVICE}/PhoneNumbers", list_numbers),
    Route("GET", f"{_SERVICE}/PhoneNumbers/{{Sid}}", fetch_number),
    Route("DELETE", f"{_SERVICE}/PhoneNumbers/{{Sid}}", remove_number),
)
