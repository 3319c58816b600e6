"""What a quota that is used up is called, and what a refusal says of it: QuotaFailure, RetryInfo, and the message.

The forms are those of public reports: gemini-cli 8437, Roo-Code 3883, python-genai 2044 (details of a 429), and
nils44344 on dev.to of 2026-10-07 (the message with its exact wait).
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from brownout_simulators.call import Call

_METRIC: Final = "generativelanguage.googleapis.com/"
_INTRODUCTION: Final = (
    "You exceeded your current quota, please check your plan and billing details. For more information on this error,"
    " head to: https://ai.google.dev/gemini-api/docs/rate-limits. To monitor your current usage, head to:"
    " https://ai.dev/rate-limit. "
)
_LINKS: Final = (
    {"description": "Learn more about Gemini API quotas", "url": "https://ai.google.dev/gemini-api/docs/rate-limits"},
)


class Quota(NamedTuple):
    """One of the limits, in the vendor's names."""

    metric: str
    id: str


QUOTAS: Final[Mapping[str, Quota]] = {
    "rpm": Quota("generate_content_free_tier_requests", "GenerateRequestsPerMinutePerProjectPerModel-FreeTier"),
    "tpm": Quota(
        "generate_content_free_tier_input_token_count", "GenerateContentInputTokensPerModelPerMinute-FreeTier"
    ),
    "rpd": Quota("generate_content_free_tier_requests", "GenerateRequestsPerDayPerProjectPerModel-FreeTier"),
    "rpd_utc": Quota("generate_content_free_tier_requests", "GenerateRequestsPerDayPerProjectPerModel-FreeTier"),
    "embed_rpm": Quota("embed_content_free_tier_requests", "EmbedContentRequestsPerMinutePerProjectPerModel-FreeTier"),
}
"""By the name of the limit (`limits.py`). What a fault names otherwise counts as requests per minute."""


def model_of(call: Call) -> str:
    """The model that a call is for."""
    return call.params.get("model", "")


def quota_reply_parts(
    call: Call, retry_after_s: float | None, exceeded: Sequence[str], figures: Mapping[str, float] | None = None
) -> tuple[str, list[dict[str, Any]]]:
    """Message and details for these limits; without a wait nothing says that waiting helps."""
    details: list[dict[str, Any]] = [{"@type": "type.googleapis.com/google.rpc.Help", "links": list(_LINKS)}]
    message, model = _INTRODUCTION, model_of(call)
    violations = []
    for name in exceeded:
        quota = QUOTAS.get(name, QUOTAS["rpm"])
        figure = None if figures is None else figures.get(name)
        limit = "" if figure is None else f", limit: {figure:.0f}"
        message += f"\n* Quota exceeded for metric: {_METRIC}{quota.metric}{limit}, model: {model}"
        violations.append(
            {
                "quotaMetric": _METRIC + quota.metric,
                "quotaId": quota.id,
                "quotaDimensions": {"location": "global", "model": model},
                **({} if figure is None else {"quotaValue": f"{figure:.0f}"}),
            }
        )
    if violations:
        details.append({"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": violations})
    if retry_after_s is not None:
        message += f"\nPlease retry in {go_duration(retry_after_s)}."
        # Whole seconds, and never too early: who waits so long is let in.
        details.append(
            {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": f"{-int(-retry_after_s // 1)}s"}
        )
    return message, details


def go_duration(seconds: float) -> str:
    """As the message writes a wait: `10h17m5.723541104s`, `26.5s`, `812.4ms`."""
    if seconds < 1:
        return f"{_trimmed(seconds * 1000)}ms"
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(int(minutes), 60)
    text = f"{hours}h" if hours else ""
    return f"{text}{minutes}m{_trimmed(rest)}s" if hours or minutes else f"{_trimmed(rest)}s"


def _trimmed(value: float) -> str:
    return f"{value:.9f}".rstrip("0").rstrip(".")
