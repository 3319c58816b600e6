"""Dataclasses from JSON and back."""

from dataclasses import dataclass, field
from typing import Any, Literal

import pytest

from brownout_simulators.faults import FaultError
from brownout_simulators.faults.codec import decode, encode


@dataclass(frozen=True, kw_only=True)
class Inner:
    x: float


@dataclass(frozen=True, kw_only=True)
class Outer:
    number: float = 0.0
    count: int = 0
    text: str = ""
    flag: bool = False
    mode: Literal["a", "b"] = "a"
    many: tuple[str, ...] = ()
    inner: Inner | None = None
    always: Inner = field(default_factory=lambda: Inner(x=1.0))


def test_every_kind_of_value_is_read_and_written() -> None:
    data = {
        "number": 1.5,
        "count": 2,
        "text": "t",
        "flag": True,
        "mode": "b",
        "many": ["p", "q"],
        "inner": {"x": 2.0},
        "always": {"x": 3.0},
    }
    assert encode(decode(Outer, data, "o")) == data
    assert encode(decode(Outer, {"inner": None}, "o")) == {}
    assert decode(Outer, {"number": 3}, "o").number == 3.0


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ({"number": True}, "o.number: a number is needed, got True"),
        ({"number": float("nan")}, "o.number"),
        ({"count": 1.5}, "o.count: a whole number"),
        ({"count": True}, "o.count"),
        ({"text": 1}, "o.text: a text"),
        ({"flag": 1}, "o.flag: true or false"),
        ({"mode": "c"}, "o.mode: one of a, b"),
        ({"many": "pq"}, "o.many: a list"),
        ({"many": [1]}, r"o.many\[0\]: a text"),
        ({"inner": {}}, "o.inner: missing.*x"),
        ({"inner": 3}, "o.inner: an object"),
        ({"other": 3}, "o.other: no such field; there are number"),
    ],
)
def test_a_wrong_value_is_named_with_its_place(data: Any, why: str) -> None:
    with pytest.raises(FaultError, match=why):
        decode(Outer, data, "o")
