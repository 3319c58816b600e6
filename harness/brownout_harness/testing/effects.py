"""What a vendor did, found by kind and fields. A question that cannot be answered is an error, never an empty answer:
of a misspelt field there is always none."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from brownout_harness.testing.rows import Effect
from brownout_scenarios import spelling

_COLUMNS: Final = ("id", "amount", "idempotency_key", "operation_id", "request_id")
_SHOWN: Final = 5


class UnknownEffect(ValueError):
    """The vendor has no such kind of effect, or can tell no such thing of one; the message names the nearest."""


class Effects:
    """Those effects of one kind that have these fields, in the order in which they happened.

    `once`, `none` and `count` answer the usual questions, `one` is the only one; it can be iterated over.
    """

    def __init__(self, kind: str, wanted: Mapping[str, Any], found: Sequence[Effect], others: Sequence[Effect]) -> None:
        self._kind = kind
        self._wanted = wanted
        self._found = tuple(found)
        self._others = tuple(others)

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self._found)

    @property
    def once(self) -> bool:
        """Whether there is exactly one."""
        return self.count == 1

    @property
    def none(self) -> bool:
        """Whether there is none."""
        return self.count == 0

    @property
    def one(self) -> Effect:
        """The only one. Raises `AssertionError` where there is none, or several."""
        if not self.once:
            raise AssertionError(repr(self))
        return self._found[0]

    def __len__(self) -> int:
        return self.count

    def __iter__(self) -> Iterator[Effect]:
        return iter(self._found)

    def __getitem__(self, place: int) -> Effect:
        return self._found[place]

    def __repr__(self) -> str:
        """How many, which, and which others of the kind there are: what a failed `assert` shows."""
        asked = "".join(f", {name}={value!r}" for name, value in self._wanted.items())
        text = f"<{self.count} of {self._kind}{asked}{_listed(self._found)}"
        if self._wanted:
            text += f"; {len(self._others) or 'no'} others of {self._kind}{_listed(self._others)}"
        return f"{text}>"


def select(
    kinds: Mapping[str, Sequence[str]], effects: Sequence[Effect], kind: str, wanted: Mapping[str, Any]
) -> Effects:
    """Those of `effects` that are meant. `kinds` are those that the vendor can have, with what it can tell of each.

    A name is a column (`id`, `amount`, `idempotency_key`, …), one of the kind's fields, or an id of the caller's that
    the vendor stored: `order` is `metadata.order`. Values are compared as they are written.

    Raises `UnknownEffect`.
    """
    if kind not in kinds:
        raise UnknownEffect(f"no effect is called {kind!r}{spelling.hint(kind, kinds)}")
    of_kind = [effect for effect in effects if effect.kind == kind]
    known = (*_COLUMNS, *kinds[kind])
    for name in wanted:
        if name not in known:
            _check_reference(kind, name, of_kind, known)
    found = [one for one in of_kind if all(_has(one, name, value, known) for name, value in wanted.items())]
    return Effects(kind, wanted, found, [one for one in of_kind if one not in found])


def _check_reference(kind: str, name: str, of_kind: Sequence[Effect], known: Sequence[str]) -> None:
    """Where nothing of the kind was done at all, any id of the caller's may be meant: there is none with it."""
    stored = sorted({written for one in of_kind for written in one.references})
    meant = [written for written in stored if _is_called(written, name)]
    if len(meant) > 1:
        raise UnknownEffect(f"{name} of a {kind} may be {' or '.join(meant)}: rename one in the application")
    if of_kind and not meant:
        words = [*known, *(written.rpartition(".")[2] for written in stored)]
        raise UnknownEffect(f"no {kind} has a field {name!r}{spelling.hint(name, words)}")


def _is_called(written: str, name: str) -> bool:
    return name in (written, written.rpartition(".")[2])


def _has(effect: Effect, name: str, value: Any, known: Sequence[str]) -> bool:
    if name in _COLUMNS:
        held = getattr(effect, name)
    elif name in known:
        held = effect.fields.get(name)
    else:
        held = next((held for written, held in effect.references.items() if _is_called(written, name)), None)
    return bool(held == value) or (held is not None and value is not None and str(held) == str(value))


def _listed(effects: Sequence[Effect]) -> str:
    if not effects:
        return ""
    more = f", and {len(effects) - _SHOWN} more" if len(effects) > _SHOWN else ""
    return ": " + ", ".join(in_words(one) for one in effects[:_SHOWN]) + more


def in_words(effect: Effect) -> str:
    """One effect on one line."""
    told = {**effect.fields, **effect.references}
    money = f" {effect.amount} {told.pop('currency', '')}".rstrip() if effect.amount else ""
    parts = [f"{name}={value!r}" for name, value in told.items() if value not in (None, "") and name != "amount"]
    return f"{effect.id}{money}" + (f" ({', '.join(parts)})" if parts else "")
