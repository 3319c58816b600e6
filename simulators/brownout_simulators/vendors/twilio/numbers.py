"""IncomingPhoneNumbers: the numbers of an account. To buy one costs money, so it is in the books."""

from typing import Any, Final

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Effect, Reply
from brownout_simulators.vendor import Route
from brownout_simulators.vendors.twilio.access import is_recipient, json, missing, text, unseen
from brownout_simulators.vendors.twilio.errors import refuse
from brownout_simulators.vendors.twilio.magic import NUMBER_ERRORS, is_test_account
from brownout_simulators.vendors.twilio.owned import OwnedNumber
from brownout_simulators.vendors.twilio.paging import classic_list, page_of
from brownout_simulators.vendors.twilio.resources import formatted, new_sid
from brownout_simulators.vendors.twilio.services import provide
from brownout_simulators.vendors.twilio.state import State

MAX_NAME: Final = 64
SETTINGS: Final = (
    "SmsApplicationSid", "SmsFallbackMethod", "SmsFallbackUrl", "SmsMethod", "SmsUrl", "StatusCallback",
    "StatusCallbackMethod", "VoiceApplicationSid", "VoiceFallbackMethod", "VoiceFallbackUrl", "VoiceMethod", "VoiceUrl",
)  # fmt: skip


def buy(call: Call, account: Account[State]) -> Reply:
    """POST IncomingPhoneNumbers.json: the number that is named, or one of the area code."""
    provide(account)
    wanted, area, owned = text(call, "PhoneNumber"), text(call, "AreaCode"), account.state.owned
    if not wanted and area.isascii() and area.isdigit() and len(area) == 3:
        wanted = f"+1{area}555{account.random.randrange(10_000):04d}"
    is_magic = is_test_account(account.name)
    code = NUMBER_ERRORS.get(wanted)
    if code is None and (not wanted.startswith("+") or not is_recipient(wanted)):
        code = 21421
    if code is None and not is_magic and wanted in owned.by_number:
        code = 21422
    if code is not None:
        raise refuse(code, wanted)
    now_s = account.wall_s()
    number = OwnedNumber(new_sid(account, "PN"), account.name, wanted, formatted(wanted), now_s, now_s)
    _set(call, number)
    reply = json(201, number.rendered())
    if not is_magic:
        owned.add_number(number)
        fields = {"number": wanted}
        reply.effects = (Effect("twilio.phone_number", number.sid, references=fields, fields=fields),)
    return reply


def fetch(call: Call, account: Account[State]) -> Reply:
    """GET IncomingPhoneNumbers/{Sid}.json."""
    return json(200, _number(call, account).rendered())


def list_all(call: Call, account: Account[State]) -> Reply:
    """GET IncomingPhoneNumbers.json, filtered by PhoneNumber (a part, `*` for any digit) and FriendlyName."""
    provide(account)
    part, name = text(call, "PhoneNumber"), text(call, "FriendlyName")

    def wanted(number: OwnedNumber) -> bool:
        return (
            (not part or _has(number.number, part))
            and (not name or number.name == name)
            and not unseen(account, number.created_s)
        )

    page = page_of(call, account.state.owned.numbers, wanted)
    return classic_list(call, "incoming_phone_numbers", page, OwnedNumber.rendered)


def update(call: Call, account: Account[State]) -> Reply:
    """POST IncomingPhoneNumbers/{Sid}.json."""
    number = _number(call, account)
    _set(call, number)
    number.updated_s = account.wall_s()
    return json(200, number.rendered())


def release(call: Call, account: Account[State]) -> Reply:
    """DELETE IncomingPhoneNumbers/{Sid}.json: out of its service's pool as well."""
    account.state.owned.remove_number(_number(call, account))
    return Reply(204)


def _set(call: Call, number: OwnedNumber) -> None:
    number.name = text(call, "FriendlyName")[:MAX_NAME] or number.name
    given: dict[str, Any] = {name: text(call, name) for name in SETTINGS if name in call.data}
    number.settings = {**number.settings, **given}


def _has(number: str, part: str) -> bool:
    """Whether the part is somewhere in the number. Both are short: a number has sixteen characters at most."""
    places = range(len(number) - len(part) + 1)
    return any(all(p in ("*", n) for p, n in zip(part, number[at:], strict=False)) for at in places)


def _number(call: Call, account: Account[State]) -> OwnedNumber:
    provide(account)
    number = account.state.owned.numbers.get(call.params["Sid"])
    if number is None or unseen(account, number.created_s):
        raise missing(call)
    return number


_NUMBERS: Final = "/2010-04-01/Accounts/{AccountSid}/IncomingPhoneNumbers"

ROUTES: Final[tuple[Route[State], ...]] = (
    Route("POST", f"{_NUMBERS}.json", buy),
    Route("GET", f"{_NUMBERS}.json", list_all),
    Route("GET", f"{_NUMBERS}/{{Sid}}.json", fetch),
    Route("POST", f"{_NUMBERS}/{{Sid}}.json", update),
    Route("DELETE", f"{_NUMBERS}/{{Sid}}.json", release),
)
