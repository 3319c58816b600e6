"""Faults of a link as a scenario writes them: what is understood, and what is refused in one line."""

from typing import Any

import pytest

from brownout_harness.faults.links import LINKS
from brownout_harness.words.vocabulary import vocabulary
from brownout_scenarios.errors import ScenarioError
from brownout_scenarios.load import load_text
from brownout_scenarios.phases import Link
from brownout_scenarios.schema import FaultRule

SCENARIO = """\
name: linked
about: A link is bad.
%s
workload: {arrivals: {rate: 5/s}, operations: [{name: pay%s}]}
phases:
  - name: steady
    for: 10s
    faults:
      - %s
expect: [%s]
"""
SHOP = """\
target:
  command: ["{{python}}", app.py]
  url: http://127.0.0.1:{{port}}
  upstreams: {postgres: 127.0.0.1:5432}
  env: {DATABASE_URL: "postgresql://shop@{{postgres.address}}/shop"}"""


def read(*faults: str, target: str = "target: gateway") -> tuple[FaultRule, ...]:
    of_shop = "command:" in target
    leaves, expect = (
        (", path: /pay, leaves: [stripe.charge]", "exactly_once: {effect: stripe.charge}")
        if of_shop
        else ("", "nothing_lost")
    )
    text = SCENARIO % (target, leaves, "\n      - ".join(faults), expect)
    return load_text(text, vocabulary(), file="s.yaml").fault_rules()


def refused(*faults: str, target: str = "target: gateway") -> str:
    with pytest.raises(ScenarioError) as wrong:
        read(*faults, target=target)
    (line,) = wrong.value.lines
    return line


@pytest.mark.parametrize("arrow", ["→", "->", " -> "])
def test_a_fault_of_a_link_names_both_its_ends(arrow: str) -> None:
    (rule,) = read(f"{{link: gateway{arrow}stripe, latency: 300ms, jitter: 100ms}}")
    assert (rule.link, rule.vendor, rule.layer, rule.kind) == (Link("gateway", "stripe"), "stripe", "wire", "latency")
    assert rule.json["latency"] == {"fixed_s": 0.3, "jitter_s": 0.1}
    assert rule.text == "latency 300ms, jitter 100ms on gateway→stripe"


@pytest.mark.parametrize(
    ("written", "kind", "parameters"),
    [
        ("latency: {fixed: 1s}", "latency", {"fixed_s": 1.0}),
        ("bandwidth: 20KB/s", "bandwidth", {"rate_bytes_per_s": 20_000.0}),
        ("slow_close: 2s", "slow_close", {"delay_s": 2.0}),
        ("timeout: 0s", "timeout", {"after_s": 0.0}),
        ("timeout: 0", "timeout", {"after_s": 0.0}),
        ("reset_peer: ", "reset_peer", {}),
        (
            "slicer: {average: 64B, variation: 32B, delay: 10ms}",
            "slicer",
            {"average_bytes": 64.0, "variation_bytes": 32.0, "delay_s": 0.01},
        ),
        ("limit_data: 2KB", "limit_data", {"limit_bytes": 2000.0}),
        ("down: {}", "down", {}),
    ],
)
def test_every_kind_is_written_shortly(written: str, kind: str, parameters: dict[str, Any]) -> None:
    (rule,) = read(f"{{link: gateway->stripe, {written}}}")
    assert (rule.kind, rule.json[kind]) == (kind, parameters)
    assert kind in LINKS


