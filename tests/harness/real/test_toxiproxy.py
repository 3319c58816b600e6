"""A Toxiproxy of somebody else's in a run: told at each instant, watched from behind, and late is late."""

import threading
import time
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from brownout_harness.faults.linked import Linked
from brownout_harness.faults.strikes import CUT
from brownout_harness.problems import NotJudged
from brownout_harness.real.runner import run_real
from brownout_harness.real.toxiproxy_choice import Server
from brownout_harness.running.execute import judged
from brownout_reports.rows import LedgerRow, OperationRow
from brownout_reports.run_folder import Status
from brownout_reports.strikes import StrikeRow
from tests.harness.real.test_links import SLOW, linked
from tests.support.toxiproxies import OURS, REAL, running

pytest.importorskip("toxiproxy")

from brownout_harness.real import toxiproxy
from brownout_harness.wire.driver import WireError

SOON = Linked(
    id="bad.0", kind="latency", parameters={"fixed_s": 0.1}, stream="downstream", share=1.0, start_s=0.0, end_s=0.05
)
DOWN = Linked(id="bad.1", kind="down", parameters={}, stream="downstream", share=1.0, start_s=0.1, end_s=0.2)
NAME = "target-to-stripe"


class Fake:
    """A server that writes down what it is told, takes its time, or says no."""

    said: list[str] = []
    says_no = False

    def __init__(self, url: str) -> None:
        self.url = url
        self.done = threading.Event()

    def create(self, name: str, _upstream: str, *, listen: str) -> str:
        if self.says_no:
            raise WireError("proxy already exists", 409)
        return listen.replace(":0", ":4000")

    def add(self, proxy: str, toxic: Any) -> None:
        self.said.append(f"add {proxy} {toxic.name} {toxic.type}")
        if self.says_no:
            raise WireError("bad request body", 400)

    def remove(self, proxy: str, name: str) -> None:
        self.said.append(f"remove {proxy} {name}")

    def disable(self, proxy: str) -> None:
        self.said.append(f"disable {proxy}")

    def enable(self, proxy: str) -> None:
        self.said.append(f"enable {proxy}")

    def delete(self, proxy: str) -> None:
        self.said.append(f"delete {proxy}")


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> type[Fake]:
    monkeypatch.setattr(toxiproxy, "Driver", Fake)
    monkeypatch.setattr(Fake, "said", [])
    return Fake


def told(remote: toxiproxy.Remote, start_at_s: float) -> list[str]:
    remote.begin({NAME: (SOON, DOWN)}, start_at_s)
    assert remote._thread is not None
    remote._thread.join(20.0)
    return [gap.detail for gap in remote.end(until_s=60.0)]


def test_it_is_told_each_thing_at_its_instant_and_rid_of_its_proxies(fake: type[Fake]) -> None:
    remote = toxiproxy.Remote("http://127.0.0.1:8474")
    assert remote.lay(NAME, 5000, 0) == 4000
    start_at_s = time.monotonic()
    assert told(remote, start_at_s) == []
    assert fake.said == [
        f"add {NAME} bad.0 latency",
        f"remove {NAME} bad.0",
        f"disable {NAME}",
        f"enable {NAME}",
        f"delete {NAME}",
    ]
    closed_s: list[float | None] = [start_at_s + 0.11, start_at_s - 5.0, None]
    passages = [{"closed_s": each, "fate": ""} for each in closed_s]
    assert [each["fate"] for each in remote.told(NAME, passages)] == [CUT, "", ""]


def test_what_it_was_told_too_late_or_refused_is_a_gap(fake: type[Fake], monkeypatch: pytest.MonkeyPatch) -> None:
    late = told(toxiproxy.Remote("http://127.0.0.1:8474"), time.monotonic() - 3.0)
    assert late[0] == "fault bad.0 set in 3.0 s late on its link"
    monkeypatch.setattr(fake, "says_no", True)
    remote = toxiproxy.Remote("http://127.0.0.1:8474")
    with pytest.raises(NotJudged, match="makes no proxy target-to-stripe: proxy already exists"):
        remote.lay(NAME, 5000, 0)
    assert told(remote, time.monotonic())[:2] == [
        "Toxiproxy: bad request body",
        "fault bad.0 never set in on its link",
    ]


@pytest.mark.real
@pytest.mark.parametrize("which", [pytest.param(OURS, marks=pytest.mark.thorough), REAL])
def test_a_run_through_it_is_judged_as_one_through_the_runs_own(tmp_path: Path, which: str) -> None:
    scenario = linked(tmp_path, SLOW, steady="500ms")
    with running(which) as server:
        inputs = run_real(scenario, work=tmp_path / "work", toxiproxy=Server(url=server.url))
        assert server.call("GET", "/proxies").json == {}
    assert inputs.gaps == ()
    assert judged(scenario, inputs).status is Status.PASSED
    within = [row for row in inputs.tables.of(OperationRow) if 0.7 <= row.intended_s < 2.0]
    assert within
    assert all(row.latency_s >= 0.19 for row in within)
    strikes = list(inputs.tables.of(StrikeRow))
    assert inputs.fault_counts["trouble.0"].struck == len(strikes) > 0
    requests = inputs.tables.of(LedgerRow).frame.filter(
        pl.col("entry") == "request", pl.col("at_s").is_between(0.7, 2.0)
    )
    assert {tuple(each) for (each,) in requests.select("faults").collect().rows()} == {("trouble.0",)}
