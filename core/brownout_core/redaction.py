"""Keeps secrets out of what is written down: messages, dead letters, log lines, error bodies.

The first line of defence is that no error message is made from a header or a URL. This is the second.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

HIDDEN = "[hidden]"

_SHAPES = re.compile(
    r"\b(?:sk|rk|pk)_(?:test|live)_\w+"  # Stripe's keys
    r"|\b[a-z]{2,8}_live_[0-9a-z]{12,}"  # other vendors' live credentials; shorter words are prose
    r"|\bwhsec_\w+"  # webhook signing secrets
    r"|\bpyx_at_\S+"  # the sales system's access tokens
    r"|\bhv[sbr]\.[\w.-]{6,}"  # Vault's tokens
    r"|\bBearer\s+[^\s\"',]+|\bBasic\s+[A-Za-z0-9+/=]{8,}"
    r"|(?<=://)[^/\s:@]*:[^/\s@]+(?=@)",  # user:password in a URL
    re.IGNORECASE,
)
_NAMES = r"password|passwd|secret|token|api[_-]?key|authorization|signature"
# name=value, "name": "value", and the header's `Authorization: value`; but not prose ("the token: no answer").
_NAMED = re.compile(
    rf"((?:{_NAMES})\s*=\s*[\"']?|[\"'](?:\w*(?:{_NAMES}))[\"']\s*:\s*[\"']|\bauthorization:\s*)([^\s\"',;&}}]+)",
    re.IGNORECASE,
)
_SECRET_NAMES = re.compile(r"password|passwd|secret|token|api_?key|authorization|signature|cookie", re.IGNORECASE)


class Redactor:
    """Hides known secrets wherever they stand, and whatever looks like one. Immutable; safe to share."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        """`secrets` are the exact values to hide; shorter than six characters are ignored, for they are words."""
        known = sorted({secret for secret in secrets if len(secret) >= 6}, key=len, reverse=True)
        self._known = re.compile("|".join(re.escape(secret) for secret in known)) if known else None

    def text(self, text: str) -> str:
        """`text` without secrets."""
        if self._known is not None:
            text = self._known.sub(HIDDEN, text)
        return _NAMED.sub(lambda match: match[1] + HIDDEN, _SHAPES.sub(HIDDEN, text))

    def value(self, value: Any) -> Any:
        """A JSON-like value without secrets: also whatever stands under a secret's name."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {
                name: HIDDEN if _SECRET_NAMES.search(str(name)) else self.value(each) for name, each in value.items()
            }
        if isinstance(value, list | tuple):
            return [self.value(each) for each in value]
        return value
