"""Links of real runs: who is handed which address, and what a run is worth whose target uses another."""

import os
import socket
import socketserver
import threading
import time
from pathlib import Path

import polars as pl
import pytest

from brownout_harness.judging.inputs import FaultCount, RunInputs
from brownout_harness.real.booths import Booth, Booths
from brownout_harness.real.links import Found, RealLinks
from brownout_harness.real.processes import Processes
from brownout_harness.real.replicas import launches
from brownout_harness.real.runner import run_real
from brownout_harness.running.execute import judged
from brownout_harness.words.vocabulary import vocabulary
from brownout_reports.rows import LedgerRow, OperationRow, Outcome
from brownout_reports.run_folder import Status
from brownout_reports.strikes import StrikeRow
from brownout_scenarios.load import load, load_text
from brownout_scenarios.schema import Scenario
from tests.support.processes import eventually
from tests.support.shop_scenario import write_shop

pytestmark = pytest.mark.real

FAULT = "{vendor: stripe, match: POST /v1/payment_intents, share: 50%, respond: {status: 503}}"
SLOW = "{link: target→stripe, latency: 200ms}"


def linked(folder: Path, fault: str = SLOW, *, steady: str = "1s") -> Scenario:
    path = write_shop(folder, steady=steady)
    text = path.read_text(encoding="utf-8").replace(FAULT, fault)
    path.write_text(text, encoding="utf-8")
    return load(path, vocabulary())


@pytest.fixture(scope="module")
def slow(tmp_path_factory: pytest.TempPathFactory) -> tuple[Scenario, RunInputs]:
    folder = tmp_path_factory.mktemp("slow")
    scenario = linked(folder)
    return scenario, run_real(scenario, work=folder / "work")


def test_every_request_of_the_window_is_slow_and_known_as_struck(slow: tuple[Scenario, RunInputs]) -> None:
    scenario, inputs = slow
    assert inputs.gaps == ()
    assert judged(scenario, inputs).status is Status.PASSED
    within = [row for row in inputs.tables.of(OperationRow) if 1.05 <= row.intended_s < 2.7]
    assert within
    assert all(row.latency_s >= 0.2 for row in within)
    charged = inputs.tables.of(LedgerRow).frame.filter(
        pl.col("entry") == "request", pl.col("at_s").is_between(1.05, 2.7)
    )
    assert {tuple(each) for (each,) in charged.select("faults").collect().rows()} == {("trouble.0",)}
    strikes = list(inputs.tables.of(StrikeRow))
    assert inputs.fault_counts["trouble.0"].struck == len({row.number for row in strikes}) > 0
    assert {(row.process, row.peer, row.stream) for row in strikes} == {("target", "stripe", "downstream")}
    assert all(0.99 <= row.at_s <= 3.1 for row in strikes)


def test_the_address_of_the_link_is_what_the_vendor_names_itself_by(slow: tuple[Scenario, RunInputs]) -> None:
    _, inputs = slow
    assert inputs.logs is not None
    assert {row.outcome for row in inputs.tables.of(OperationRow)} == {Outcome.DONE}
    assert (inputs.logs / "links.log").exists()


def test_a_target_that_goes_past_its_link_is_no_pass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def as_it_is(_links: RealLinks, _process: str, booth: Booth) -> Booth:
        return booth  # as if it had the address from somewhere else

    monkeypatch.setattr(RealLinks, "_seen_by", as_it_is)
    scenario = linked(tmp_path, SLOW.replace("}", ", expect_struck: 0}"), steady="200ms")
    judgement = judged(scenario, run_real(scenario, work=tmp_path / "work"))
    assert judgement.status is Status.INCONCLUSIVE
    assert any("reached stripe beside its link, first POST /v1/payment_intents" in each for each in judgement.reasons)


UPSTREAM = """\
name: with-a-database
about: A shop with a database of its own.
target:
  command: ["{{python}}", "-c", ""]
  url: http://127.0.0.1:{{port}}
  upstreams: {postgres: "127.0.0.1:%d", other: "127.0.0.1:1"}
  env: {DATABASE_URL: "postgresql://shop@{{postgres.address}}/shop", OTHER: "{{other.address}}"}
workload:
  arrivals: {rate: 1/s}
  operations: [{name: buy, path: /buy, leaves: [stripe.charge]}]
phases:
  - {name: only, for: 10s, faults: [{link: target->postgres, down: , window: {start: 1s, end: 2s}}]}
expect: [exactly_once: {effect: stripe.charge}]
"""


class Echo(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        while data := self.request.recv(100):
            self.request.sendall(data)


def test_what_else_a_target_depends_on_is_reached_by_its_link_and_refused_while_that_is_down(tmp_path: Path) -> None:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Echo) as database, Processes(tmp_path) as processes:
        database.daemon_threads = True
        threading.Thread(target=database.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        scenario = load_text(UPSTREAM % database.server_address[1], vocabulary())
        found = Found(Booths(scenario, []))
        links = RealLinks(scenario, processes, found, scratch=tmp_path, environment=dict(os.environ))
        told = launches(scenario, links.ways, scratch=tmp_path, listen=lambda _url: {})["target"].environment
        place = told["DATABASE_URL"].partition("@")[2].removesuffix("/shop")
        assert place != f"127.0.0.1:{database.server_address[1]}"
        assert told["OTHER"] == "127.0.0.1:1"  # no fault befalls that one
        address = ("127.0.0.1", int(place.partition(":")[2]))
        with socket.create_connection(address) as client:
            client.sendall(b"hello")
            assert client.recv(100) == b"hello"
            links.schedule([], time.monotonic() - 0.6)  # as if the run had begun already
            assert client.recv(100) == b""  # closed as the link goes down
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(address)
        eventually(lambda: _answers(address))
        assert links.collect(until_s=3.0) == []
        assert links.counts()["only.0"] == FaultCount(1, 1)
        database.shutdown()


def _answers(address: tuple[str, int]) -> bool:
    try:
        with socket.create_connection(address) as client:
            client.sendall(b"hello")
            return client.recv(100) == b"hello"
    except ConnectionError:
        return False
