"""OpenAI's errors by name, for faults that ask for one: at the door (`respond`), or in the middle of a stream."""

from collections.abc import Callable, Mapping
from typing import Final

from brownout_simulators.call import Call, Reply
from brownout_simulators.vendor import NamedError
from brownout_simulators.vendors.openai.errors import INVALID, OpenAIErrors, edge_page, error
from brownout_simulators.vendors.openai.limits import model_of

_ERRORS: Final = OpenAIErrors()


def _quota(code: str, about: str) -> NamedError:
    """Out of money, in one of its codes: 429, which every SDK tries again although it helps nothing."""
    message = f"{about} Check your plan and billing details."
    return NamedError(429, about, lambda _call: error(429, message, "insufficient_quota", code))


def _plain(
    status: int, message: str, kind: str = INVALID, code: str | None = None, param: str | None = None
) -> NamedError:
    return NamedError(status, message, lambda _call: error(status, message, kind, code, param))


def _too_long(call: Call) -> Reply:
    param = "input" if call.path.endswith("/responses") else "messages"
    message = "This model's maximum context length is 128000 tokens. However, your messages resulted in 128001 tokens."
    return error(400, message, INVALID, "context_length_exceeded", param)


def _no_model(call: Call) -> Reply:
    message = f"The model `{model_of(call)}` does not exist or you do not have access to it."
    return error(404, message, INVALID, "model_not_found")


def _without_hint(call: Call) -> Reply:
    """As captured from the Responses API (openai-node issue 1477): no header tells when to come back."""
    return _ERRORS.throttled(call, None, "tokens")


def _edge(status: int, title: str) -> NamedError:
    return NamedError(status, f"an HTML page of the CDN: {title}", lambda _call: edge_page(status, title))


_throttled: Final[Mapping[str, Callable[[Call], Reply]]] = {
    "rate_limit_exceeded": lambda call: _ERRORS.throttled(call, 1.0, "requests"),
    "tokens_exceeded": lambda call: _ERRORS.throttled(call, 1.0, "tokens"),
    "requests_per_day_exceeded": lambda call: _ERRORS.throttled(call, 86.4, "requests-per-day"),
}

NAMED_ERRORS: Final[Mapping[str, NamedError]] = {
    "invalid_api_key": _plain(401, "Incorrect API key provided.", code="invalid_api_key"),
    "not_in_organization": _plain(401, "You must be a member of an organization to use the API."),
    "ip_not_authorized": _plain(401, "Your IP address is not authorized to use this API."),
    "unsupported_country_region_territory": _plain(
        403, "Country, region, or territory not supported.", "request_forbidden", "unsupported_country_region_territory"
    ),
    "unknown_parameter": _plain(400, "Unknown parameter: 'x'.", code="unknown_parameter", param="x"),
    "unsupported_value": _plain(400, "Unsupported value.", code="unsupported_value", param="temperature"),
    "service_tier_not_allowed": _plain(
        400, "This service tier is not available to your project.", param="service_tier"
    ),
    "model_not_found": NamedError(404, "The model does not exist or you do not have access to it.", _no_model),
    "context_length_exceeded": NamedError(400, "More tokens than the model's window holds.", _too_long),
    **{
        name: NamedError(429, "Rate limit reached: come back when it says.", reply)
        for name, reply in _throttled.items()
    },
    "rate_limit_without_hint": NamedError(429, "Rate limit reached, and nothing says until when.", _without_hint),
    "slow_down": _plain(
        429, "Traffic grew too fast: slow down, then grow step by step.", "rate_limit_error", "slow_down"
    ),
    "insufficient_quota": _quota("insufficient_quota", "You exceeded your current quota."),
    "credit_balance_exhausted": _quota("credit_balance_exhausted", "Your credit balance is exhausted."),
    "organization_spend_limit_exceeded": _quota(
        "organization_spend_limit_exceeded", "Your organization has reached its spend limit."
    ),
    "project_spend_limit_exceeded": _quota("project_spend_limit_exceeded", "Your project has reached its spend limit."),
    "organization_usage_limit_exceeded": _quota(
        "organization_usage_limit_exceeded", "Your organization has reached its usage limit."
    ),
    "server_error": NamedError(500, "The server had an error.", lambda call: _ERRORS.server_error(call, 500)),
    "server_is_overloaded": NamedError(503, "The engine is overloaded.", lambda call: _ERRORS.server_error(call, 503)),
    "request_timeout": _plain(408, "Request timed out.", code="timeout"),
    "conflict": _plain(409, "The resource is locked by another request.", code="conflict"),
    "overloaded_proxy": _plain(529, "Overloaded.", "overloaded_error"),
    "bad_gateway": _edge(502, "Bad Gateway"),
    "gateway_timeout": _edge(504, "Gateway Time-out"),
    "unknown_origin_error": _edge(520, "Web server is returning an unknown error"),
    "origin_timeout": _edge(524, "A timeout occurred"),
}
