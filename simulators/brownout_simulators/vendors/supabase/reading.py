"""Reads a setup's JSON field by field; what is wrong is told with its place: `auth.users[2].email: …`."""

from collections.abc import Iterator, Mapping
from typing import Any

from brownout_simulators.spelling import named, nearest, shown


class Fields:
    """One object's fields. Each is asked for by name, once; `done` objects to what nobody asked for."""

    def __init__(self, value: Any, place: str) -> None:
        if not isinstance(value, Mapping):
            raise ValueError(f"{place}: an object is needed, got {shown(value)}")  # noqa: TRY004  what a setup raises
        self._value = value
        self._place = place
        self._asked: list[str] = []

    def flag(self, name: str, default: bool) -> bool:
        """True or false."""
        value = self._get(name, default)
        if not isinstance(value, bool):
            raise self._wrong(name, "true or false", value)
        return value

    def text(self, name: str, default: str) -> str:
        """A text."""
        value = self._get(name, default)
        if not isinstance(value, str):
            raise self._wrong(name, "a text", value)
        return value

    def choice(self, name: str, default: str, choices: tuple[str, ...]) -> str:
        """One of some texts."""
        value = self._get(name, default)
        if value not in choices:
            raise self._wrong(name, "one of " + ", ".join(choices), value)
        return str(value)

    def number(self, name: str, default: float, least: float, most: float) -> float:
        """A number between two others, these included."""
        value = self._get(name, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
            raise self._wrong(name, f"a number from {least:g} to {most:g}", value)
        return float(value)

    def whole(self, name: str, default: int, least: int, most: int) -> int:
        """The same, whole."""
        value = self._get(name, default)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise self._wrong(name, f"a whole number from {least} to {most}", value)
        return value

    def mapping(self, name: str) -> Mapping[str, Any]:
        """An object, of whatever."""
        value = self._get(name, {})
        if not isinstance(value, Mapping):
            raise self._wrong(name, "an object", value)
        return dict(value)

    def texts_by_name(self, name: str) -> Mapping[str, str]:
        """An object of texts."""
        found = self.mapping(name)
        for key, value in found.items():
            if not isinstance(value, str):
                raise self._wrong(f"{name}.{named(str(key))}", "a text", value)
        return found

    def texts(self, name: str) -> list[str] | None:
        """A list of texts; None where it is left out."""
        value = self._get(name, None)
        if value is None:
            return None
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise self._wrong(name, "a list of texts", value)
        return list(value)

    def items(self, name: str) -> Iterator[tuple[Any, str]]:
        """A list's items, each with its place."""
        value = self._get(name, [])
        if not isinstance(value, list):
            raise self._wrong(name, "a list", value)
        return ((each, f"{self._place}.{name}[{number}]") for number, each in enumerate(value))

    def entries(self, name: str) -> Iterator[tuple[str, Any, str]]:
        """An object's entries, each with its place."""
        return ((str(key), each, f"{self._place}.{name}.{key}") for key, each in self.mapping(name).items())

    def raw(self, name: str, default: Any = None) -> Any:
        """Whatever is there."""
        return self._get(name, default)

    def done(self) -> None:
        """Object to the rest."""
        for name in self._value:
            if name not in self._asked:
                near = nearest(str(name), self._asked)
                hint = f"; did you mean {near}?" if near else ""
                raise ValueError(f"{self._place}.{named(str(name))}: no such setting{hint}")

    def _get(self, name: str, default: Any) -> Any:
        self._asked.append(name)
        return self._value.get(name, default)

    def _wrong(self, name: str, needed: str, value: Any) -> ValueError:
        return ValueError(f"{self._place}.{name}: {needed} is needed, got {shown(value)}")
