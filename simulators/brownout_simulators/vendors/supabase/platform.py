"""What stands before every service says no: a project that is paused, a plan that is used up, an API that is too slow.

Their statuses are documented, their bodies are not (supabase.com/docs/guides/troubleshooting/http-status-codes); a body
that nobody has seen is left empty.
"""

from collections.abc import Callable, Mapping
from typing import Final

from brownout_simulators.call import Call, Reply
from brownout_simulators.vendor import NamedError
from brownout_simulators.vendors.supabase.replies import GatewayErrors

_GATEWAY: Final = GatewayErrors()


def _empty(status: int) -> Callable[[Call], Reply]:
    return lambda _call: Reply(status, b"", {}, executed=False)


NAMED_ERRORS: Final[Mapping[str, NamedError]] = {
    "project_paused": NamedError(540, "the project is paused", _empty(540)),
    "api_timeout": NamedError(544, "the API did not answer in time", _empty(544)),
    "quota_exceeded": NamedError(402, "the organization has used up its plan", _GATEWAY.quota_exhausted),
}
