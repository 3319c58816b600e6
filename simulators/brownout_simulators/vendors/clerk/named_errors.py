"""Clerk's errors by name, for faults that ask for one: the codes of its errors. Nothing is done.

Those that tell of an object that is there are true of that object only; whoever asks for one gets it all the same, as
what a caller of the real thing may meet.
"""

from collections.abc import Callable, Mapping
from typing import Final

from brownout_simulators.call import Call, Reply
from brownout_simulators.vendor import NamedError
from brownout_simulators.vendors.clerk.errors import ERRORS, FORM_ERRORS, ClerkErrors, answer, error, form_error

_OWN: Final = ClerkErrors()


def _plain(code: str) -> Callable[[Call], Reply]:
    return lambda call: error(call, code, "the one asked for")


def _form(code: str) -> Callable[[Call], Reply]:
    return lambda call: answer(call, 422, form_error(code, "email_address", "email address"))


NAMED_ERRORS: Final[Mapping[str, NamedError]] = {
    **{code: NamedError(status, message, _plain(code)) for code, (status, message, _) in ERRORS.items()},
    **{code: NamedError(422, message, _form(code)) for code, (message, _) in FORM_ERRORS.items()},
    "too_many_requests": NamedError(
        429, ERRORS["too_many_requests"][1], lambda call: _OWN.throttled(call, None, "instance-development")
    ),
}
