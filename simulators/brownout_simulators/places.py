"""Where in a call the caller's operation id may stand, and how a scenario writes it.

    header.<name>           a header
    query.<name>            a parameter of the query
    path.<name>             a named segment of the route: `/orders/{id}`
    body.<dotted path>      a field of the body
    callback.<name>         a query parameter of an address in the body, where the vendor has no field for an id

Behind each of them a pattern may stand, `body.Body: Order (\\S+)`: the id is its first group.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from brownout_simulators.call import Call
from brownout_simulators.patterns import Pattern
from brownout_simulators.spelling import shown

LENGTH_LIMIT: Final = 200
_FORM: Final = re.compile(r"(header|query|path|body|callback)\.([^\s:]+)(?:: ?(.+))?", re.DOTALL)
_DEEPEST: Final = 6
_SECRET: Final = re.compile(r"auth|cookie|token|secret|key|signature", re.IGNORECASE)


class Place:
    """One of them."""

    def __init__(self, text: str) -> None:
        """Raises `ValueError` with what may be written."""
        found = _FORM.fullmatch(text)
        if found is None:
            raise ValueError(
                f"{shown(text)}: write header.<name>, query.<name>, path.<name>, body.<dotted path> or callback.<name>"
            )
        self.source, self.name = found[1], found[2].lower() if found[1] == "header" else found[2]
        self.pattern = Pattern(found[3]) if found[3] else None
        self._names = self.name.split(".")
        self.is_header = self.source == "header"
        self.first_name = self.name if self.is_header else self._names[0] if self.source == "body" else ""
        """Without this in the headers, or the body, nothing stands there; empty: that has to be looked at."""
        self.stored_as = {"body": self.name, "callback": f"callback.{self.name}"}.get(self.source, "")
        """Under which name a vendor stores with a thing what stands here; empty: it stores none of it."""

    def of_call(self, call: Call) -> str:
        """What stands there; empty where nothing does."""
        if self.source == "header":
            return self._read(call.headers.get(self.name))
        if self.source == "query":
            return self._read(_parameter(call.query, self.name))
        if self.source == "path":
            return self._read(call.params.get(self.name))
        if self.source == "body":
            return self._read(_dig(call.data, self._names))
        addresses = (text for _, text in _texts(call.data) if "?" in text and "://" in text)
        return next((found for each in addresses if (found := self._read(_callback(each, self.name)))), "")

    def of_stored(self, references: Mapping[str, str]) -> str:
        """The same from what a vendor stored with a thing."""
        return self._read(references.get(self.stored_as))

    def _read(self, value: object) -> str:
        if not isinstance(value, str):
            return ""
        return (value if self.pattern is None else self.pattern.first(value))[:LENGTH_LIMIT]


def texts_of(call: Call) -> dict[str, str]:
    """What a call says at every place that could hold an id, but for credentials."""
    said = {f"header.{name}": value for name, value in call.headers.items()}
    said |= {f"query.{name}": value for name, value in _parameters(call.query)}
    said |= {f"path.{name}": value for name, value in call.params.items()}
    for name, value in _texts(call.data):
        said[f"body.{name}"] = value
        if "?" in value and "://" in value:
            said |= {f"callback.{key}": text for key, text in _parameters(_query(value))}
    return {place: text[:LENGTH_LIMIT] for place, text in said.items() if text and not _SECRET.search(place)}


def _dig(data: Mapping[str, Any], path: list[str]) -> object:
    value: Any = data
    for name in path:
        # A dict it is, mostly, which is told in a fifth of the time.
        if type(value) is not dict and not isinstance(value, Mapping):
            return None
        value = value.get(name)
    return value


def _texts(data: Mapping[str, Any], above: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    for name, value in data.items():
        path = f"{above}{name}"
        if isinstance(value, str):
            yield path, value
        elif isinstance(value, Mapping) and depth < _DEEPEST:
            yield from _texts(value, f"{path}.", depth + 1)


def _callback(address: str, name: str) -> str:
    return _parameter(_query(address), name)


def _query(address: str) -> str:
    try:
        return urlsplit(address).query
    except ValueError:  # no address at all
        return ""


def _parameter(query: str, name: str) -> str:
    return next((value for key, value in _parameters(query) if key == name), "")


def _parameters(query: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(query, max_num_fields=100) if query else []
    except ValueError:
        return []
