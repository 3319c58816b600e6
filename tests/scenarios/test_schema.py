"""Scenarios as records."""

from brownout_scenarios.load import load_text
from brownout_scenarios.schema import Scenario
from brownout_scenarios.workload import Arrivals, Operation, Rising, Workload
from tests.support.toy_vocabulary import SCENARIO, vocabulary

WORDS = vocabulary()


def test_phases_have_their_places_in_the_run() -> None:
    scenario = load_text(SCENARIO, WORDS)
    assert [(span.phase.name, span.start_s, span.end_s) for span in scenario.spans()] == [
        ("steady", 0.0, 20.0),
        ("brownout", 20.0, 60.0),
        ("recovery", 60.0, 100.0),
    ]
    assert scenario.duration_s == 100.0
    assert scenario.vendors == ("stripe",)


def test_a_fault_becomes_a_rule_with_an_id_and_times_of_the_run() -> None:
    latency, respond = load_text(SCENARIO, WORDS).fault_rules()
    assert latency.json == {
        "id": "brownout.0",
        "vendor": "stripe",
        "latency": {"lognormal": {"p50_s": 0.4, "p99_s": 4.0}},
        "window": {"start_s": 20.0, "end_s": 60.0},
    }
    assert respond.json == {
        "id": "brownout.1",
        "vendor": "stripe",
        "match": "POST /v1/payment_intents",
        "share": 0.5,
        "respond": {"status": 503},
        "window": {"start_s": 20.0, "end_s": 60.0},
    }
    assert latency.text == "latency lognormal {p50 400ms, p99 4s} on every request"
    assert respond.text == "respond status 503 on 50% of POST /v1/payment_intents"


def test_a_faults_own_window_is_counted_from_its_phase() -> None:
    text = SCENARIO.replace("share: 50%", "window: {start: 5s, end: 15s}, flapping: {on: 2s, off: 500ms}")
    rule = load_text(text, WORDS).fault_rules()[1]
    assert (rule.start_s, rule.end_s) == (25.0, 35.0)
    assert rule.json["window"] == {"start_s": 25.0, "end_s": 35.0}
    assert rule.json["flapping"] == {"on_s": 2.0, "off_s": 0.5}
    assert rule.text.endswith(", flapping {on 2s, off 500ms}")


def test_a_fault_is_expected_to_strike_once_unless_the_scenario_says_how_often() -> None:
    text = SCENARIO.replace("share: 50%", "share: 50%, expect_struck: 30")
    assert [rule.expect_struck for rule in load_text(text, WORDS).fault_rules()] == [1, 30]
    # It is the judge's, not the simulator's, and no part of how the fault is called.
    assert load_text(text, WORDS).fault_rules()[1].json == load_text(SCENARIO, WORDS).fault_rules()[1].json
    assert load_text(text.replace("30", "0"), WORDS).fault_rules()[1].expect_struck == 0


def test_a_fault_of_several_vendors_is_a_rule_for_each_with_the_same_draws() -> None:
    text = SCENARIO.replace(
        "{vendor: stripe, latency: {lognormal: {p50: 400ms, p99: 4s}}}",
        "{vendors: [stripe, twilio], share: 50%, latency: {fixed: 2s}, expect_struck: 5}",
    )
    scenario = load_text(text, WORDS)
    first, second, alone = scenario.fault_rules()
    assert [(rule.id, rule.vendor, rule.story) for rule in (first, second, alone)] == [
        ("brownout.0.stripe", "stripe", "brownout.0"),
        ("brownout.0.twilio", "twilio", "brownout.0"),
        ("brownout.1", "stripe", "brownout.1"),
    ]
    assert [rule.json.get("drawn_as") for rule in (first, second, alone)] == ["brownout.0", "brownout.0", None]
    assert {(rule.start_s, rule.end_s, rule.text, rule.expect_struck) for rule in (first, second)} == {
        (20.0, 60.0, "latency fixed 2s on 50% of every request", 5)
    }
    assert "twilio" in scenario.vendors
    assert len(scenario.phases[1].faults) == 2  # one entry stays one
    for named in ("brownout.0", "brownout.0.twilio"):
        demand = text.replace("nothing_lost: {}", f"outcome: {{struck_by: {named}}}")
        assert demand != text
        assert load_text(demand, WORDS).expect


