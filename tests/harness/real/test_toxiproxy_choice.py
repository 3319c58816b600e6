"""Which Toxiproxy is taken, and which faults of links can be counted from behind one."""

import sys
from dataclasses import replace

import pytest

from brownout_harness.faults.linked import Linked
from brownout_harness.problems import BadInput
from brownout_harness.real.toxiproxy_choice import INSTALLED, NOTHING_S, Server, answers, choose, uncounted, witnessed
from brownout_harness.words.vocabulary import vocabulary
from brownout_scenarios.load import load_text

SCENARIO = """\
name: linked
about: A link is bad.
workload: {arrivals: {rate: 5/s}, operations: [{name: pay}]}
phases: [{name: steady, for: 10s, faults: [%s]}]
expect: [nothing_lost]
"""


def refusals(fault: str) -> list[str]:
    scenario = load_text(SCENARIO % fault, vocabulary())
    return [f"{'.'.join(map(str, place))}: {why}" for place, why in uncounted(scenario)]


@pytest.mark.parametrize(
    "fault",
    [
        "{link: gateway->stripe, latency: 1s}",
        "{link: gateway->stripe, latency: 1s, stream: upstream}",
        "{link: gateway->stripe, reset_peer: }",
        "{link: gateway->stripe, down: }",
        "{vendor: stripe, share: 10%, hang: {}}",
    ],
)
def test_what_can_be_seen_from_behind_is_taken(fault: str) -> None:
    assert refusals(fault) == []


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (
            "{link: gateway->stripe, timeout: 1s, stream: upstream}",
            "timeout: cannot be counted from behind a Toxiproxy",
        ),
        ("{link: gateway->stripe, slow_close: 1s}", "slow_close: cannot be counted from behind a Toxiproxy"),
        ("{link: gateway->stripe, latency: 1s, share: 50%}", "share: a Toxiproxy does not tell which connections"),
    ],
)
def test_what_nobody_could_count_is_refused_with_its_place_and_the_cure(fault: str, said: str) -> None:
    (line,) = refusals(fault)
    assert line.startswith(f"phases.0.faults.0.{said}")
    assert line.endswith(": leave --toxiproxy-url out")


def test_what_the_runs_own_proxy_does_behind_it_holds_up_nothing_and_draws_nothing() -> None:
    down = Linked(id="a.1", kind="down", parameters={}, stream="upstream", share=1.0, start_s=1.0, end_s=2.0)
    slow = replace(down, id="a.0", kind="bandwidth", parameters={"rate_bytes_per_s": 1e3})
    (witness,) = witnessed([slow, down])
    assert (witness.id, witness.stream, witness.start_s, witness.end_s) == ("a.0", "upstream", 1.0, 2.0)
    assert witness.toxic is not None
    assert witness.parameters == {"fixed_s": NOTHING_S}


def test_one_that_is_not_there_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("toxiproxy")
    with pytest.raises(BadInput, match="does not answer"):
        choose("http://127.0.0.1:1")
    with pytest.raises(BadInput):
        choose("http://toxiproxy.example.com:8474")
    monkeypatch.setenv("PATH", "")
    with pytest.raises(BadInput, match="installed: no toxiproxy-server on PATH; `make tools` builds one"):
        choose(INSTALLED)
    assert not answers(1)


def test_without_the_library_that_drives_it_the_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "brownout_harness.wire.driver", None)
    with pytest.raises(BadInput, match=r"pip install 'brownout\[wire\]'"):
        choose(INSTALLED)


def test_one_that_the_run_starts_is_on_loopback() -> None:
    command = Server(binary="/usr/bin/toxiproxy-server").command(4000)
    assert command == ["/usr/bin/toxiproxy-server", "-host", "127.0.0.1", "-port", "4000"]
