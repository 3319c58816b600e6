"""Latency: seven distributions, drawn exactly."""

import math
import os
from collections.abc import Callable
from pathlib import Path
from statistics import NormalDist
from typing import Any

import pytest

from brownout_simulators.faults import FaultError, rule_from_json
from brownout_simulators.faults.distributions import Empirical, Lognormal, Pareto
from brownout_simulators.faults.latency import Latency
from brownout_simulators.faults.measurements import FILE_LIMIT, read_measurements
from tests.simulators.driving import Driver

N = 2_400
KS_ONE_PERCENT = 1.63 / math.sqrt(N)


def drawn(latency: dict[str, Any]) -> list[float]:
    till = Driver({"latency": latency})
    for number in range(N):
        till.send(operation=f"op-{number}")
    return sorted(row["asked_delay_s"] for row in till.requests())


def distance(values: list[float], below: Callable[[float], float]) -> float:
    return max(
        max(abs(below(value) - place / len(values)), abs(below(value) - (place + 1) / len(values)))
        for place, value in enumerate(values)
    )


SIGMA = math.log(160 / 50) / NormalDist().inv_cdf(0.99)


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("latency", "below"),
    [
        ({"uniform": {"low_s": 0.1, "high_s": 0.3}}, lambda x: (x - 0.1) / 0.2),
        ({"normal": {"mean_s": 1.0, "deviation_s": 0.1}}, NormalDist(1.0, 0.1).cdf),
        ({"lognormal": {"p50_s": 0.05, "p99_s": 0.16}}, lambda x: NormalDist(math.log(0.05), SIGMA).cdf(math.log(x))),
        ({"exponential": {"mean_s": 0.5}}, lambda x: 1 - math.exp(-x / 0.5)),
        ({"pareto": {"least_s": 0.1, "alpha": 2.0}}, lambda x: 1 - (0.1 / x) ** 2),
        ({"empirical": {"values_s": [0.1, 0.2, 0.4]}}, lambda x: (x - 0.1) / 0.2 if x < 0.2 else 0.5 + (x - 0.2) / 0.4),
    ],
    ids=["uniform", "normal", "lognormal", "exponential", "pareto", "empirical"],
)
def test_draws_follow_the_distribution(latency: dict[str, Any], below: Any) -> None:
    assert distance(drawn(latency), below) < KS_ONE_PERCENT


def test_a_lognormal_has_the_percentiles_that_it_was_given() -> None:
    shape = Lognormal(p50_s=0.4, p99_s=4.0)
    assert shape.at(0.5) == pytest.approx(0.4)
    assert shape.at(0.99) == pytest.approx(4.0)


def test_a_normal_is_cut_off_at_zero_and_a_fixed_one_of_zero_strikes_nobody() -> None:
    assert min(drawn({"normal": {"mean_s": 0.0, "deviation_s": 1.0}})) == 0.0
    till = Driver({"latency": {"fixed_s": 0.0}})
    till.send()
    assert till.struck() == 0


def test_no_draw_is_longer_than_the_cap() -> None:
    assert max(drawn({"pareto": {"least_s": 0.1, "alpha": 0.2}, "up_to_s": 5.0})) == 5.0


def test_latencies_add_up() -> None:
    till = Driver({"latency": {"fixed_s": 1.0}}, {"latency": {"fixed_s": 0.5}})
    till.send()
    assert till.requests()[0]["asked_delay_s"] == 1.5


def test_latency_after_the_effect_commits_first_and_answers_late() -> None:
    till = Driver({"latency": {"fixed_s": 2.0, "at": "after"}})
    steps = till.simulator.handle(till.call())
    assert next(steps) == 2.0
    assert [row["at_s"] for row in till.effects()] == [100.0]
    till.clock.now_s += 2.0
    till.finish(steps)
    assert till.requests()[0]["given_delay_s"] == 2.0


def test_latency_and_an_error_make_a_slow_error() -> None:
    till = Driver({"respond": {"status": 503}}, {"latency": {"fixed_s": 1.0, "at": "after"}})
    steps = till.simulator.handle(till.call())
    assert next(steps) == 1.0
    till.clock.now_s += 1.0
    assert till.finish(steps).status == 503
    assert till.effects() == []


def test_measurements_are_read_from_a_file_of_seconds(tmp_path: Path) -> None:
    file = tmp_path / "measured.txt"
    file.write_text("# seconds\n0.3\n0.1  # a good one\n\n0.2\n")
    rule = rule_from_json({"id": "r", "vendor": "till", "latency": {"empirical": {"file": str(file)}}})
    assert isinstance(rule.fault, Latency)
    assert rule.fault.empirical == Empirical(values_s=(0.1, 0.2, 0.3))