def test_which_connections_and_which_way() -> None:
    (rule,) = read("{link: gateway->redis, timeout: 1s, share: 50%, stream: upstream, window: {start: 2s, end: 4s}}")
    assert (rule.json["share"], rule.json["stream"], rule.vendor) == (0.5, "upstream", "")
    assert (rule.start_s, rule.end_s) == (2.0, 4.0)
    assert rule.text == "timeout 1s on 50% of the connections gateway→redis, upstream"


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("gateway=stripe, down: {}", "'gateway=stripe' is no link: write gateway→redis, or gateway->redis"),
        ("gateway->strype, down: {}", "link: no vendor or upstream named 'strype' (did you mean stripe?)"),
        ("gatway->stripe, down: {}", "link: there is no process 'gatway' in this scenario (did you mean gateway?"),
        ("gateway.1->stripe, down: {}", "link: there is no process 'gateway.1' in this scenario"),
        ("gateway->store, down: {}", "link: the store is called redis at the end of a link: write gateway→redis"),
        ("gateway->stripe, limt_data: 2KB", "limt_data: unknown key (did you mean limit_data?)"),
        ("gateway->stripe", "names no link fault; one of bandwidth, down, latency"),
        ("gateway->stripe, down: , timeout: 1s", "names 2 link faults (down, timeout); write one entry for each"),
        ("gateway->stripe, latency: -300ms", "latency: fixed: -300ms is outside 0s to 21600s"),
        ("gateway->stripe, latency: 100ms, jitter: 300ms", "latency.jitter: 300ms is outside 0s to 100ms"),
        ("gateway->stripe, jitter: 300ms, down: ", "jitter goes with latency"),
        ("gateway->stripe, latency: {fixed: 1s}, jitter: 300ms", "jitter is said beside latency, or within it"),
        ("gateway->stripe, latency: 300", "latency: 300 has no unit: write 300s or 300ms"),
        ("gateway->stripe, bandwidth: 20", "bandwidth: 20 is not a speed: write 500B/s, 20KB/s or 1MB/s"),
        ("gateway->stripe, bandwidth: 0B/s", "bandwidth: rate: 0B/s is outside 1KB/s to 1000MB/s"),
        ("gateway->stripe, bandwidth: 20/s", "'20/s' is not a speed: write 500B/s, 20KB/s or 1MB/s"),
        ("gateway->stripe, limit_data: 2 bytes", "'2 bytes' is not a size: write 500B, 2KB or 1MB"),
        ("gateway->stripe, slicer: {average: 64B, variation: 64B}", "slicer.variation: 64B is outside 0B to 63B"),
        ("gateway->stripe, timeout: 1s, share: 120%", "share: 1.2 is outside 0 to 1"),
        ("gateway->stripe, timeout: 1s, stream: both", "stream: 'both' is not allowed"),
        ("gateway->stripe, timeout: 1s, match: POST /x", "match: unknown key (known: bandwidth, down"),
        ("gateway->stripe, timeout: 1s, window: {start: 20s}", "window: must lie within the phase: 0s to 10s"),
        ("gateway->stripe, down: , share: 20%", "share: a link that is down is so for every connection"),
        ("gateway->stripe, down: , stream: upstream", "stream: a link that is down is so both ways"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_one_line_that_names_the_place_and_the_cure(fault: str, said: str) -> None:
    line = refused(f"{{link: {fault}}}")
    assert line.startswith("s.yaml:9: phases[0].faults[0]")
    assert said in line


DOWN = "{link: gateway->stripe, down: , window: {start: 2s, end: 6s}}"


@pytest.mark.parametrize(
    "other",
    [
        "{link: gateway->stripe, down: , window: {start: 5s}}",
        "{link: gateway->stripe, latency: 1s, window: {start: 5s}}",
    ],
)
def test_on_a_link_that_is_down_nothing_else_can_happen(other: str) -> None:
    line = refused(DOWN, other)
    assert "faults[1].link: contradicts steady.0 (down on gateway→stripe), which is in force at the same time" in line


def test_two_of_a_kind_at_the_same_time_contradict_each_other_but_for_delays_which_add_up() -> None:
    slow = ["{link: gateway->stripe, bandwidth: 20KB/s}", "{link: gateway->stripe, bandwidth: 30KB/s}"]
    assert "contradicts steady.0 (bandwidth 20KB/s on gateway→stripe)" in refused(*slow)
    assert len(read("{link: gateway->stripe, latency: 1s}", "{link: gateway->stripe, latency: 1s}")) == 2
    both_ways = "{link: gateway->stripe, stream: upstream, bandwidth: 30KB/s}"
    assert len(read(slow[0], both_ways)) == 2


@pytest.mark.parametrize(
    "other",
    [
        "{link: gateway->stripe, down: , window: {start: 6s}}",
        "{link: gateway->twilio, down: , window: {start: 2s}}",
        "{link: gateway->redis, latency: 1s}",
    ],
)
def test_one_after_the_other_and_on_different_links_they_do_not(other: str) -> None:
    assert len(read(DOWN, other)) == 2


def test_copies_have_links_of_their_own() -> None:
    first, second = "{link: gateway.0->stripe, down: }", "{link: gateway.1->stripe, down: }"
    two = "replicas: 2"
    assert [str(rule.link) for rule in read(first, second, target=two + "\ntarget: gateway")] == [
        "gateway.0→stripe",
        "gateway.1→stripe",
    ]
    line = refused(first, "{link: gateway->stripe, down: }", target=two + "\ntarget: gateway")
    assert "contradicts steady.0" in line


def test_a_link_may_lead_to_what_else_the_target_depends_on() -> None:
    (rule,) = read("{link: target->postgres, latency: 100ms}", target=SHOP)
    assert (rule.link, rule.vendor) == (Link("target", "postgres"), "")
    line = refused("{link: target->redis, latency: 100ms}", target=SHOP)
    assert "link: the target has no Redis: hand it over in its env ({{redis.url}})" in line


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("postgres: 10.0.0.7:5432", "postgres: '10.0.0.7:5432' is not loopback: only what runs on this machine may be"),
        ("postgres: localhost", "postgres: 'localhost' is no address: write 127.0.0.1:5432"),
        ("postgres: 127.0.0.1:5432, stripe: 127.0.0.1:1", "stripe: stripe is what something else is called here"),
        ("postgres: 127.0.0.1:5432, My DB: 127.0.0.1:1", "My DB: 'My DB' is no name: lower case letters"),
    ],
)
def test_an_upstream_has_a_name_of_its_own_and_an_address_on_this_machine(address: str, said: str) -> None:
    shop = SHOP.replace("postgres: 127.0.0.1:5432", address)
    assert f"target.upstreams.{said}" in refused("{link: target->postgres, latency: 1s}", target=shop)
