"""GoTrue's errors by name, for faults that ask for one; nothing is done. `auth_` stands before each, for other services
have codes of the same name."""

from collections.abc import Callable, Mapping
from typing import Final

from brownout_simulators.call import Call, Reply
from brownout_simulators.vendor import NamedError
from brownout_simulators.vendors.supabase.auth.errors import WORDS, error

_TOLD_BY_THE_CALL: Final = frozenset({"bad_json", "validation_failed", "weak_password"})
"""Those are true of what was sent, and of nothing else."""


def _reply(code: str) -> Callable[[Call], Reply]:
    return lambda call: error(call, code, address="", why="token is malformed")


NAMED_ERRORS: Final[Mapping[str, NamedError]] = {
    f"auth_{code}": NamedError(status, text.format(address="…", why="…"), _reply(code))
    for code, (status, text) in WORDS.items()
    if code not in _TOLD_BY_THE_CALL
}
