"""Shapes: what each refuses, and how it says so."""

from typing import Any

import pytest

from brownout_simulators.vendors.sales.shapes import (
    Choice,
    Flag,
    Flaw,
    Flaws,
    Form,
    Instant,
    Listed,
    Number,
    Pairs,
    Record,
    Shape,
    Text,
    Whole,
    moment_of,
)

LINE = Record(members={"sku": Text(longest=3), "note": Text(optional=True)})


@pytest.mark.parametrize(
    ("shape", "right", "wrong"),
    [
        (Text(longest=3), ["a", "abc"], ["", "abcd", 1, [], {}]),
        (Form(pattern="^[A-Z]{2}$", code="c", detail="d"), ["US"], ["us", "USA", "US\n", 1]),
        (Number(), ["0", "-1", "10.50", "0.0000000001"], ["", "1e3", ".5", "1.", "NaN", " 1", "1_0", "²", "٣", 1, 1.0]),
        (Number(sign="positive"), ["0.1", "1"], ["0", "0.00", "-1"]),
        (Number(sign="not negative"), ["0", "-0.0", "1"], ["-1", "-0.1"]),
        (Instant(), ["2025-01-01T00:00:00Z", "2025-01-01t00:00+02:00"], ["2025-01-01", "2025-02-30T00:00:00Z", "", 1]),
        (Choice(of=("a", "b")), ["a"], ["c", 1, [], {}]),
        (Whole(least=1, most=3), [1, 3], [0, 4, True, 1.0, "1"]),
        (Flag(), [True, False], [0, "true"]),
        (Pairs(most=1), [{}, {"a": "b"}], [{"a": 1}, {"a": "b", "c": "d"}, [], "x"]),
        (Listed(of=Text(), most=2), [["a"]], [[], ["a", "b", "c"], "ab", [1]]),
        (LINE, [{"sku": "a"}, {"sku": "a", "note": None, "x": 1}], [{}, {"sku": None}, {"sku": "a", "note": 1}, []]),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Shape) else "",
)  # fmt: skip
def test_it_takes_what_is_right_and_nothing_else(shape: Shape, right: list[Any], wrong: list[Any]) -> None:
    assert [value for value in right if shape.flaws(value)] == []
    assert [value for value in wrong if not shape.flaws(value)] == []


def test_every_flaw_is_told_with_the_pointer_to_it() -> None:
    shape = Record(members={"lines": Listed(of=LINE), "total": Number()})
    assert shape.flaws({"lines": [{"sku": "a"}, {"note": 1}]}) == [
        Flaw("/lines/1/sku", "required", "is required"),
        Flaw("/lines/1/note", "text", "must be a text of 1 to 200 characters"),
        Flaw("/total", "required", "is required"),
    ]


def test_a_rule_looks_at_the_whole_only_where_each_part_is_right() -> None:
    asked: list[Any] = []

    def rule(value: Any) -> Flaws:
        asked.append(value)
        return ()

    shape = Record(members={"a": Whole()}, rule=rule)
    assert shape.flaws({"a": "x"})
    assert not asked
    assert not shape.flaws({"a": 1})
    assert asked == [{"a": 1}]


def test_it_describes_itself() -> None:
    assert LINE.described() == {
        "type": "object",
        "properties": {
            "sku": {"type": "string", "minLength": 1, "maxLength": 3},
            "note": {"type": ["string", "null"], "minLength": 1, "maxLength": 200},
        },
        "required": ["sku"],
    }
    assert Choice(of=("a",), optional=True, about="which").described() == {
        "type": ["string", "null"],
        "enum": ["a", None],
        "description": "which",
    }
    assert Record(members=LINE.members, named="Line").described() == {"$ref": "#/components/schemas/Line"}


def test_only_known_members_are_kept_and_null_is_absent() -> None:
    assert LINE.known({"x": 1, "note": None, "sku": "a"}) == {"sku": "a"}


def test_a_moment_without_an_offset_is_none() -> None:
    moment = moment_of("2025-01-01T02:00:00+02:00")
    assert moment is not None
    assert moment.timestamp() == 1_735_689_600
    assert moment_of("2025-01-01T02:00:00") is None
