"""Serve: what may be asked of a vendor's capacity. What it does is in `test_capacity.py`."""

from pathlib import Path
from typing import Any

import pytest

from brownout_simulators.faults import FaultError, rule_from_json, rule_to_json
from brownout_simulators.faults.serve import QUEUE_LIMIT, Serve

EACH = {"fixed_s": 0.1}


def rule(serve: Any, **more: Any) -> dict[str, Any]:
    return {"id": "r", "vendor": "till", "serve": serve, **more}


def fault(**serve: Any) -> Serve:
    made = rule_from_json(rule({"at_once": 1, "each": EACH, **serve})).fault
    assert isinstance(made, Serve)
    return made


@pytest.mark.parametrize(
    ("serve", "message"),
    [
        ({}, "at_once"),
        ({"at_once": 1}, "each"),
        ({"at_once": 0, "each": EACH}, r"serve\.at_once: 1 to 10000, got 0"),
        ({"at_once": 1.5, "each": EACH}, r"serve\.at_once: a whole number is needed, got 1\.5"),
        ({"at_once": 1, "each": {}}, r"serve\.each: exactly one of fixed, uniform"),
        ({"at_once": 1, "each": {"fixed_s": -1}}, r"serve\.each\.fixed_s: at least 0"),
        ({"at_once": 1, "each": {"lognormal": {"p50_s": 2, "p99_s": 1}}}, "lognormal: 0 < p50_s < p99_s"),
        ({"at_once": 1, "each": {**EACH, "at": "after"}}, r"serve\.each\.at: no such field"),
        ({"at_once": 1, "each": EACH, "queue": -1}, r"serve\.queue: unbounded, or 0 to 100000, got -1"),
        ({"at_once": 1, "each": EACH, "queue": QUEUE_LIMIT + 1}, r"serve\.queue: unbounded, or 0 to 100000"),
        ({"at_once": 1, "each": EACH, "queue": "endless"}, r"serve\.queue: one of unbounded, got 'endless'"),
        ({"at_once": 1, "each": EACH, "queue": True}, r"serve\.queue: one of unbounded, got True"),
        ({"at_once": 1, "each": EACH, "full": "hang"}, r"serve\.full: one of unavailable, throttled"),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(serve: Any, message: str) -> None:
    with pytest.raises(FaultError, match=message):
        rule_from_json(rule(serve))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("match", "POST /v1/charges"),
        ("share", 0.5),
        ("sequence", "F."),
        ("flapping", {"on_s": 1, "off_s": 1}),
        ("ramp", {"over_s": 1}),
    ],
)
def test_it_is_for_all_calls_of_its_vendor(key: str, value: Any) -> None:
    with pytest.raises(FaultError, match=f"rule r: {key}: this fault is for all calls of its vendor: leave it out"):
        rule_from_json(rule({"at_once": 1, "each": EACH}, **{key: value}))


def test_what_says_nothing_more_than_all_calls_may_be_said() -> None:
    made = rule_from_json(rule({"at_once": 1, "each": EACH}, match="*", share=1, window={"start_s": 1}))
    assert made.share == 1
    assert made.window is not None
    assert made.window.start_s == 1


def test_a_queue_is_unbounded_or_has_so_much_room() -> None:
    assert (fault().room, fault().is_bounded) == (QUEUE_LIMIT, False)
    assert (fault(queue="unbounded").room, fault(queue="unbounded").is_bounded) == (QUEUE_LIMIT, False)
    assert (fault(queue=0).room, fault(queue=0).is_bounded) == (0, True)


def test_a_rule_is_written_as_it_was_read() -> None:
    written = rule({"at_once": 2, "each": {"lognormal": {"p50_s": 0.1, "p99_s": 0.4}}, "queue": 7, "full": "throttled"})
    assert rule_to_json(rule_from_json(written)) == written


def test_service_times_may_be_measurements_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "measured.txt").write_text("0.2\n0.1\n", encoding="utf-8")
    each = fault(each={"empirical": {"file": str(tmp_path / "measured.txt")}}).each
    assert each.seconds(0.5) == pytest.approx(0.15)
