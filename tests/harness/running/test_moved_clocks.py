"""A vendor's clock moved ahead: what it remembers for a while is forgotten, in both modes."""

from pathlib import Path

import pytest

from brownout_core.compose import Replacements
from brownout_harness.audit.mutants import MUTANTS
from brownout_harness.running.execute import execute, judged_virtually
from brownout_harness.running.orders import Mode, prepare
from brownout_reports.run_folder import ExpectationResult, Status
from brownout_reports.run_folder import read as read_run

TOKENS = """
name: tokens-expire
about: The sales system's clock goes ahead, and a token of it expires if that is far enough.
workload: {{arrivals: {{rate: 5/s}}, operations: [{{name: place_order}}]}}
phases:
  - {{name: now, for: 2s}}
  - {{name: later, for: 4s, actions: [{{at: 1s, clock: sales, ahead: {ahead}}}]}}
expect:
  - requests: {{vendor: sales, match: POST /oauth2/token, during: later, count: {{at_least: 1}}}}
"""

KEYS = """
name: a-day-later
about: Every answer is lost after the charge, and what was set aside is sent again when Stripe has forgotten its keys.
workload: {{arrivals: {{rate: 5/s}}, operations: [{{name: pay}}]}}
phases:
  - name: lossy
    for: 6s
    faults: [{{vendor: stripe, match: POST *, drop_after_effect: {{}}}}]
  - name: later
    for: 8s
    rate: 0/s
    actions:
      - {{at: 1s, clock: stripe, ahead: {ahead}}}
      - {{at: 6s, redrive: {{}}}}
policies:
  stripe: {{timeout: {{attempt: 1s, deadline: 3s}}, breaker: {{open_for: 1s, minimum_calls: 1000}}}}
expect:
  - exactly_once: {{effect: stripe.charge}}
"""


def ran(ahead: str, mode: Mode, folder: Path) -> ExpectationResult:
    file = folder / "later.yaml"
    file.write_text(TOKENS.format(ahead=ahead))
    (order,) = prepare([str(file)], mode=mode, time="T", out=folder / "run", environment={})
    # The expectation's own result: a busy machine may keep the load from its pace, which is no matter here.
    return read_run(execute(order).folder).verdict.expectations[0]


@pytest.mark.thorough
@pytest.mark.parametrize("mode", ["virtual", pytest.param("real", marks=pytest.mark.real)])
def test_a_token_expires_when_the_vendors_clock_has_moved_far_enough(mode: Mode, tmp_path: Path) -> None:
    for name in ("soon", "late"):
        (tmp_path / name).mkdir()
    soon = ran("1m", mode, tmp_path / "soon")
    assert soon.status is Status.FAILED, soon
    late = ran("25h", mode, tmp_path / "late")
    assert late.status is Status.PASSED, late


def charged(ahead: str, replacements: Replacements | None, folder: Path) -> str:
    file = folder / "later.yaml"
    file.write_text(KEYS.format(ahead=ahead))
    result = judged_virtually(str(file), replacements=replacements).results[0]
    return f"{result.status}: {result.observed}"


@pytest.mark.thorough
def test_a_key_is_forgotten_when_the_vendors_clock_has_moved_far_enough(tmp_path: Path) -> None:
    """Stripe keeps a key for a day: sent again after that, the same key takes the money twice."""
    trusting = MUTANTS["trusts-the-key"]
    assert charged("1h", trusting.replacements(), tmp_path).startswith("passed")
    late = charged("25h", trusting.replacements(), tmp_path)
    assert late.startswith("failed")
    assert "with more than one" in late


def test_the_core_looks_before_it_sends_under_an_old_key(tmp_path: Path) -> None:
    assert charged("25h", None, tmp_path).startswith("passed")
