"""A call without its secrets, as the console shows it: headers, query and bodies, by the project's own redaction."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import parse_qsl, quote

from brownout_core.redaction import HIDDEN, Redactor

_QUERY_SECRETS: Final = frozenset({"key", "apikey", "sig"})
"""Parameters that hold a credential, beside those that redaction knows by their names."""


class Masking:
    """Knows the credentials of the simulators by heart, and others by their shape or name. Safe to share."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self._known = frozenset(secrets)
        self._redactor = Redactor(self._known)

    def learn(self, secrets: Iterable[str]) -> None:
        """These are credentials, too."""
        self._known |= frozenset(secrets)
        self._redactor = Redactor(self._known)

    def call(self, logged: Mapping[str, Any]) -> dict[str, Any]:
        """A call of the control API's log."""
        request, answer = logged["request"], logged["answer"]
        return {
            **logged,
            "request": {**request, **self._sides(request), "path": self._redactor.text(request["path"]),
                        "query": self._query(request["query"])},
            "answer": {**answer, **self._sides(answer)},
        }  # fmt: skip

    def _sides(self, side: Mapping[str, Any]) -> dict[str, Any]:
        masked: dict[str, Any] = {"headers": {name: self._header(name, text) for name, text in side["headers"].items()}}
        if "body" in side:
            masked["body"] = self.body(side["body"])
        return masked

    def _header(self, name: str, text: str) -> str:
        # Redaction knows names with underscores; headers have dashes.
        (masked,) = self._redactor.value({name.replace("-", "_"): text}).values()
        return str(masked)

    def _query(self, query: str) -> str:
        try:
            given = parse_qsl(query, keep_blank_values=True)
        except ValueError:
            return self._redactor.text(query)
        if not given:
            return self._redactor.text(query)
        return "&".join(f"{quote(name)}={self._parameter(name, value)}" for name, value in given)

    def _parameter(self, name: str, value: str) -> str:
        if name.lower() in _QUERY_SECRETS:
            return HIDDEN
        (masked,) = self._redactor.value({name: value}).values()
        return HIDDEN if masked == HIDDEN else quote(str(masked), safe="[]:/")

    def text(self, text: str) -> str:
        """Any text."""
        return self._redactor.text(text)

    def body(self, text: str) -> str:
        """JSON is looked at value by value, anything else as a text."""
        if text[:1] in {"{", "["}:
            try:
                return json.dumps(self._redactor.value(json.loads(text)), ensure_ascii=False)
            except (ValueError, RecursionError):
                pass
        return self._redactor.text(text)
