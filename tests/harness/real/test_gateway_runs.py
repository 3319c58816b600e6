"""Short real runs of the reference application: killed and started again, on both kinds of Redis, and redriven."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from brownout_harness.problems import BadInput
from brownout_harness.real.redis_choice import AUTO, FAKE, Redis, choose
from brownout_harness.real.runner import run_real
from brownout_harness.running.execute import evidence_of
from brownout_harness.words.vocabulary import vocabulary
from brownout_reports.run_folder import Status
from brownout_scenarios.load import load_text
from brownout_scenarios.schema import Scenario
from tests.support.redis_server import real_redis

pytestmark = [pytest.mark.real, pytest.mark.slow]

KILLED = """
name: killed-once
about: The gateway is killed while Stripe is at work, and started again.
workload:
  arrivals: {rate: 20/s}
  operations: [{name: pay}]
  ask_again: {after: 500ms, times: 40}
phases:
  - name: crash
    for: 5s
    faults: [{vendor: stripe, latency: {fixed: 300ms}}]
    actions: [{at: 2s, kill: gateway}, {at: 2500ms, start: gateway}]
expect:
  - exactly_once: {effect: stripe.charge}
  - nothing_lost: {}
  - no_secrets: {}
"""

SET_ASIDE = """
name: set-aside
about: The sales system is down for a moment; orders are set aside and sent again.
workload:
  arrivals: {rate: 10/s}
  operations: [{name: place_order}]
  ask_again: {after: 500ms, times: 40}
phases:
  - name: down
    for: 4s
    faults: [{vendor: sales, respond: {status: 503}}]
  - name: back
    for: 8s
    actions: [{at: 4s, redrive: {}}, {at: 7s, redrive: {}}]
policies:
  sales: {breaker: {open_for: 1s}}
expect:
  - exactly_once: {effect: sales.order}
  - nothing_lost: {}
  - dead_letters: {at_least: 3}
"""

STORE_LOST = """
name: store-lost
about: Everything that can be done to the store, under a small load.
workload:
  arrivals: {rate: 10/s}
  operations: [{name: pay}]
  ask_again: {after: 500ms, times: 40, on: [unknown, refused]}
phases:
  - name: lost
    for: 14s
    actions:
      - {at: 1s, pause: store, for: 1s}
      - {at: 4s, kill: store, for: 1s}
      - {at: 9s, empty: store}
      - {at: 11s, restore: {store, from: 3s}}
      - {on: {vendor: stripe, match: POST *, moment: committed, nth: 120}, empty: store}
expect:
  - exactly_once: {effect: stripe.charge}
  - nothing_lost: {}
  - success_rate: {operation: pay, at_least: 100%}
"""


def scenario(text: str) -> Scenario:
    return load_text(text, vocabulary())


def verdicts(given: Scenario, work: Path, redis: Redis | None = None) -> dict[str, tuple[Status, str]]:
    inputs = run_real(given, work=work, redis=redis)
    texts = {} if inputs.logs is None else {path.name: path.read_text() for path in inputs.logs.iterdir()}
    evidence = evidence_of(given, inputs, texts)
    assert evidence.gaps == ()
    results = [item.check.judge(evidence) for item in given.expect]
    return {result.name: (result.status, result.observed) for result in results}


@pytest.fixture(params=["embedded", "started", "named"])
def redis(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Redis]:
    if request.param == "embedded":
        yield choose(FAKE)
        return
    with real_redis(tmp_path) as url:  # skips where there is no server
        yield choose(url) if request.param == "named" else choose()


def test_a_gateway_that_is_killed_at_work_charges_nobody_twice(redis: Redis, tmp_path: Path) -> None:
    for name, (status, observed) in verdicts(scenario(KILLED), tmp_path / "work", redis).items():
        assert status is Status.PASSED, f"{name}: {observed}"


@pytest.mark.parametrize("option", [FAKE, AUTO])
def test_whatever_is_done_to_the_store_charges_nobody_twice_and_is_no_gap(option: str, tmp_path: Path) -> None:
    for name, (status, observed) in verdicts(scenario(STORE_LOST), tmp_path / "work", choose(option)).items():
        assert status is Status.PASSED, f"{name}: {observed}"


def test_a_redrive_sends_what_was_set_aside(tmp_path: Path) -> None:
    for name, (status, observed) in verdicts(scenario(SET_ASIDE), tmp_path / "work").items():
        assert status is Status.PASSED, f"{name}: {observed}"


def test_a_redis_that_holds_something_is_refused_before_anything_starts(tmp_path: Path) -> None:
    from redis import Redis as Client

    with real_redis(tmp_path) as url, Client.from_url(url) as client:
        client.set("precious", "1")
        with pytest.raises(BadInput, match="name an empty one"):
            run_real(scenario(KILLED), work=tmp_path / "work", redis=choose(url))
        assert client.get("precious") == b"1"
