"""Settings from a document: what is wrong is one line that names the place and the cure."""

from dataclasses import dataclass, field
from typing import Any, Literal

import pytest

from brownout_core.errors import ConfigError
from brownout_core.strict import mapping_in, read_strictly


@dataclass(frozen=True, slots=True, kw_only=True)
class Inner:
    share: float = 0.5
    count: int = 1
    is_on: bool = True
    kind: Literal["full", "half"] = "full"
    name: str = ""
    wait_s: float | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.share <= 1:
            raise ConfigError(f"share must be in [0, 1], got {self.share}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outer:
    inner: Inner = field(default_factory=Inner)
    other: Inner | None = None


def test_what_is_left_out_has_its_default_and_what_is_made_already_is_kept() -> None:
    assert read_strictly(Outer, {}, "x") == Outer()
    assert read_strictly(Outer, {"inner": {"share": 1}}, "x").inner == Inner(share=1.0)
    assert read_strictly(Outer, {"inner": Inner(count=3), "other": None}, "x") == Outer(inner=Inner(count=3))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"iner": {}}, "x.iner: no such part; did you mean inner?"),
        ({"inner": {"shre": 1}}, "x.inner.shre: no such field; did you mean share?"),
        ({"other": {"zzz": 1}}, "x.other.zzz: no such field; there are share, count, is_on, kind, name, wait_s"),
        ({"inner": None}, "x.inner: cannot be switched off"),
        ({"inner": 3}, "x.inner: must be a mapping, got 3"),
        ({"inner": {"share": "1"}}, "x.inner.share: must be a number, got '1'"),
        ({"inner": {"share": True}}, "x.inner.share: must be a number, got True"),
        ({"inner": {"count": 1.5}}, "x.inner.count: must be a whole number, got 1.5"),
        ({"inner": {"is_on": 1}}, "x.inner.is_on: must be true or false, got 1"),
        ({"inner": {"kind": "none"}}, "x.inner.kind: must be one of full, half, got 'none'"),
        ({"inner": {"name": 5}}, "x.inner.name: must be text, got 5"),
        ({"inner": {"wait_s": "soon"}}, "x.inner.wait_s: must be a number or null, got 'soon'"),
        ({"other": {"share": 2}}, "x.other.share must be in [0, 1], got 2.0"),
        ({"inner": {"name": object}}, "x.inner.name"),
    ],
    ids=str,
)
def test_a_mistake_is_one_line_with_its_place(values: dict[str, Any], message: str) -> None:
    if values == {"inner": {"name": object}}:
        assert "class" in read_strictly(Outer, values, "x").inner.name  # text, as everything that is no JSON
        return
    with pytest.raises(ConfigError) as caught:
        read_strictly(Outer, values, "x", "part")
    assert str(caught.value) == message


def test_what_is_no_mapping_is_told_so() -> None:
    assert mapping_in({1: "a"}, "x") == {"1": "a"}
    with pytest.raises(ConfigError, match=r"^x: must be a mapping, got \[\]$"):
        mapping_in([], "x")
