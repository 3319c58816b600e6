"""The API's errors by name, for faults that ask for one. Nothing is generated."""

from collections.abc import Callable, Mapping
from typing import Final

from brownout_simulators.call import Call, Reply
from brownout_simulators.vendor import NamedError
from brownout_simulators.vendors.gemini.errors import SITUATIONS, GeminiErrors, problem, status_reply, typed
from brownout_simulators.vendors.gemini.models import not_found
from brownout_simulators.vendors.gemini.quota import quota_reply_parts

_ERRORS: Final = GeminiErrors()
_WAIT_S: Final = 26.123456789


def _quota(*names: str, retry_after_s: float | None = _WAIT_S, none_at_all: bool = False) -> Callable[[Call], Reply]:
    figures = {"rpm": 0.0 if none_at_all else 10.0, "tpm": 250_000.0, "rpd": 250.0}

    def reply(call: Call) -> Reply:
        message, details = quota_reply_parts(call, retry_after_s, names, figures)
        return problem(call, "resource-exhausted", message, details)

    return reply


def _vertex_style(call: Call) -> Reply:
    """gemini-cli 14831."""
    status, code, message = SITUATIONS["resource-exhausted"]
    return status_reply(call, status, code, message)


def _input_too_long(call: Call) -> Reply:
    message = "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576)."
    return problem(call, "invalid-argument", message)


def _model_gone(call: Call) -> Reply:
    return not_found(call, call.params.get("model", ""), "generateContent")


def _malformed(call: Call) -> Reply:
    field = {"field": "contents", "description": "Invalid value."}
    return problem(call, "invalid-argument", details=[typed("BadRequest", fieldViolations=[field])])


_MORE: Final[Mapping[str, tuple[int, str, Callable[[Call], Reply]]]] = {
    "malformed-request": (400, "Request contains an invalid argument (field violations).", _malformed),
    "input-too-long": (400, "The input token count exceeds the maximum number of tokens allowed.", _input_too_long),
    "model-not-found": (404, "models/… is not found for API version v1beta", _model_gone),
    "rpm": (429, "Requests per minute are used up; RetryInfo says when.", _quota("rpm")),
    "tpm": (429, "Input tokens per minute are used up.", _quota("tpm")),
    "rpd": (429, "Requests of the day are used up; the wait is hours.", _quota("rpd", retry_after_s=37_025.723541104)),
    "rpm-and-tpm": (429, "Both at once: one response with two violations.", _quota("rpm", "tpm")),
    "no-quota": (
        429,
        "limit: 0, there is no quota for this model; waiting is useless.",
        _quota("rpm", none_at_all=True),
    ),
    "quota-sticky": (429, "Quota is used up, without RetryInfo.", _ERRORS.quota_exhausted),
    "spend-cap": (429, "Spend of ten minutes is at its cap.", _ERRORS.quota_exhausted),
    "rate-limit-exceeded": (429, "Resource has been exhausted, in the older form without details.", _vertex_style),
    "bad-gateway": (502, "A page from the front end.", lambda call: _ERRORS.server_error(call, 502)),
}

NAMED_ERRORS: Final[Mapping[str, NamedError]] = {
    **{
        name: NamedError(status, words, lambda call, name=name: problem(call, name))  # type: ignore[misc]
        for name, (status, _, words) in SITUATIONS.items()
    },
    **{name: NamedError(status, about, reply) for name, (status, about, reply) in _MORE.items()},
}
