"""What a call is answered with."""

from collections.abc import Mapping
from typing import Any

import orjson

from brownout_simulators.call import Deferred, trimmed


def test_what_is_deferred_is_worked_out_once_and_only_when_somebody_looks() -> None:
    made: list[Mapping[str, Any]] = []

    def make() -> Mapping[str, Any]:
        made.append({"a": 1, "b": None})
        return made[-1]

    deferred = Deferred(make)
    assert not made
    assert (deferred["a"], deferred.get("b", 0), deferred.get("c"), len(deferred)) == (1, None, None, 2)
    assert {**deferred} == deferred == {"a": 1, "b": None}
    assert len(made) == 1


def test_trimmed_bytes_are_the_same_bytes() -> None:
    assert trimmed(orjson.dumps({"a": 1})) == b'{"a":1}'
