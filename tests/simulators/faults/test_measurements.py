"""Measurements from tables and HAR files: what is read, and that no unit is guessed."""

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from brownout_simulators.faults.fault import FaultError
from brownout_simulators.faults.measurements import KEPT, kept_form, read_measurements

CSV = "at,ms,took,wait (s)\n1,250,0.25,0.25\n2,,x,\n3,1000,1,1\n"


def har(*waits: tuple[str, float]) -> str:
    entries = [{"request": {"url": f"https://{host}/x"}, "timings": {"wait": wait}} for host, wait in waits]
    return json.dumps({"log": {"entries": entries}})


def read(tmp_path: Path, content: str, **told: Any) -> tuple[float, ...]:
    (tmp_path / "measured").write_text(content)
    return read_measurements(str(tmp_path / "measured"), **told)


@pytest.mark.parametrize("told", [{"column": "ms"}, {"column": "ms", "unit": "ms"}, {"column": "wait (s)"}], ids=str)
def test_a_column_is_read_in_the_unit_that_its_name_ends_in(tmp_path: Path, told: dict[str, Any]) -> None:
    assert read(tmp_path, CSV, **told) == (0.25, 1.0)


@pytest.mark.parametrize(
    ("name", "seconds"),
    [("took_us", 2e-6), ("duration_ms", 2e-3), ("Latency Seconds", 2.0), ("milliseconds", 2e-3), ("wait [ms]", 2e-3)],
)
def test_units_are_known_by_their_usual_names(tmp_path: Path, name: str, seconds: float) -> None:
    assert read(tmp_path, f"{name}\n2\n", column=name) == (seconds,)


def test_a_table_may_have_semicolons_or_tabs(tmp_path: Path) -> None:
    assert read(tmp_path, "a;ms\n1;5\n", column="ms") == read(tmp_path, "a\tms\n1\t5\n", column="ms") == (0.005,)


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"column": "took"}, "in what\\? write unit: s, ms or us"),
        ({"column": "ms", "unit": "s"}, "says ms, and unit says s"),
        ({"column": "mss"}, "no column is called .mss.; did you mean ms\\?"),
        ({"column": "took", "unit": "s"}, ":3: a number is needed, got .x."),
        ({"column": "ms", "host": "a.test"}, "host is for a HAR"),
        ({}, ":1: a number of seconds"),
    ],
)
def test_what_cannot_be_read_is_named_with_the_cure(tmp_path: Path, told: dict[str, Any], why: str) -> None:
    with pytest.raises(FaultError, match=why):
        read(tmp_path, CSV, **told)


@pytest.mark.parametrize("cell", ["-1", "nan", "inf"])
def test_no_span_is_negative_or_endless(tmp_path: Path, cell: str) -> None:
    with pytest.raises(FaultError, match=":2: a span of at least 0"):
        read(tmp_path, f"ms\n{cell}\n", column="ms")


def test_of_a_har_the_waits_of_one_host_are_read(tmp_path: Path) -> None:
    text = har(("a.test", 100), ("b.test", 7), ("a.test", 300), ("a.test", -1))
    assert read(tmp_path, text, host="a.test") == (0.1, 0.3)
    with pytest.raises(FaultError, match=r"of 2 hosts: say which with host:, such as a\.test"):
        read(tmp_path, text)
    with pytest.raises(FaultError, match=r"nothing of c\.test in it"):
        read(tmp_path, text, host="c.test")
    assert read(tmp_path, har(("a.test", 100))) == (0.1,)


@pytest.mark.parametrize("text", ["{", "{}", '{"log": {"entries": [{}]}}', '{"log": {"entries": []}}'])
def test_what_is_no_har_is_said_so(tmp_path: Path, text: str) -> None:
    with pytest.raises(FaultError, match=r"neither a HAR|no value in it"):
        read(tmp_path, text)


def test_a_column_of_a_parquet_file_is_read_and_kept_as_text(tmp_path: Path) -> None:
    place = tmp_path / "measured"
    pl.DataFrame({"took_ms": [100.0, None, 0.1 + 0.2], "who": ["a", "b", "c"]}).write_parquet(place)
    read_of = read_measurements(str(place), column="took_ms")
    assert read_of == (0.1, (0.1 + 0.2) * 1e-3)
    assert read(tmp_path, kept_form(str(place), column="took_ms"), column="took_ms") == read_of
    pl.DataFrame({"took_ms": [1.0]}).write_parquet(place)
    with pytest.raises(FaultError, match=r"which column\? there are .took_ms."):
        read_measurements(str(place))


def test_without_polars_one_line_says_what_parquet_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("brownout_simulators.faults.measurements.find_spec", lambda _name: None)
    (tmp_path / "measured").write_bytes(b"PAR1")
    with pytest.raises(FaultError, match=r"Parquet needs pip install 'brownout\[run\]'"):
        read_measurements(str(tmp_path / "measured"), column="ms")


def test_of_many_values_the_ends_stay(tmp_path: Path) -> None:
    values = read(tmp_path, "ms\n" + "".join(f"{number}\n" for number in range(3 * KEPT)), column="ms")
    assert len(values) == KEPT
    assert (values[0], values[-1]) == (0.0, (3 * KEPT - 1) * 1e-3)
