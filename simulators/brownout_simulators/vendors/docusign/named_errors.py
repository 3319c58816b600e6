"""DocuSign's errors by name, for faults that ask for one. Nothing is done."""

from collections.abc import Callable, Mapping
from typing import Final

from brownout_simulators.call import Call, Reply
from brownout_simulators.vendor import NamedError
from brownout_simulators.vendors.docusign.errors import SITUATIONS, error, oauth_error

_OF_AN_ENVELOPE: Final = frozenset(
    {"ENVELOPE_CANNOT_VOID_INVALID_STATE", "ENVELOPE_CANNOT_BE_PURGED", "EDIT_LOCK_ENVELOPE_NOT_LOCKED"}
)
"""These are true of one envelope only."""


def _reply(code: str) -> Callable[[Call], Reply]:
    return lambda _call: error(code)


NAMED_ERRORS: Final[Mapping[str, NamedError]] = {
    **{
        code: NamedError(status, message, _reply(code))
        for code, (status, message) in SITUATIONS.items()
        if code not in _OF_AN_ENVELOPE
    },
    "consent_required": NamedError(
        400, "the user has not agreed to the application", lambda _call: oauth_error("consent_required")
    ),
    "invalid_grant": NamedError(
        400, "the assertion is no good", lambda _call: oauth_error("invalid_grant", "expired_assertion")
    ),
}
