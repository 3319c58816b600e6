"""Which operation of the caller a call belongs to, as far as the caller says so."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from brownout_simulators.call import Call, Effect
from brownout_simulators.spelling import shown

LENGTH_LIMIT: Final = 200


class Correlation:
    """Where the operation id travels: `header.<name>` or `body.<dotted path>`, first hit wins."""

    def __init__(self, paths: Iterable[str]) -> None:
        """Raises `ValueError` for a path of neither form."""
        self.paths = tuple(paths)
        self._places: list[tuple[str, tuple[str, ...]]] = []
        """(header's name, ()) or ("", path into the body)."""
        self._stored: list[str] = []
        for path in self.paths:
            source, _, rest = path.partition(".")
            if source not in ("header", "body") or not rest:
                raise ValueError(f"correlate: header.<name> or body.<path>, got {shown(path)}")
            if source == "header":
                self._places.append((rest.lower(), ()))
            else:
                self._places.append(("", tuple(rest.split("."))))
                self._stored.append(rest)

    def of_call(self, call: Call) -> str:
        """The operation id that the call carries; empty without one."""
        for header, path in self._places:
            value = call.headers.get(header) if header else _dig(call.data, path)
            if value:
                return value[:LENGTH_LIMIT]
        return ""

    def of_effect(self, effect: Effect, of_call: str) -> str:
        """The operation of an effect: its call's, else the one that the vendor stored with the thing."""
        if of_call:
            return of_call
        for name in self._stored:
            value = effect.references.get(name)
            if value:
                return value[:LENGTH_LIMIT]
        return ""


def _dig(data: Mapping[str, Any], path: tuple[str, ...]) -> str:
    value: Any = data
    for name in path:
        if not isinstance(value, Mapping):
            return ""
        value = value.get(name)
    return value if isinstance(value, str) else ""
