"""Telemetry in a file: one line and one write per event, there as soon as it is said."""

import json
import os
from pathlib import Path

import pytest

from brownout_core.errors import ConfigError
from brownout_core.sinks.ndjson import NdjsonSink
from brownout_core.telemetry import Event, Kind


def test_an_event_is_a_line_with_its_fields_as_soon_as_it_is_said(tmp_path: Path) -> None:
    path = tmp_path / "telemetry.ndjson"
    sink = NdjsonSink(path)
    sink(Event(1.5, Kind.ATTEMPT_STARTED, "stripe", "create", "op-1", 2))
    (line,) = path.read_text().splitlines()
    assert json.loads(line) == {
        "at_s": 1.5,
        "kind": "attempt_started",
        "vendor": "stripe",
        "call": "create",
        "operation_id": "op-1",
        "attempt": 2,
        "outcome": "",
        "duration_s": 0.0,
        "detail": "",
    }
    sink.close()


def test_two_writers_append_and_nothing_is_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "telemetry.ndjson"
    sinks = [NdjsonSink(path), NdjsonSink(path)]
    for number in range(100):
        sinks[number % 2](Event(number, Kind.STARTED))
    assert [json.loads(line)["at_s"] for line in path.read_text().splitlines()] == list(range(100))
    for sink in sinks:
        sink.close()


def test_each_event_is_one_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sink = NdjsonSink(tmp_path / "telemetry.ndjson")
    writes: list[bytes] = []
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", lambda _handle, data: writes.append(data))
        sink(Event(1, Kind.STARTED))
    assert len(writes) == 1
    assert writes[0].endswith(b"}\n")
    sink.close()


def test_what_cannot_be_written_is_counted_and_never_raised(tmp_path: Path) -> None:
    sink = NdjsonSink(tmp_path / "telemetry.ndjson")
    sink.close()
    sink.close()
    sink(Event(1, Kind.STARTED))
    assert sink.dropped == 1


def test_a_file_that_cannot_be_opened_is_a_config_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be written"):
        NdjsonSink(tmp_path / "missing" / "telemetry.ndjson")
