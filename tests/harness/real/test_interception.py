"""A target that cannot be pointed elsewhere, in a run: judged like any other, and never green for what nobody asked."""

import os
import shutil
import time
from pathlib import Path

import pytest

from brownout_harness.intercept import program
from brownout_harness.judging.evidence import GapKind
from brownout_harness.problems import BadInput
from brownout_harness.progress import Progress
from brownout_harness.real.interception import Interception
from brownout_harness.real.processes import Processes
from brownout_harness.real.runner import run_real
from brownout_harness.real.stalls import gaps_of_stalls, told_by
from brownout_harness.running.execute import evidence_of
from brownout_harness.running.orders import checked_scenario
from brownout_reports.rows import REQUEST, LedgerRow
from brownout_reports.run_folder import Status
from brownout_scenarios.schema import Scenario
from tests.support.intercepted import require_mitmproxy
from tests.support.processes import eventually

SHOP = Path(__file__).parents[3] / "docs" / "samples" / "fixed_shop"

IDLE = """
import os
from http.server import BaseHTTPRequestHandler, HTTPServer
class Idle(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.send_header("content-length", "0"); self.end_headers()
    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"])); self.do_GET()
    def log_message(self, *args): pass
HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Idle).serve_forever()
"""
"""Says that all is done, and asks nobody."""


def scenario_in(folder: Path, **replaced: str) -> Scenario:
    """The sample's, short enough for a test."""
    shutil.copy(SHOP / "fixed_shop.py", folder)
    text = (SHOP / "lost-answers.yaml").read_text()
    shorter = {"for: 10s": "for: 2s", "for: 20s": "for: 3s", "for: 5s": "for: 500ms", **replaced}
    for old, new in shorter.items():
        assert old in text
        text = text.replace(old, new)
    (folder / "lost-answers.yaml").write_text(text)
    return checked_scenario(str(folder / "lost-answers.yaml"), "real", None)


@pytest.mark.real
@pytest.mark.parametrize(("wrong", "status"), [("", Status.PASSED), ("1", Status.FAILED)])
def test_a_shop_with_a_fixed_address_is_judged_by_the_vendors_books(tmp_path: Path, wrong: str, status: Status) -> None:
    require_mitmproxy()
    told: list[Progress] = []
    env = f'intercept: true\n  env: {{KEY_PER_TRY: "{wrong}"}}'
    scenario = scenario_in(tmp_path, **{"intercept: true": env})
    inputs = run_real(scenario, work=tmp_path / "work", progress=told.append)
    evidence = evidence_of(scenario, inputs, {})
    results = [each.check.judge(evidence) for each in scenario.expect]
    assert [each.status for each in results] == [status, Status.PASSED, Status.PASSED], results
    assert not [gap for gap in inputs.gaps if gap.kind in (GapKind.NOT_STAGED, GapKind.EVIDENCE_LOST)]
    assert "through mitmproxy" in results[2].observed
    asked = sum(row.entry == REQUEST for row in inputs.tables.of(LedgerRow))
    assert next(note for note in inputs.notes if "mitmproxy" in note).endswith(f"requests: stripe {asked}")
    assert any("mitmproxy" in each.said for each in told), "it is said before the run, too"
    assert inputs.fault_counts["losing.0"].struck > 0


@pytest.mark.real
def test_mitmproxy_that_stands_still_leaves_the_run_inconclusive(tmp_path: Path) -> None:
    """Its latency would be the target's."""
    require_mitmproxy()
    folder = tmp_path / "logs"
    folder.mkdir()
    with Processes(folder) as processes:
        scenario = scenario_in(tmp_path)
        made = Interception(scenario, processes, environment=dict(os.environ), folder=tmp_path)
        made.begin((), lambda _said: None)
        (child,) = made.children
        assert child.pause()
        began_s = time.monotonic()
        eventually(lambda: time.monotonic() - began_s > 1.0)
        child.go_on()
        eventually(lambda: told_by(child))
        (gap,) = gaps_of_stalls(told_by(child), start_at_s=began_s)
    assert (gap.kind, gap.process) == (GapKind.STALLED, "intercept")


@pytest.mark.real
def test_one_that_heeds_no_proxy_or_asks_nobody_leaves_nothing_to_judge(tmp_path: Path) -> None:
    require_mitmproxy()
    scenario = scenario_in(tmp_path, **{"for: 20s": "for: 1s"})
    (tmp_path / "fixed_shop.py").write_text(IDLE)
    inputs = run_real(scenario, work=tmp_path / "work")
    (gap,) = (gap for gap in inputs.gaps if gap.kind is GapKind.NOT_STAGED)
    assert gap.detail.startswith("no request for a vendor came through mitmproxy: the target heeds no HTTPS_PROXY")


def test_without_mitmproxy_one_line_says_so_before_anything_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(program, "_ROOT", tmp_path)
    monkeypatch.chdir(tmp_path)
    scenario = scenario_in(tmp_path)
    with Processes(tmp_path) as processes, pytest.raises(BadInput, match="make tools"):
        Interception(scenario, processes, environment={"PATH": str(tmp_path)}, folder=tmp_path)


def test_a_run_without_one_starts_nothing(tmp_path: Path) -> None:
    scenario = scenario_in(tmp_path, **{"intercept: true": "intercept: false"})
    with Processes(tmp_path) as processes:
        made = Interception(scenario, processes, environment={"PATH": ""}, folder=tmp_path)
        assert made.begin((), lambda _said: None) == {}
        assert made.end().gaps == ()


@pytest.mark.parametrize(
    ("mode", "old", "new", "why"),
    [
        ("virtual", "intercept: true", "intercept: true", "target.intercept: puts mitmproxy between processes"),
        ("real", 'command: ["{{python}}", fixed_shop.py]\n  ', "", "target.intercept: needs a command"),
        ("real", "intercept: true", "intercept: true\n  env: {A: '{{stripe.url}}'}", "take one of them out"),
        ("real", "intercept: true", "intercept: true\n  ports: {stripe: 12111}", "target.ports: are where simulators"),
        ("real", "intercept: true", "intercept: yes please", "target.intercept"),
    ],
)
def test_what_contradicts_it_is_one_line(tmp_path: Path, mode: str, old: str, new: str, why: str) -> None:
    scenario_in(tmp_path)
    text = (tmp_path / "lost-answers.yaml").read_text()
    assert old in text
    (tmp_path / "lost-answers.yaml").write_text(text.replace(old, new))
    with pytest.raises(BadInput) as refused:
        checked_scenario(str(tmp_path / "lost-answers.yaml"), mode, None)  # type: ignore[arg-type]
    assert why in str(refused.value)
