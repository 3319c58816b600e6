"""The target's events, from the file into which it writes them."""

import json
from pathlib import Path

from brownout_harness.judging.evidence import Gap, GapKind
from brownout_harness.judging.spool import Spool
from brownout_harness.real.telemetry_tail import BreakerWatch, spool_events
from brownout_reports.rows import EventRow


def event_rows(path: Path, start_at_s: float, process: str = "") -> tuple[list[EventRow], list[Gap]]:
    spool = Spool(EventRow)
    gaps = spool_events(path, start_at_s, spool, process)
    return list(spool.rows()), gaps


def event(at_s: float, kind: str = "attempt_started", **more: str) -> str:
    return json.dumps({"at_s": at_s, "kind": kind, "vendor": "stripe", **more}) + "\n"


def test_the_latest_transition_of_each_breaker_is_its_state(tmp_path: Path) -> None:
    path = tmp_path / "telemetry"
    watch = BreakerWatch({"": path})
    watch.look()
    assert watch.states == {}
    path.write_text(event(1.0) + event(2.0, "breaker_transition", outcome="open"))
    watch.look()
    assert watch.states == {"stripe": "open"}
    with path.open("a") as file:
        file.write(event(3.0, "breaker_transition", outcome="half_open"))
    watch.look()
    assert watch.states == {"stripe": "half_open"}
    assert watch.size == path.stat().st_size


def test_events_are_counted_from_the_runs_start(tmp_path: Path) -> None:
    path = tmp_path / "telemetry"
    path.write_text(event(105.5))
    rows, gaps = event_rows(path, 100.0)
    assert [row.at_s for row in rows] == [5.5]
    assert gaps == []


def test_lines_that_cannot_be_read_are_a_gap(tmp_path: Path) -> None:
    path = tmp_path / "telemetry"
    path.write_text(event(101.0) + '[1]\n{"kind": "started"}\n{"at_s": "soon", "kind": "started"}\n{"at_s": 1')
    rows, (gap,) = event_rows(path, 100.0)
    assert len(rows) == 1
    assert gap == Gap(GapKind.EVIDENCE_LOST, "4 of the target's events cannot be read")


def test_one_line_that_cannot_be_read_costs_no_other(tmp_path: Path) -> None:
    path = tmp_path / "telemetry"
    lines = [event(100.0 + n) for n in range(50)]
    lines[17] = "noise\n"
    path.write_text("".join(lines))
    rows, (gap,) = event_rows(path, 100.0)
    assert [row.at_s for row in rows] == [float(n) for n in range(50) if n != 17]
    assert gap.detail.startswith("1 of")


def test_a_target_that_was_to_report_and_did_not_is_a_gap(tmp_path: Path) -> None:
    rows, gaps = event_rows(tmp_path / "nothing", 100.0)
    assert rows == []
    assert gaps[0].kind is GapKind.EVIDENCE_LOST


def test_of_several_processes_each_has_a_state_and_no_one_says_who_speaks_but_the_harness(tmp_path: Path) -> None:
    paths = {name: tmp_path / name for name in ("gateway.0", "gateway.1")}
    watch = BreakerWatch(paths)
    paths["gateway.0"].write_text(event(1.0, "breaker_transition", outcome="open", process="gateway.1"))
    paths["gateway.1"].write_text(event(2.0, "breaker_transition", outcome="half_open"))
    watch.look()
    assert watch.states == {"stripe of gateway.0": "open", "stripe of gateway.1": "half_open"}
    assert watch.size == sum(path.stat().st_size for path in paths.values())
    rows, gaps = event_rows(paths["gateway.0"], 0.0, "gateway.0")
    assert ([row.process for row in rows], gaps) == (["gateway.0"], [])
    (gap,) = event_rows(tmp_path / "gateway.2", 0.0, "gateway.2")[1]
    assert gap.detail == "gateway.2 was to report its events and wrote none"
