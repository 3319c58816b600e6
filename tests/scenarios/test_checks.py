"""What the shape cannot say: everything named exists, every number can be."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from brownout_scenarios.errors import ScenarioError
from brownout_scenarios.load import load, load_text
from brownout_scenarios.phases import FaultKind
from brownout_scenarios.schema import Scenario
from tests.support.toy_vocabulary import SCENARIO, Latency, vocabulary

WORDS = vocabulary()

FOREIGN = """\
name: shop
about: Somebody else's shop.
target:
  command: ["{{python}}", app.py]
  url: http://127.0.0.1:{{port}}
  ready: /health
  env: {PORT: "{{port}}", STRIPE_API_BASE: "{{stripe.url}}"}
workload:
  arrivals: {rate: 5/s}
  operations:
    - name: checkout
      path: /checkout
      body: {amount: "{{amount}}"}
      operation_id: {body: order_id}
      refused: [402]
      leaves: [stripe.charge]
phases:
  - {name: steady, for: 10s}
expect:
  - exactly_once: {effect: stripe.charge}
"""

TWICE_UNDONE = """leaves: [[stripe.charge, twilio.message]]
      undone_by: {stripe.charge: stripe.refund, twilio.message: stripe.refund}"""


def problems(text: str) -> list[str]:
    try:
        load_text(text, WORDS, file="s.yaml")
    except ScenarioError as wrong:
        return list(wrong.lines)
    return []


def gateway(old: str, new: str) -> list[str]:
    assert old in SCENARIO
    return problems(SCENARIO.replace(old, new, 1))


def always(fault: str, name: str = "steady") -> list[str]:
    text = SCENARIO.replace("name: steady", f"name: {name}").replace("during: steady", f"during: {name}")
    return problems(text.replace("expect:\n", f"always:\n  - {fault}\nexpect:\n"))


@pytest.mark.parametrize(
    ("setup", "said"),
    [
        ("stripe: {shops: [{name: Noon}]}", []),
        ("stripe: {shops: [{name: Noon}, {name: ''}]}", ["s.yaml:4: setup.stripe.shops[1].name: a name is needed"]),
        ("stripe: {shops: [{name: Noon}, {}]}", ["s.yaml:4: setup.stripe.shops[1]: name: a name is needed"]),
        ("stripe: {shop: 1}", ["s.yaml:4: setup.stripe.shop: stripe has no such thing to set up"]),
        ("strip: {}", ["s.yaml:4: setup.strip: no vendor named 'strip' (did you mean stripe?)"]),
        ("stripe: 7", ["s.yaml:4: setup.stripe: expected a mapping, got 7"]),
    ],
)
def test_what_cannot_be_set_up_is_told_at_its_line_in_the_vendors_words(setup: str, said: list[str]) -> None:
    assert gateway("seed: 7\n", f"seed: 7\nsetup: {{{setup}}}\n") == said


def test_a_fault_of_the_whole_run_is_checked_as_one_of_a_phase() -> None:
    assert always("{vendor: stripe, latency: {fixed: 1s}}") == []
    (late,) = always("{vendor: stripe, window: {start: 10s, end: 101s}, latency: {fixed: 1s}}")
    assert late == "s.yaml:19: always[0].window: must lie within the run: 0s to 100s, start before end"
    (share,) = always("{vendor: stripe, share: 2, latency: {fixed: 1s}}")
    assert share.startswith("s.yaml:19: always[0].share: 2 is outside 0 to 1")
    (name,) = always("{vendor: stripe, latency: {fixed: 1s}}", name="always")
    assert "phases[0].name: is what the faults of the whole run are called" in name


def foreign(old: str, new: str) -> list[str]:
    assert old in FOREIGN
    return problems(FOREIGN.replace(old, new, 1))


def test_both_examples_are_sound() -> None:
    assert problems(SCENARIO) == problems(FOREIGN) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("name: stripe-brownout", "name: Stripe Brownout", "name: 'Stripe Brownout' is no name"),
        ("about: Stripe slows down, then half of its writes fail, then it heals.", "about: ' '", "about: is empty"),
        ("seed: 7", "seed: -7", "seed: -7 is outside"),
        ("seed: 7", "drain: 2h", "drain: 7200s is outside"),
        ("seed: 7", "grace: 11m", "grace: 660s is outside 0s to 600s"),
        ("rate: 40/s", "rate: 0/s", "rate: 0/s is outside above 0/s"),
        ("rate: 40/s", "rate: 20000/s", "rate: 20000/s is outside"),
        ("rate: 40/s", "rate: 40/s}\n  in_flight_limit: 0\n  ask_again: {after: 1s", "in_flight_limit: 0 is outside"),
        ("rate: 40/s", "rate: 40/s}\n  ask_again: {times: 0", "ask_again: after is 0s to 1h, times 1 to 100"),
        ("rate: 40/s", "rate: 40/s}\n  answer_within: 0s\n  ask_again: {times: 1", "answer_within: 0s is outside"),
        ("weight: 3", "weight: 0", "operations[0].weight: 0 is no weight"),
        ("{name: notify}", "{name: pay}", "operations[1].name: 'pay' is used twice"),
        ("{name: notify}", "{name: notfy}", "has no operation 'notfy' (did you mean notify?)"),
        ("{name: notify}", "{name: notify, path: /x}", "operations[1].path: is described by the gateway itself"),
        ("name: recovery", "name: steady", "phases[2].name: 'steady' is used twice"),
        ("name: recovery", "name: all", "phases[2].name: 'all' is no name"),
        ("for: 20s", "for: 0s", "phases[0].for: must be longer than 0s"),
        ("for: 20s", "for: 7h", "phases: last 25280s in all; at most 21600s"),
        ("for: 20s", "for: 5h, rate: 5000/s", "makes 90003200 arrivals in all; at most 2000000"),
        ("for: 20s", "for: 20s, rate: {from: 0/s, to: 20000/s}", "phases[0].rate: 20000/s is outside 0/s"),
        ("share: 50%", "share: 150%", "faults[1].share: 1.5 is outside 0 to 1"),
        ("share: 50%", "expect_struck: -1", "faults[1].expect_struck: -1 is outside 0 to 2000000"),
        ("share: 50%", "expect_struck: many", "faults[1].expect_struck:"),
        ("share: 50%", "window: {start: 30s, end: 41s}", "faults[1].window: must lie within the phase: 0s to 40s"),
        ("share: 50%", "window: {start: 30s, end: 20s}", "faults[1].window: must lie within the phase"),
        (
            "for: 20s",
            "for: 20s, actions: [{at: 21s, redrive: {}}]",
            "actions[0].at: must lie within the phase: 0s to 20s",
        ),
        ("for: 20s", "for: 20s, actions: [{redrive: {insist: true}}]", "insist: goes with operations"),
        ("for: 20s", "for: 20s, actions: [{discard: {}}]", "discard.operations"),
        ("for: 20s", "for: 20s, actions: [{health: fine}]", "actions[0].health"),
        ("for: 20s", "for: 20s, actions: [{breaker: {vendor: strip, to: open}}]", "stripe"),
        ("for: 20s", "for: 20s, actions: [{redrive: {}, health: healthy}]", "exactly one of kill, stop"),
        ("for: 20s", "for: 20s, actions: [{at: 1s}]", "exactly one of kill, stop, pause, start, empty, restore,"),
        ("for: 20s", "for: 20s, actions: [{at: 1s, kill: gateway}]", "phases: end with the gateway killed"),
        ("for: 20s", "for: 20s, actions: [{at: 1s, start: gateway}]", "start: gateway is already running at that time"),
        (
            "for: 20s",
            "for: 20s, actions: [{stop: gateway}, {stop: gateway}, {start: gateway}]",
            "gateway is not running",
        ),
        ("for: 20s", "for: 20s, actions: [{pause: gateway}]", "end with the gateway paused; start it again"),
        ("for: 20s", "for: 20s, actions: [{stop: target}]", "stop: there is no target in this scenario"),
        ("for: 20s", "for: 20s, actions: [{stop: gateway}]", "end with the gateway killed; start it again"),
        ("for: 20s", "for: 20s, actions: [{kill: target}]", "kill: there is no target in this scenario"),
        (
            "for: 20s",
            "for: 20s, actions: [{at: 1s, kill: gateway, for: 2s}, {at: 2s, stop: gateway, for: 9s}]",
            "actions[1].stop: gateway is not running at that time",
        ),
        (
            "for: 20s",
            "for: 20s, actions: [{at: 1s, stop: gateway, for: 5s}]",
            "for: must be longer than the 5s that it may take to end",
        ),
        (
            "for: 20s",
            "for: 20s, actions: [{kill: gateway, for: 2h}]",
            "for: counted from that time it is longer than the run",
        ),
        (
            "for: 20s",
            "for: 20s, actions: [{kill: gateway, for: 90s, on: {vendor: stripe, moment: committed}}]",
            "for: counted from the phase's end it is longer than the run",
        ),
        (
            "for: 20s",
            "for: 20s, actions: [{kill: gateway, for: 1s, on: {vendor: strpe, moment: committed}}]",
            "actions[0].on.vendor: no vendor named 'strpe' (did you mean stripe?)",
        ),
        (
            "for: 20s",
            "for: 20s, actions: [{kill: gateway, for: 1s, on: {vendor: stripe, moment: sent}}]",
            "actions[0].on.moment: ",
        ),
        (
            "for: 20s",
            "for: 20s, actions: [{kill: gateway, for: 1s, on: {vendor: stripe, match: '*x', moment: committed}}]",
            "actions[0].on.match: '*x' begins with no slash",
        ),
        (
            "for: 20s",
            "for: 20s, actions: [{kill: gateway, on: {vendor: stripe, moment: committed}}]",
            "actions[0].on: say with `for` how long it is away",
        ),
        ("of: brownout", "of: brwnout", "expect[2].breaker.of: no phase named 'brwnout' (did you mean brownout?)"),
        (
            "during: steady}",
            "during: steady, after: recovery}",
            "goodput.after: no phase follows recovery: name an earlier one, or add one to recover in",
        ),
        (
            "{breaker: {failure_ratio: 50%, open_for: 5s}}",
            "{breaker: null}",
            "policies.stripe.breaker: cannot be switched off: leave it out, or write what differs",
        ),
        (
            "nothing_lost: {}",
            "requests: {vendor: stripe, count: {times: 2, of: stedy}}",
            "expect[1].requests.count.of: no phase named 'stedy' (did you mean steady?)",
        ),
        (
            "nothing_lost: {}",
            "requests: {vendor: stripe, match: GET /nowhere, count: {times: 2, of: steady}}",
            "expect[1].requests.match: stripe has no such route",
        ),
        (
            "nothing_lost: {}",
            "requests: {vendor: stripe, match: nowhere, count: {times: 2, of: steady}}",
            "expect[1].requests.match: 'nowhere' is no request: write POST",
        ),
        (
            "nothing_lost: {}",
            "outcome: {struck_by: brownout.2}",
            "expect[1].outcome.struck_by: no fault 'brownout.2', written phase.place and counted from 0 (did you mean",
        ),
        ("operation: pay", "operation: notfy", "no operation named 'notfy' in the workload (did you mean notify?)"),
        ("seed: 7", "correlate: {strip: [body.x]}", "correlate.strip: no vendor named 'strip' (did you mean stripe?)"),
        ("seed: 7", "limits: {twillio: {}}", "limits.twillio: no vendor named 'twillio' (did you mean twilio?)"),
        ("seed: 7", "limits: {stripe: {writes: {burst: -1}}}", "limits.stripe.writes.burst: -1 is below 0"),
        ("seed: 7", "limits: {stripe: {writes: {concurrency: -1}}}", "limits.stripe.writes.concurrency: -1 is below 0"),
        ("seed: 7", "limits: {stripe: {write: true}}", "stripe has no limiter 'write' (did you mean writes?)"),
        (
            "seed: 7",
            "limits: {stripe: {writes: {rte: 1/s}}}",
            "limits.stripe.writes.rte: unknown key (did you mean rate?)",
        ),
        (
            "seed: 7",
            "serve: {stripe: {at_once: 1}}",
            "serve.stripe: no simulator here can limit how many calls it works",
        ),
        ("seed: 7", "correlate: {stripe: [order]}", "correlate.stripe[0]: 'order': write header.<name> or body."),
    ],
)
def test_what_cannot_be_is_named(old: str, new: str, said: str) -> None:
    lines = gateway(old, new)
    assert len(lines) == 1, lines
    assert said in lines[0]


def test_whom_a_fault_struck_is_told_by_the_vendors_ledger_alone() -> None:
    demand = SCENARIO.replace("nothing_lost: {}", "outcome: {struck_by: brownout.0}")
    assert problems(demand) == []
    on_the_wire = {**WORDS.faults, "latency": FaultKind(Latency, layer="wire")}
    with pytest.raises(ScenarioError, match=r"struck_by: brownout\.0 happens outside the vendor"):
        load_text(demand, dataclasses.replace(WORDS, faults=on_the_wire))
    without = FOREIGN.replace("exactly_once: {effect: stripe.charge}", "outcome: {struck_by: steady.0}")
    (line,) = problems(without)
    assert line.endswith("no fault 'steady.0', written phase.place and counted from 0: there is none")


def test_a_scenario_needs_phases_operations_and_expectations() -> None:
    head = "name: x\nabout: y\nworkload: {arrivals: {rate: 1/s}, operations: []}\nphases: []\nexpect: []\n"
    assert [line.split(": ", 2)[1:] for line in problems(head)] == [
        ["workload.operations", "is empty: name at least one operation"],
        ["phases", "is empty: a run needs at least one phase"],
        ["expect", "is empty: a scenario that expects nothing cannot fail"],
    ]


@pytest.mark.parametrize(
    "actions",
    [
        "[{at: 1s, pause: store, for: 2s}, {at: 4s, kill: store, for: 1s}, {at: 9s, empty: store}]",
        "[{at: 15s, restore: {store, from: 15s}}]",
        "[{kill: store, for: 1s, on: {vendor: stripe, moment: committed}}]",
        "[{at: 1s, pause: store, for: 3s}, {at: 2s, kill: gateway, for: 1s}]",
        "[{at: 1s, kill: store, for: 1s}, {at: 6s, restore: {store, from: 3s}}]",
    ],
)
def test_what_is_done_to_the_store_is_sound(actions: str) -> None:
    assert gateway("for: 20s", f"for: 20s, actions: {actions}") == []


@pytest.mark.parametrize(
    ("actions", "said"),
    [
        ("[{kill: store}]", "phases: end with the store killed; start it again"),
        ("[{pause: store}]", "phases: end with the store paused; start it again"),
        ("[{start: store}]", "start: store is already running at that time"),
        ("[{pause: store, for: 2s}, {at: 1s, empty: store}]", "actions[1].empty: store is paused at that time"),
        (
            "[{stop: store, for: 9s}]",
            "stop: a store keeps nothing on disk, and loses by a stop what it loses by a kill",
        ),
        (
            "[{at: 5s, restore: {store, from: 6s}}]",
            "restore.from: 6s before that is before the run's start; at most 5s",
        ),
        (
            "[{at: 1s, pause: store, for: 2s}, {at: 9s, restore: {store, from: 7s}}]",
            "actions[1].restore.from: the store is paused then: there is nothing to go back to",
        ),
        ("[{at: 5s, restore: store}]", "restore: write {store, from: 15s}"),
        ("[{at: 5s, restore: {store: claims, from: 1s}}]", "restore: write {store, from: 15s}"),
        ("[{at: 5s, restore: {store}}]", "restore.from: is missing"),
        ("[{at: 5s, empty: gateway}]", "empty: 'gateway' is not allowed (known: store)"),
    ],
)
def test_what_cannot_be_done_to_the_store_is_named(actions: str, said: str) -> None:
    found = gateway("for: 20s", f"for: 20s, actions: {actions}")
    assert len(found) == 1, found
    assert said in found[0]


def test_a_command_has_a_store_where_it_is_told_where_redis_is() -> None:
    actions = "for: 10s, actions: [{at: 1s, pause: store, for: 2s}]"
    (wrong,) = foreign("for: 10s", actions)
    assert "pause: there is no store in this scenario: only the Redis that the harness starts is one" in wrong
    told = FOREIGN.replace("for: 10s", actions, 1).replace("env: {", "env: {REDIS: '{{redis.url}}', ", 1)
    assert problems(told) == []


def test_a_kill_and_a_start_in_order_are_sound_whatever_the_order_in_the_file() -> None:
    actions = "for: 20s, actions: [{at: 9s, start: gateway}, {at: 5s, kill: gateway}]"
    assert gateway("for: 20s", actions) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("http://127.0.0.1:{{port}}", "http://shop.example.com", "target.url: is not loopback"),
        ("http://127.0.0.1:{{port}}", "ftp://127.0.0.1", "target.url: 'ftp://127.0.0.1' is no URL"),
        ("http://127.0.0.1:{{port}}", "http://127.0.0.1:80", "target.url: has no {{port}}"),
        ("url: http://127.0.0.1:{{port}}", "ports: {}", "target: has no url"),
        ("ready: /health", "asgi: shop.py", "target.asgi: 'shop.py' names no application: write module:name"),
        ("path: /checkout", "weight: 1", "operations[0].path: must say where this target is asked"),
        ("refused: [402]", "refused: [200, 402]", "operations[0].refused: holds 200, which is also done"),
        ("refused: [402]", "refused: 4xx", "'4xx' is not a status: write 200, or 400-499"),
        ("refused: [402]", "refused: 700", "700 is outside 100 to 599"),
        ("refused: [402]", "form: {a: b}", "operations[0].form: is a second body"),
        ("{body: order_id}", "{body: order_id, header: X-Id}", "name either a header or a body field"),
        ("for: 10s", "for: 10s, actions: [{redrive: {}}]", "redrive: is the gateway's"),
        ("for: 10s", "for: 10s, actions: [{kill: gateway}]", "kill: there is no gateway in this scenario"),
        ("phases:", "policies: {preset: original}\nphases:", "policies: are the gateway's"),
        ('PORT: "{{port}}"', 'PORT: "{{prt}}"', "target: no value for {{prt}} (did you mean port?)"),
        ("{{stripe.url}}", "{{strip.url}}", "no value for {{strip.url}} (did you mean stripe.url?)"),
        ("{{stripe.url}}", "{{stripe.uri}}", "no value for {{stripe.uri}} (did you mean stripe.url?)"),
        (
            "ready: /health",
            "ports: {strip: 12111}",
            "target.ports.strip: no vendor named 'strip' (did you mean stripe?)",
        ),
        ("ready: /health", "ports: {stripe: 80}", "target.ports.stripe: 80 is outside 1024 to 65535"),
        ("ready: /health", "ports: {stripe: 70000}", "target.ports.stripe: 70000 is outside 1024 to 65535"),
        ("ready: /health", "ports: {stripe: 5000, twilio: 5000}", "target.ports.twilio: 5000 is stripe's already"),
        ("ready: /health", "ports: {stripe: many}", "target.ports.stripe:"),
        ('command: ["{{python}}", app.py]', "command: []", "target.command: [] is no command"),
        (
            "[stripe.charge]",
            "[stripe.chrge]",
            "leaves[0]: no effect named 'stripe.chrge' (did you mean stripe.charge?)",
        ),
        ("[stripe.charge]", "[stripe.charge, [twilio.mesage]]", "leaves[1][0]: no effect named 'twilio.mesage'"),
        ("[stripe.charge]", "stripe.charge", "leaves: expected a list, got 'stripe.charge'"),
        ("[stripe.charge]", "[stripe.charge, 3]", "leaves[1]: expected a list, got 3"),
        ("[stripe.charge]", "[stripe.charge, []]", "leaves[1]: is empty: name the effects of which one is left"),
        ("[stripe.charge]", "[stripe.charge, [stripe.charge]]", "leaves: names stripe.charge twice"),
        ("leaves: [stripe.charge]", "leaves: []", "effect: no operation leaves stripe.charge: write `leaves: [stripe."),
        ("      leaves: [stripe.charge]\n", "", "effect: no operation leaves stripe.charge: write `leaves: [stripe."),
        ("{effect: stripe.charge}", "{effect: twilio.message}", "effect: no operation leaves twilio.message: write"),
        (
            "- exactly_once: {effect: stripe.charge}",
            "- exactly_once: {effect: twilio.message, operation: checkout}",
            "effect: checkout does not leave twilio.message: write `leaves: [twilio.message]` under the operation",
        ),
        (
            "leaves: [stripe.charge]",
            "undone_by: {stripe.charge: twilio.message}\n      leaves: [[stripe.charge, twilio.message]]",
            "undone_by.stripe.charge: is undone by twilio.message, which checkout leaves itself",
        ),
        (
            "leaves: [stripe.charge]",
            TWICE_UNDONE,
            "undone_by.twilio.message: is undone by stripe.refund, and so is stripe.charge: nobody could tell",
        ),
        (
            "leaves: [stripe.charge]",
            "undone_by: {stripe.chrge: twilio.message}\n      leaves: [stripe.charge]",
            "undone_by.stripe.chrge: leaves no 'stripe.chrge' (did you mean stripe.charge?)",
        ),
        (
            "leaves: [stripe.charge]",
            "undone_by: {stripe.charge: twilio.mesage}\n      leaves: [stripe.charge]",
            "undone_by.stripe.charge: no effect named 'twilio.mesage' (did you mean twilio.message?)",
        ),
    ],
)
def test_a_foreign_target_is_checked_too(old: str, new: str, said: str) -> None:
    lines = foreign(old, new)
    assert len(lines) == 1, lines
    assert said in lines[0]


def test_a_folder_of_the_target_is_there(tmp_path: Path) -> None:
    file = tmp_path / "scenarios" / "shop.yaml"
    file.parent.mkdir()

    def checked(folder: str) -> Scenario:
        file.write_text(FOREIGN.replace("ready: /health", f"ready: /health\n  folder: {folder}"))
        return load(str(file), vocabulary())

    assert checked("..").target_folder == tmp_path.resolve()
    with pytest.raises(ScenarioError, match=r"target\.folder: there is no folder '\.\./gone' beside"):
        checked("../gone")


AS_ASKED = "leaves: [stripe.charge]\n      as_asked: "
ANSWERS = "leaves: [stripe.charge]\n      answers: "
REFUNDED = "leaves: [stripe.charge]\n      undone_by: {stripe.charge: stripe.refund}\n      as_asked: {stripe.refund: "


@pytest.mark.parametrize(
    "new",
    [
        AS_ASKED + '{stripe.charge: {amount: "{{amount}}", currency: usd, id: "ch_*"}}',
        ANSWERS + "{payment.0.id: stripe.charge.id, amount: [stripe.charge.amount]}",
        REFUNDED + '{amount: "{{amount}}"}}',
        AS_ASKED.partition("\n")[2].strip() + " {stripe.charge: {amount: 100}}\n      leaves: [stripe.charge]",
    ],
)
def test_what_effects_are_to_hold_can_be_said_of_any_that_an_operation_has(new: str) -> None:
    assert foreign("leaves: [stripe.charge]", new) == []


@pytest.mark.parametrize(
    ("new", "said"),
    [
        (
            AS_ASKED + "{stripe.chrge: {amount: 1}}",
            "as_asked.stripe.chrge: no effect named 'stripe.chrge' (did you mean",
        ),
        (AS_ASKED + "{twilio.message: {to: x}}", "as_asked.twilio.message: checkout leaves no twilio.message"),
        (AS_ASKED + "{stripe.charge: {amuont: 1}}", "amuont: a stripe.charge has no 'amuont' (did you mean amount?)"),
        (AS_ASKED + "{stripe.charge: {}}", "as_asked.stripe.charge: is empty: name the fields to compare"),
        (ANSWERS + "{id: stripe.charge.sid}", "answers.id: a stripe.charge has no 'sid' (did you mean id?)"),
        (ANSWERS + "{id: stripe.refund.id}", "answers.id: checkout leaves no stripe.refund"),
        (ANSWERS + "{id: stripe.charge}", "'stripe.charge' is no field of an effect: write vendor.effect.field"),
        (ANSWERS + "{id: []}", "is empty: write vendor.effect.field"),
        (ANSWERS + '{"a..b": stripe.charge.id}', "'a..b' is no path in an answer: write payment.id"),
        (ANSWERS + '{"$[0]": stripe.charge.id}', "'$[0]' is no path in an answer: write payment.id"),
    ],
)
def test_what_effects_are_to_hold_is_checked(new: str, said: str) -> None:
    lines = foreign("leaves: [stripe.charge]", new)
    assert len(lines) == 1, lines
    assert said in lines[0]


def test_of_the_gateways_own_operations_it_is_known() -> None:
    lines = gateway("{name: pay, weight: 3}", "{name: pay, as_asked: {stripe.charge: {amount: 1}}}")
    assert len(lines) == 1, lines
    assert "as_asked: is known of the gateway's own operations: leave it out" in lines[0]


NOTICES = "notices: {stripe: {to: /hooks, time_scale: 1%}}\nphases:"


def test_a_vendors_notices_may_be_heard_and_their_secret_filled_in() -> None:
    assert foreign("phases:", NOTICES) == []
    text = FOREIGN.replace("phases:", NOTICES).replace("{{stripe.url}}", "{{stripe.webhook_secret}}")
    assert problems(text) == []
    assert problems(text + "  - notices_taken: {vendor: stripe}\n") == []
    assert foreign("phases:", "notices: {twilio: {time_scale: 1%}}\nphases:") == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("stripe:", "strip:", "notices.strip: no vendor named 'strip' (did you mean stripe?)"),
        ("stripe:", "twilio:", "notices.twilio.to: twilio has no receivers to register: leave it out"),
        ("/hooks", "hooks", "notices.stripe.to: must be a path on the target: to: /webhooks/stripe"),
        ("1%", "0%", "notices.stripe.time_scale: 0 is outside above 0 to 100%"),
        ("1%", "200%", "notices.stripe.time_scale: 2 is outside above 0 to 100%"),
    ],
)
def test_notices_that_nobody_can_hear_are_refused(old: str, new: str, said: str) -> None:
    lines = foreign("phases:", NOTICES.replace(old, new))
    assert len(lines) == 1, lines
    assert said in lines[0]


@pytest.mark.parametrize(
    ("new", "said"),
    [
        ("stripe: {to: /hooks}", "notices.stripe.to: the gateway hears stripe at another path: to: /webhooks/stripe"),
        ("twilio: {time_scale: 1%}", "notices.twilio: the gateway hears nothing of twilio"),
    ],
)
def test_the_gateway_hears_some_vendors_where_it_hears_them(new: str, said: str) -> None:
    (line,) = gateway("phases:", f"notices: {{{new}}}\nphases:")
    assert said in line
    assert gateway("phases:", "notices: {stripe: {to: /webhooks/stripe}}\nphases:") == []


def test_a_secret_of_nobodys_notices_has_no_value() -> None:
    (line,) = foreign("{{stripe.url}}", "{{stripe.webhook_secret}}")
    assert "no value for {{stripe.webhook_secret}}" in line


def test_what_is_made_of_notices_is_expected_only_where_they_are_heard() -> None:
    (line,) = problems(FOREIGN + "  - notices_taken\n")
    assert "notices_taken: no vendor has no receiver" not in line
    assert "notices_taken: no vendor has a receiver: write `notices: {stripe: {to: /webhooks}}`" in line
    (line,) = problems(FOREIGN.replace("phases:", NOTICES) + "  - notices_taken: {vendor: twilio}\n")
    assert "twilio has no receiver" in line


UNTIL = 'until: {get: "/orders/{{operation_id}}", at: body.state, done: [completed], refused: [rejected]}'


def test_what_is_taken_on_may_be_followed() -> None:
    assert foreign("refused: [402]", UNTIL) == []
    assert foreign("refused: [402]", UNTIL.replace("operation_id", "answer.job.id")) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"/orders', '"orders', "until.get: must be a path on the target: get: /orders/{{operation_id}}"),
        ("operation_id", "amount", "until.get: no value for {{amount}}: there are operation_id, and answer.<field>"),
        ("body.state", "state", "until.at: 'state' is no place in an answer: body.state"),
        ("done: [completed]", "done: []", "until.done: is empty: name the states in which it is done"),
        ("[rejected]", "[rejected, completed]", "until.refused: holds 'completed', which is also done"),
        ("done:", "every: 3m, done:", "until: every is at least 10ms and at most within, within at most 6h"),
        ("done:", "every: 0s, done:", "until: every is at least 10ms and at most within, within at most 6h"),
        ("done: [completed], ", "", "until.done: is missing"),
        ("until:", "accepted: []\n      until:", "until: is for what was taken on, and no status is accepted"),
    ],
)
def test_what_cannot_be_followed_is_refused(old: str, new: str, said: str) -> None:
    assert old in UNTIL
    lines = foreign("refused: [402]", UNTIL.replace(old, new, 1))
    assert len(lines) == 1, lines
    assert said in lines[0]


def test_what_the_gateway_takes_on_is_told_by_its_dead_letters() -> None:
    (line,) = gateway("{name: notify}", f"{{name: notify, {UNTIL}}}")
    assert "operations[1].until: is for a target of your own" in line


def test_whose_state_nobody_asks_for_cannot_be_expected_to_stay() -> None:
    text = FOREIGN + "  - finished_later\n"
    (line,) = problems(text)
    assert "expect[1].finished_later: no operation has an until: write" in line
    assert problems(text.replace("refused: [402]", UNTIL)) == []
    (line,) = problems(text.replace("- finished_later", "- finished_later: {operation: checkout}"))
    assert "checkout has no until: write" in line


def test_what_nobody_said_of_an_operation_is_asked_for_where_it_is_needed() -> None:
    text = FOREIGN.replace("      leaves: [stripe.charge]\n", "").replace(
        "exactly_once: {effect: stripe.charge}", "nothing_lost"
    )
    (line,) = problems(text)
    assert "expect[0].nothing_lost: nobody said what checkout leaves: write `leaves: [vendor.effect]` under it" in line
    assert problems(text.replace("refused: [402]", "refused: [402]\n      leaves: []")) == []


def test_a_target_on_another_machine_is_refused() -> None:
    (line,) = foreign("http://127.0.0.1:{{port}}", "https://shop.example.com/{{port}}")
    assert "is not loopback" in line


def test_only_what_the_harness_started_has_a_grace() -> None:
    assert problems(f"grace: 5s\n{FOREIGN}") == []
    no_command = "\n".join(line for line in FOREIGN.splitlines() if "command:" not in line)
    (wrong,) = problems(f"grace: 5s\n{no_command}")
    assert "grace: needs a target with a command: only what the harness started does it stop" in wrong


def test_only_what_the_harness_started_can_be_killed() -> None:
    text = FOREIGN.replace('  command: ["{{python}}", app.py]\n', "").replace(
        "for: 10s", "for: 10s, actions: [{at: 1s, kill: target}, {at: 2s, start: target}]"
    )
    assert all("needs a target with a command" in line for line in problems(text))
    assert len(problems(text)) == 2


@pytest.mark.parametrize(
    "url",
    [
        "http://127.8.9.10:{{port}}",
        "http://localhost:{{port}}/x",
        "http://[::1]:{{port}}",
        "http://localhost.:{{port}}",
    ],
)
def test_a_target_on_this_machine_may_be_loaded(url: str) -> None:
    assert foreign("http://127.0.0.1:{{port}}", url) == []


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1.evil.com:{{port}}",
        "http://localhost@evil.com:{{port}}",
        "http://[::1].evil.com:{{port}}",
        "http://0.0.0.0:{{port}}",
        "http://10.0.0.1:{{port}}",
        "http://[{{port}}",
    ],
)
def test_a_target_that_is_not_on_this_machine_is_refused(url: str) -> None:
    assert "is not loopback" in foreign("http://127.0.0.1:{{port}}", url)[0]


def test_an_action_on_a_moment_is_sound_and_its_requests_must_be_some_of_the_vendors() -> None:
    action = "{kill: gateway, for: 1s, on: {vendor: stripe, match: POST *, moment: committed, nth: 3}}"
    old, new = "for: 20s", f"for: 20s, actions: [{action}]"
    assert gateway(old, new) == []

    def check_rule(vendor: str, rule: Mapping[str, Any]) -> str:
        return f"{vendor} has no POST *" if rule == {"match": "POST *"} else ""

    words = dataclasses.replace(WORDS, check_rule=check_rule)
    with pytest.raises(ScenarioError) as wrong:
        load_text(SCENARIO.replace(old, new, 1), words, file="s.yaml")
    assert any("actions[0].on.match: stripe has no POST *" in line for line in wrong.value.lines)


def test_a_kill_with_an_end_needs_no_start() -> None:
    actions = "[{at: 1s, kill: gateway, for: 2s}, {at: 4s, stop: gateway, for: 6s}]"
    assert gateway("for: 20s", f"for: 20s, actions: {actions}") == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (SCENARIO.replace("phases:", "replicas: 0\nphases:", 1), "replicas: 0 is outside 1 to 8"),
        (SCENARIO.replace("phases:", "replicas: 9\nphases:", 1), "replicas: 9 is outside 1 to 8"),
        (
            FOREIGN.replace("phases:", "replicas: 2\nphases:", 1).replace("127.0.0.1:{{port}}", "127.0.0.1:8000"),
            "replicas: needs a port for each: write {{port}} in target.url",
        ),
        (
            FOREIGN.replace("phases:", "replicas: 2\nphases:", 1).replace('  command: ["{{python}}", app.py]\n', ""),
            "replicas: needs a target with a command: what runs already cannot be started a second time",
        ),
    ],
)
def test_what_is_several_processes_the_harness_starts_each_on_a_port_of_its_own(text: str, said: str) -> None:
    assert any(said in line for line in problems(text)), problems(text)
    sound = text.replace("replicas: 0", "replicas: 2").replace("replicas: 9", "replicas: 8")
    assert text == sound or not problems(sound)


@pytest.mark.parametrize(
    ("replicas", "actions", "said"),
    [
        (1, "{kill: gateway.0, for: 1s}", "kill: there is no gateway.0 in this scenario: there is one process; write"),
        (2, "{kill: gateway.2, for: 1s}", "there is no gateway.2 in this scenario: there is gateway.0 and gateway.1"),
        (2, "{kill: target.1, for: 1s}", "there is no target.1 in this scenario; its target is the gateway"),
        (2, "{kill: gateway.1}", "phases: end with the gateway.1 killed; start it again"),
        (2, "{kill: gateway.1, for: 9s}, {at: 5s, pause: gateway, for: 1s}", "pause: gateway.1 is not running at that"),
        (2, "{kill: gateway.1, for: 9s}, {at: 5s, pause: gateway.0, for: 1s}", ""),
        (2, "{kill: gateway}, {at: 1s, start: gateway.0}, {at: 2s, start: gateway.1}", ""),
    ],
)
def test_of_several_processes_each_has_a_name_and_all_have_one(replicas: int, actions: str, said: str) -> None:
    text = SCENARIO.replace("phases:", f"replicas: {replicas}\nphases:", 1)
    found = problems(text.replace("for: 20s", f"for: 20s, actions: [{actions}]", 1))
    assert any(said in line for line in found) if said else not found, found


WEB = "  web: {command: node web.js, url: 'http://127.0.0.1:{{port}}', ready: /health, env: {A: '{{stripe.url}}'}}\n"
WORKER = "  worker: {command: node worker.js, ready: {log: waiting}, env: {WEB: '{{web.url}}'}}\n"


def several(*processes: str, actions: str = "", more: str = "") -> list[str]:
    start, end = FOREIGN.index("target:"), FOREIGN.index("workload:")
    text = f"{FOREIGN[:start]}targets:\n{''.join(processes)}{more}{FOREIGN[end:]}"
    return problems(text.replace("for: 10s", f"for: 10s, actions: [{actions}]") if actions else text)


def test_an_application_may_be_several_processes_and_users_ask_the_first_that_serves() -> None:
    assert several(WORKER, WEB, actions="{at: 1s, kill: worker, for: 1s}, {at: 2s, pause: web, for: 1s}") == []
    start, end = FOREIGN.index("target:"), FOREIGN.index("workload:")
    scenario = load_text(f"{FOREIGN[:start]}targets:\n{WORKER}{WEB}{FOREIGN[end:]}", WORDS)
    assert scenario.processes == ("web", "worker")
    assert scenario.target is scenario.targets["web"]
    assert scenario.unasked == ("worker",)
    assert set(scenario.vendors) == {"stripe"}


@pytest.mark.parametrize(
    ("processes", "actions", "more", "said"),
    [
        (
            (WEB, WORKER),
            "{kill: workr, for: 1s}",
            "",
            "kill: there is no workr among the targets (did you mean worker?)",
        ),
        ((WEB, WORKER), "{kill: target, for: 1s}", "", "kill: there is no target among the targets"),
        ((WEB, WORKER), "{kill: worker.1, for: 1s}", "", "kill: there is no worker.1 among the targets"),
        ((WEB, WORKER), "{kill: worker}", "", "phases: end with the worker killed; start it again"),
        ((WEB, WORKER), "", "replicas: 2\n", "replicas: are copies of one target, and there are several targets"),
        ((WEB, WORKER), "", "target: http://127.0.0.1:8000\n", "target: and targets are both there"),
        (
            (WORKER.replace("web.url", "stripe.url"),),
            "",
            "",
            "targets: has none with a url, so users have nobody to ask",
        ),
        (
            (WEB, WORKER.replace("web.url", "wbe.url")),
            "",
            "",
            "targets.worker: no value for {{wbe.url}} (did you mean web.url?)",
        ),
        (
            (WEB, WORKER.replace("worker:", "stripe:")),
            "",
            "",
            "targets.stripe: stripe is what something else is called",
        ),
        ((WEB, WORKER.replace("worker:", "load:")), "", "", "targets.load: load is what something else is called here"),
        (
            (WEB, WORKER.replace("worker:", "simulator-stripe:")),
            "",
            "",
            "simulator-stripe is what something else is called",
        ),
        ((WEB, WORKER.replace("worker:", "Worker:")), "", "", "targets.Worker: 'Worker' is no name"),
        (
            (WEB, WORKER.replace("command:", "asgi: 'w:app', command:")),
            "",
            "",
            "targets.worker.asgi: is for virtual time",
        ),
        ((WEB, WORKER.replace("{log: waiting}", "/up")), "", "", "targets.worker.ready: needs a url to be asked at"),
        (
            (WEB, "  api: {url: 'http://127.0.0.1:80'}\n"),
            "",
            "",
            "targets.api: needs a command: what runs already is judged",
        ),
        ((), "", "  {}\n", "targets: is empty: name a process"),
        (
            (WEB, WORKER.replace("ready:", "port: 80, url: 'http://127.0.0.1:{{port}}', ready:")),
            "",
            "",
            "targets.worker.port: 80 is outside 1024 to 65535",
        ),
        (
            (
                WEB.replace("ready:", "port: 3000, ready:"),
                WORKER.replace("ready:", "port: 3000, url: 'http://127.0.0.1:{{port}}', ready:"),
            ),
            "",
            "",
            "targets.worker.port: 3000 is web's already",
        ),
    ],
)
def test_several_processes_are_named_asked_and_told_apart(
    processes: tuple[str, ...], actions: str, more: str, said: str
) -> None:
    found = several(*processes, actions=actions, more=more)
    assert len(found) == 1 or not processes, found
    assert said in found[0]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("ready: /health", "port: 3000\n  ready: /health", ""),
        ("ready: /health", "port: 80\n  ready: /health", "target.port: 80 is outside 1024 to 65535"),
        ("ready: /health", "ready: {log: listening}", ""),
        ("ready: /health", "ready: {log: listening, path: /health}", "has path and log"),
        ("ready: /health", "port: 12111\n  ports: {stripe: 12111}", "ports.stripe: 12111 is the target's already"),
    ],
)
def test_a_target_may_have_its_port_fixed_and_be_ready_by_what_it_writes(old: str, new: str, said: str) -> None:
    found = foreign(old, new)
    assert len(found) == bool(said), found
    assert not said or said in found[0]


def test_what_is_done_to_a_process_that_cannot_be_read_is_no_mistake_of_its_own() -> None:
    (found,) = several(WEB, WORKER.replace("ready:", "redy:"), actions="{at: 1s, kill: worker, for: 1s}")
    assert "targets.worker.redy: unknown key (did you mean ready?)" in found
    (found,) = several(WEB, WORKER.replace("node worker.js", "5"), actions="{at: 1s, kill: worker, for: 1s}")
    assert "targets.worker.command: 5 is no command" in found


SEEN = "observe: {prometheus: {breakers: {stripe: {metric: state, closed: 0, open: 1, open_for: 5s}}}}"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("", "", ""),
        ("breakers: {stripe", "breakers: {strip", "breakers.strip: no vendor named 'strip' (did you mean stripe?)"),
        ("open_for: 5s", "open_for: 400ms", "open_for: must be 500ms or more: else looks, so far apart, miss"),
        ("{breakers", "{every: 1ms, breakers", "every: 1ms is outside 50ms to 60s"),
        ("closed: 0, open: 1", "state: state", ""),
        ("closed: 0, ", "", "says not which number is what"),
    ],
)
def test_a_breaker_that_is_looked_at_is_a_vendors_and_is_looked_at_often_enough(old: str, new: str, said: str) -> None:
    found = foreign("ready: /health", f"ready: /health\n  {SEEN.replace(old, new)}")
    assert len(found) == bool(said), found
    assert not said or said in found[0]
    (twice,) = several(
        WEB.replace("ready:", f"{SEEN}, ready:"),
        WORKER.replace("ready:", f"url: 'http://127.0.0.1:{{{{port}}}}', {SEEN}, ready:"),
    )
    assert "is told by web, too" in twice
