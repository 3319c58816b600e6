"""Storage's errors by name, for faults that ask for one; nothing is done. `storage_` stands before each."""

from collections.abc import Callable, Mapping
from typing import Final

from brownout_simulators.call import Call, Reply
from brownout_simulators.vendor import NamedError
from brownout_simulators.vendors.supabase.storage.errors import CODES, error

_TOLD_BY_THE_CALL: Final = frozenset({"InvalidRequest", "InvalidKey", "InvalidMimeType"})


def _reply(code: str) -> Callable[[Call], Reply]:
    return lambda _call: error(code)


NAMED_ERRORS: Final[Mapping[str, NamedError]] = {
    f"storage_{code}": NamedError(words.status, words.message, _reply(code))
    for code, words in CODES.items()
    if code not in _TOLD_BY_THE_CALL
}
