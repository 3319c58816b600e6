"""Resend's errors by name, for faults that ask for one. Nothing is done."""

from collections.abc import Callable, Mapping
from typing import Final

from brownout_simulators.call import Call, Reply
from brownout_simulators.vendor import NamedError
from brownout_simulators.vendors.resend.errors import ERRORS, ResendErrors, error

_OWN: Final = ResendErrors(lambda _path: True)


def _plain(name: str) -> Callable[[Call], Reply]:
    return lambda _call: error(name)


NAMED_ERRORS: Final[Mapping[str, NamedError]] = {
    **{name: NamedError(status, message, _plain(name)) for name, (status, message) in ERRORS.items()},
    "rate_limit_exceeded": NamedError(
        429, ERRORS["rate_limit_exceeded"][1], lambda call: _OWN.throttled(call, None, "rate")
    ),
}