@pytest.mark.parametrize(("text", "why"), [("0.1\nslow\n", r":2: a number"), ("# nothing\n", "no value")])
def test_a_file_that_cannot_be_read_is_named_with_its_line(tmp_path: Path, text: str, why: str) -> None:
    file = tmp_path / "measured.txt"
    file.write_text(text)
    with pytest.raises(FaultError, match=why):
        read_measurements(str(file))
    with pytest.raises(FaultError, match="No such file"):
        read_measurements(str(tmp_path / "gone"))
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(FaultError, match=r":1: a number of seconds is needed"):
        read_measurements(str(file))


@pytest.mark.parametrize(("make", "why"), [(os.mkfifo, "not a regular file"), (os.mkdir, "Is a directory")])
def test_what_is_no_file_is_refused_at_once(make: Callable[[Path], None], why: str, tmp_path: Path) -> None:
    """A pipe that nobody writes to would hold up whoever opens it, and with it every other call."""
    place = tmp_path / "measured"
    make(place)
    with pytest.raises(FaultError, match=why):
        read_measurements(str(place))
    for name, reason in (("/dev/zero", "not a regular file"), ("a\0b", "no name of a file")):
        with pytest.raises(FaultError, match=reason):
            read_measurements(name)


def test_a_file_of_measurements_has_an_end(tmp_path: Path) -> None:
    large = tmp_path / "large"
    with large.open("wb") as file:
        file.truncate(FILE_LIMIT + 1)
    with pytest.raises(FaultError, match=f"more than {FILE_LIMIT} bytes"):
        read_measurements(str(large))


@pytest.mark.parametrize(
    "latency",
    [
        {"fixed_s": 1e9},
        {"up_to_s": 1e9, "fixed_s": 1},
        {"uniform": {"low_s": 0, "high_s": 1e9}},
        {"normal": {"mean_s": 0, "deviation_s": 1e9}},
        {"lognormal": {"p50_s": 1, "p99_s": 1e9}},
        {"pareto": {"least_s": 1e9, "alpha": 1}},
        {"empirical": {"values_s": [1, 1e9]}},
    ],
)
def test_no_latency_is_longer_than_a_year(latency: dict[str, Any]) -> None:
    with pytest.raises(FaultError, match="a year at most"):
        rule_from_json({"id": "r", "vendor": "till", "latency": latency})


def test_a_tail_that_is_too_heavy_for_a_number_ends_at_the_longest_draw() -> None:
    for distribution in (Pareto(least_s=1.0, alpha=1e-6), Lognormal(p50_s=1e-300, p99_s=1e6)):
        kind = "pareto" if isinstance(distribution, Pareto) else "lognormal"
        assert Latency(**{kind: distribution}, up_to_s=9.0).seconds(0.999_999) == 9.0  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("latency", "why"),
    [
        ({}, "exactly one"),
        ({"fixed_s": 1, "uniform": {"low_s": 0, "high_s": 1}}, "exactly one"),
        ({"fixed_s": -1}, "fixed_s"),
        ({"fixed_s": 1, "up_to_s": 0}, "up_to_s"),
        ({"uniform": {"low_s": 2, "high_s": 1}}, "low_s <= high_s"),
        ({"normal": {"mean_s": -1, "deviation_s": 1}}, "mean_s"),
        ({"normal": {"mean_s": 1, "deviation_s": 0}}, "deviation_s"),
        ({"lognormal": {"p50_s": 2, "p99_s": 1}}, "p50_s < p99_s"),
        ({"exponential": {"mean_s": 0}}, "exponential.mean_s: above 0"),
        ({"pareto": {"least_s": 0, "alpha": 1}}, "least_s"),
        ({"pareto": {"least_s": 1, "alpha": 0}}, "alpha"),
        ({"empirical": {}}, "exactly one of values_s and file"),
        ({"empirical": {"values_s": [-1]}}, "at least 0"),
    ],
)
def test_a_latency_that_cannot_be_is_refused_by_name(latency: dict[str, Any], why: str) -> None:
    with pytest.raises(FaultError, match=why):
        rule_from_json({"id": "r", "vendor": "till", "latency": latency})


@pytest.mark.parametrize(
    "latency", [{"fixed_s": 3600}, {"uniform": {"low_s": 10, "high_s": 20}, "up_to_s": 9}, {"fixed_s": 2, "up_to_s": 1}]
)
def test_what_would_always_be_cut_short_is_refused(latency: dict[str, Any]) -> None:
    with pytest.raises(FaultError, match=r"latency: \d+ s is longer than its up_to, \d+ s"):
        rule_from_json({"id": "late", "vendor": "stripe", "latency": latency})
    rule_from_json({"id": "late", "vendor": "stripe", "latency": {**latency, "up_to_s": 7_200}})
