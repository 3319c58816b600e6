"""Twilio's errors by name, for faults that ask for one: their names are numbers. Nothing is done."""

from collections.abc import Callable, Mapping
from typing import Final

from brownout_simulators.call import Call, Reply
from brownout_simulators.vendor import NamedError
from brownout_simulators.vendors.twilio.errors import CODES, TwilioErrors, error

_ERRORS: Final = TwilioErrors()

_ABOUT: Final[Mapping[int, str]] = {
    **dict.fromkeys((21210, 21212, 21606, 21611), "From"),
    **dict.fromkeys((21421, 21422), "PhoneNumber"),
    **dict.fromkeys((21211, 21214, 21215, 21216, 21217, 21266, 21408, 21610, 21612, 21614), "To"),
    21609: "StatusCallback",
    21620: "MediaUrl",
}
"""Which of the caller's values a message repeats."""


def _reply(code: int) -> Callable[[Call], Reply]:
    if code == 20003:
        return _ERRORS.unauthenticated
    if code == 20404:
        return _ERRORS.unknown_route
    field = _ABOUT.get(code, "")
    return lambda call: error(code, str(call.data.get(field, "")))


NAMED_ERRORS: Final[Mapping[str, NamedError]] = {
    str(code): NamedError(status, message.format("..."), _reply(code)) for code, (status, message) in CODES.items()
}