def test_a_match_may_name_its_parts() -> None:
    text = SCENARIO.replace("match: POST /v1/payment_intents", "match: {method: POST, path: /v1/refunds}")
    rule = load_text(text, WORDS).fault_rules()[1]
    assert rule.json["match"] == {"method": "POST", "path": "/v1/refunds"}
    assert rule.text == "respond status 503 on 50% of POST /v1/refunds"


def test_actions_come_in_order_with_times_of_the_run() -> None:
    actions = "[{at: 9s, redrive: {}}, {at: 2s, kill: gateway}, {at: 3s, start: gateway}]"
    text = SCENARIO.replace("{name: recovery, for: 40s}", f"{{name: recovery, for: 40s, actions: {actions}}}")
    timed = load_text(text, WORDS).actions()
    assert [(at_s, action.text) for at_s, action in timed] == [
        (62.0, "kill gateway"),
        (63.0, "start gateway"),
        (69.0, "redrive dead letters"),
    ]


def test_a_phase_may_have_its_own_rate() -> None:
    text = SCENARIO.replace("for: 20s", "for: 20s, rate: {from: 40/s, to: 600/m}")
    assert load_text(text, WORDS).phases[0].rate_per_s == Rising(from_per_s=40.0, to_per_s=10.0)
    assert load_text(SCENARIO.replace("for: 20s", "for: 20s, rate: 5/s"), WORDS).phases[0].rate_per_s == 5.0


def test_a_vendors_limiters_are_on_only_where_asked() -> None:
    text = SCENARIO.replace(
        "seed: 7", "limits: {stripe: {writes: {rate: 600/m, concurrency: 3}}, twilio: {a: true, b: false}}"
    )
    scenario = load_text(text, WORDS)
    assert scenario.limits_of("stripe") == {"writes": {"rate_per_s": 10.0, "concurrency": 3}}
    assert scenario.limits_of("twilio") == {"a": True}
    assert scenario.limits_of("sales") == {}
    assert scenario.vendors == ("stripe", "twilio")


ALWAYS = """\
always:
  - {vendor: stripe, latency: {fixed: 50ms}}
  - {vendor: stripe, window: {start: 10s, end: 70s}, respond: {status: 503}, expect_struck: 9}
expect:
"""


def test_a_fault_of_the_whole_run_is_one_rule_whatever_the_phases() -> None:
    whole, windowed, *others = load_text(SCENARIO.replace("expect:\n", ALWAYS), WORDS).fault_rules()
    assert (whole.id, whole.phase, whole.start_s, whole.end_s) == ("always.0", "always", 0.0, 100.0)
    assert (windowed.id, windowed.start_s, windowed.end_s, windowed.expect_struck) == ("always.1", 10.0, 70.0, 9)
    assert windowed.json["window"] == {"start_s": 10.0, "end_s": 70.0}
    assert [rule.id for rule in others] == ["brownout.0", "brownout.1"]


def test_a_vendor_that_is_named_by_a_fault_of_the_whole_run_only_is_named() -> None:
    text = SCENARIO.replace("expect:\n", "always: [{vendor: twilio, drop_after_effect: {}}]\nexpect:\n")
    assert "twilio" in load_text(text, WORDS).vendors


def test_a_phase_called_always_keeps_its_faults_to_itself() -> None:
    scenario = load_text(
        SCENARIO.replace("name: brownout", "name: always").replace("of: brownout", "of: always"), WORDS
    )
    assert scenario.always == ()
    assert [len(phase.faults) for phase in scenario.phases] == [0, 2, 0]


def test_what_an_operation_leaves_names_its_vendors() -> None:
    left = ("sales.order", ("openai.completion", "gemini.completion"))
    made = Scenario(
        name="x",
        about="x",
        workload=Workload(operations=(Operation(name="buy", leaves=left),), arrivals=Arrivals(rate_per_s=1.0)),
        phases=(),
        expect=(),
    )
    assert made.vendors == ("sales", "openai", "gemini")
