"""The real words, and that everything shipped is written in them."""

import json
from itertools import islice
from pathlib import Path

import pytest

from brownout_harness.asked.described import check_templates
from brownout_harness.asked.operations import operations_of
from brownout_harness.asked.plan import plan
from brownout_harness.faults.linked import DOWN, Linked
from brownout_harness.words.vocabulary import check_policies, schema_text, vocabulary
from brownout_scenarios import library
from brownout_scenarios.errors import ScenarioError
from brownout_scenarios.load import load, load_text, to_yaml
from brownout_scenarios.schema import Scenario
from brownout_simulators.faults import rule_from_json
from brownout_simulators.vendors import load_vendor

SAMPLES = Path(__file__).parents[2] / "docs" / "samples"
FILES = [*library.names(), *(str(path) for path in sorted(SAMPLES.glob("*/*.yaml")))]


@pytest.fixture(params=FILES, ids=lambda name: Path(name).stem)
def scenario(request: pytest.FixtureRequest) -> Scenario:
    return load(request.param, vocabulary())


def test_every_shipped_scenario_loads_and_what_a_run_keeps_of_it_loads_too(scenario: Scenario) -> None:
    assert scenario.path is not None
    # Beside the files that it names, as its run's folder has it.
    again = load_text(to_yaml(scenario), vocabulary(), path=scenario.path)
    assert (again.phases, again.expect, again.workload) == (scenario.phases, scenario.expect, scenario.workload)


def test_its_faults_are_rules_that_the_simulators_take(scenario: Scenario) -> None:
    for rule in scenario.fault_rules():
        if rule.link is not None:
            assert Linked.of(rule).toxic is not None or rule.kind == DOWN
            continue
        made = rule_from_json(rule.json)
        assert made.id == rule.id
        assert made.window is not None
        assert (made.window.start_s, made.window.end_s) == (rule.start_s, rule.end_s)


def test_its_operations_can_be_asked_for(scenario: Scenario) -> None:
    assert list(check_templates(scenario)) == []
    operations = operations_of(scenario)
    of_the_target = (each for each in plan(scenario) if each.name in operations)  # others ask a vendor themselves
    for arrival in islice(of_the_target, 50):
        assert operations[arrival.name].request(arrival).body


def test_it_lasts_between_twenty_and_a_hundred_seconds_and_says_what_it_shows(scenario: Scenario) -> None:
    assert 20.0 <= scenario.duration_s <= 100.0
    assert len(scenario.about) > 80


def test_a_scenario_of_the_library_is_named_as_its_file() -> None:
    assert [load(name, vocabulary()).name for name in library.names()] == list(library.names())


def test_scaled_policies_are_said_to_be(scenario: Scenario) -> None:
    assert all(any(line.startswith(f"{vendor}:") for line in scenario.notes) for vendor in scenario.policies.vendors)


def test_policies_that_cannot_be_are_told_by_policy_and_field() -> None:
    with pytest.raises(ValueError, match=r"^breaker\.failure_ratio"):
        check_policies("", "stripe", {"breaker": {"failure_ratio": 3.0}})


def test_measurements_are_read_in_from_beside_the_scenario(tmp_path: Path) -> None:
    (tmp_path / "stripe.txt").write_text("0.3  # slow\n0.1\n")
    file = tmp_path / "mine.yaml"
    text = library.path_of("stripe-lost-answers").read_text()
    file.write_text(text.replace("drop_after_effect: {}", "latency: {empirical: {file: stripe.txt}}"))
    [rule] = load(file, vocabulary()).fault_rules()
    assert rule.json["latency"] == {"empirical": {"values_s": [0.3, 0.1]}}
    (tmp_path / "stripe.txt").unlink()
    with pytest.raises(ScenarioError, match=r"phases\[1\]\.faults\[0\]\.latency\.empirical\.file: .*No such file"):
        load(file, vocabulary())


def test_the_editors_schema_knows_the_real_words() -> None:
    made = json.loads(schema_text())
    assert made["$defs"]["FaultEntry"]["properties"]["vendor"]["enum"] == list(vocabulary().vendors)


PAY = """\
name: mine
about: Somebody pays.
workload:
  arrivals: {rate: 5/s}
  operations:
    - name: pay
      params:
        amount: 1200
phases: [{name: steady, for: 10s}]
expect: [nothing_lost]
"""


def told(text: str) -> list[str]:
    with pytest.raises(ScenarioError) as refused:
        load_text(text, vocabulary(), file="mine.yaml")
    return list(refused.value.lines)


def test_parameters_that_the_gateway_would_refuse_are_an_error_of_the_file() -> None:
    assert load_text(PAY, vocabulary()).workload.operations[0].params == {"amount": 1200}
    assert told(PAY.replace("1200", "0")) == [
        "mine.yaml:8: workload.operations[0].params.amount: input should be greater than or equal to 1, got 0"
    ]
    assert told(PAY.replace("amount: 1200", "amuont: 5")) == [
        "mine.yaml:8: workload.operations[0].params.amuont: pay has no such parameter (did you mean amount?)"
    ]


FAULTY = """\
name: mine
about: Somebody pays.
workload:
  arrivals: {rate: 5/s}
  operations: [{name: pay}]
phases:
  - name: steady
    for: 10s
    faults:
      - vendor: stripe
        match: GET
        respond: {status: 503}
expect: [nothing_lost]
"""


@pytest.mark.parametrize(
    "match",
    [
        "GET",
        '"*"',
        "POST /v1/payment_intents",
        "/v1/*",
        "POST */confirm",
        "/v1/payment_intents/{id}",
        "/v1/payment_intents/pi_123",
        "GET /v1/payment_intents/pi_*",
        "GET /v1/*_intents",
        '{method: POST, path: "*/confirm"}',
        "{account: mine}",
    ],
)
def test_a_rule_that_some_route_can_match_is_taken(match: str) -> None:
    assert load_text(FAULTY.replace("match: GET", f"match: {match}"), vocabulary()).phases[0].faults


@pytest.mark.parametrize(
    ("match", "nearest"),
    [
        ("POST /v1/payment_intent", "POST /v1/payment_intents"),
        ("PATCH /v1/payment_intents", "POST /v1/payment_intents"),
        ("/v2/*", ""),
        ("{method: PUT}", ""),
        ("POST /v1/payment_intents/pi_1/confirmed", "POST /v1/payment_intents/{id}/confirm"),
        ("POST /v1/payment_intents/{intent}", "POST /v1/payment_intents/{id}"),
    ],
)
def test_a_rule_that_no_route_can_match_is_an_error_that_names_the_nearest(match: str, nearest: str) -> None:
    (line,) = told(FAULTY.replace("match: GET", f"match: {match}"))
    assert line.startswith("mine.yaml:11: phases[0].faults[0].match: no route of stripe matches")
    assert f"; the nearest is {nearest}" in line


def test_a_path_that_would_be_read_as_a_method_is_an_error_with_its_cure() -> None:
    (line,) = told(FAULTY.replace("match: GET", 'match: "*/Messages.json"'))
    assert line.startswith("mine.yaml:11: phases[0].faults[0].match: ")
    assert "write {path: '*/Messages.json'}" in line


def test_a_rule_names_one_vendor() -> None:
    (line,) = told(FAULTY.replace("vendor: stripe", 'vendor: "*"'))
    assert "no vendor named '*'" in line


def problems(*expected: str) -> list[str]:
    """What is wrong with these expectations, without the place of the list."""
    text = library.path_of("grey-failure").read_text()
    text = text[: text.index("expect:\n")] + "expect:\n" + "".join(f"  - {each}\n" for each in expected)
    try:
        load_text(text, vocabulary())
    except ScenarioError as wrong:
        return [line.partition("]")[2].lstrip(".") for line in wrong.lines]
    return []


def test_every_form_of_a_bound_can_be_written() -> None:
    forms = [
        "requests: {vendor: stripe, match: POST /v1/payment_intents, count: {at_most: 5, at_least: 2}}",
        "requests: {vendor: stripe, match: /v1/*, status: [429, 500-599], share: {at_most: 5%}}",
        "requests: {vendor: stripe, match: '*', during: grey, rate: {at_most: 50/s, at_least: {times: 1, of: steady}}}",
        "requests: {vendor: stripe, peak: {at_most: 40}, per: 500ms}",
        "requests: {vendor: vault, match: POST /v1/auth/approle/login, count: {at_most: 1}}",
        "requests: {vendor: stripe, in_flight: {times: 1.5, of: steady}, during: grey}",
        "requests: {vendor: stripe, match: POST *, sum: {at_most: 5000}}",
        "latency: {operation: pay, p99: {times: 1.5, of: steady}, p50_below: 1s, during: grey}",
        "success_rate: {operation: pay, at_least: {times: 0.9, of: steady}, during: grey}",
        "goodput: {operation: pay, at_least: {times: 0.9, of: steady}, within: 2s, after: grey}",
        "breaker: {vendor: stripe, stays_open: true, of: grey}",
        "outcome: {struck_by: grey.0, is: [done, accepted], operation: pay, at_least: 3}",
    ]
    assert problems(*forms) == []


@pytest.mark.parametrize(
    ("expected", "why"),
    [
        (
            "requests: {vendor: stripe, match: POST /v1/payment_intent, count: {at_most: 4}}",
            "requests.match: no route of stripe matches POST /v1/payment_intent; the nearest is POST /v1/payment_",
        ),
        (
            "requests: {vendor: stripe, match: /v2, count: {at_most: 4}}",
            "requests.match: no route of stripe matches /v2; the nearest is",
        ),
        (
            "requests: {vendor: stripe, match: GET /v1/payment_intents/pi_*, count: {at_most: 4}}",
            "requests.match: means some requests of GET /v1/payment_intents/{id} and not others; a ledger holds routes",
        ),
        ("requests: {vendor: stripe, match: here, count: {at_most: 4}}", "requests.match: 'here' is no request"),
        (
            "requests: {vendor: strpe, count: {at_most: 4}}",
            "requests.vendor: no vendor named 'strpe' (did you mean str",
        ),
        ("requests: {vendor: stripe, count: 4}", "requests.count: expected a mapping, got 4"),
        ("requests: {vendor: stripe, rate: {at_most: 4}}", "requests.rate.at_most: 4 has no unit: write 4/s"),
        ("requests: {vendor: stripe, count: {times: 2}}", "requests.count.of: is missing"),
        (
            "requests: {vendor: stripe, count: {at_most: {times: 2, of: stedy}}}",
            "requests.count.at_most.of: no phase named 'stedy' (did you mean steady?)",
        ),
        ("requests: {vendor: stripe, status: 99, count: {at_most: 4}}", "requests.status: 99 is outside 100 to 599"),
        ("latency: {operation: pay, p99: {times: 2, of: no}}", "latency.p99.of: no phase named 'no'"),
        (
            "success_rate: {operation: pay, at_least: {times: 1, of: no}}",
            "success_rate.at_least.of: no phase named 'no'",
        ),
        (
            "breaker: {vendor: stripe, stays_open: true}",
            "breaker: opens_within, closes_within and stays_open need",
        ),
        (
            "outcome: {struck_by: grey.1, is: [done]}",
            "outcome.struck_by: no fault 'grey.1', written phase.place and counted from 0 (did you mean grey.0?)",
        ),
        ("outcome: {struck_by: grey.0, is: [doen]}", "outcome.is[0]: 'doen' is not allowed (did you mean done?)"),
        ("outcome: {struck_by: grey.0, is: done}", "outcome.is: expected a list, got 'done'"),
    ],
)
def test_a_demand_on_the_ledger_that_cannot_be_met_or_judged_is_told_at_load(expected: str, why: str) -> None:
    (line,) = problems(expected)
    assert line.startswith(why)


@pytest.mark.parametrize(
    "answer",
    [
        "respond: {error: card_declined, retry_after: 2s}",
        "respond: {status: 200, body: html, content: <h1>Soon</h1>, headers: {content-type: text/plain}}",
        "throttle: {retry_after: 1s, means: 5s, headers: {retry-after: soon}}",
        "fail_after_effect: {status: 502, commits_in: {uniform: {low: 1s, high: 5s}}}",
    ],
)
def test_an_answer_as_data_is_a_rule_that_the_simulator_takes(answer: str) -> None:
    scenario = load_text(FAULTY.replace("respond: {status: 503}", answer), vocabulary())
    rule = rule_from_json(scenario.fault_rules()[0].json)
    assert load_vendor("stripe").named_errors
    assert rule.fault.objection(load_vendor("stripe")) == ""


@pytest.mark.parametrize(
    ("vendor", "error", "said"),
    [
        ("stripe", "card_declind", "stripe has no error named card_declind; did you mean card_declined?"),
        ("stripe", "21610", "stripe has no error named 21610"),
        ("twilio", "21619", "twilio has no error named 21619"),
        ("sales", "tokn-expired", "sales has no error named tokn-expired; did you mean token-expired?"),
    ],
)
def test_an_error_that_the_vendor_does_not_have_is_an_error_of_the_file_with_the_nearest(
    vendor: str, error: str, said: str
) -> None:
    text = FAULTY.replace("vendor: stripe", f"vendor: {vendor}").replace("match: GET", "match: POST")
    (line,) = told(text.replace("respond: {status: 503}", f"respond: {{error: {error}}}"))
    assert line.startswith(f"mine.yaml:12: phases[0].faults[0].respond.error: {said}")
    assert line.endswith(f"(`brownout vendors {vendor}` lists them)")


def test_a_number_names_an_error_where_the_vendors_are_numbers() -> None:
    text = FAULTY.replace("vendor: stripe", "vendor: twilio").replace("match: GET", "match: POST")
    assert load_text(text.replace("respond: {status: 503}", "respond: {error: 21610}"), vocabulary()).phases[0].faults


def test_faults_of_the_whole_run_are_checked_by_their_vendor_too() -> None:
    (line,) = told(FAULTY + "always: [{vendor: stripe, match: POST /v1/nowhere, respond: {status: 503}}]\n")
    assert line.startswith("mine.yaml:14: always[0].match: no route of stripe matches POST /v1/nowhere")


SERVE = "phases: [{name: steady, for: 10s, faults: [{vendor: stripe, serve: {at_once: 2, each: {fixed: 20ms}}}]}]"


def test_a_capacity_may_be_given_for_the_whole_run_and_as_a_fault() -> None:
    text = PAY.replace("phases: [{name: steady, for: 10s}]", SERVE)
    text += "serve: {stripe: {at_once: 4, each: {lognormal: {p50: 20ms, p99: 80ms}}, queue: 100}}\n"
    scenario = load_text(text, vocabulary())
    [standing], [fault] = scenario.standing_rules(), scenario.fault_rules()
    each = {"lognormal": {"p50_s": 0.02, "p99_s": 0.08}}
    assert (standing.id, standing.expect_struck) == ("serve.stripe", 0)
    assert standing.text == "serve at_once 4, each {lognormal {p50 20ms, p99 80ms}}, queue 100"
    assert standing.json == {
        "id": "serve.stripe", "vendor": "stripe", "serve": {"at_once": 4, "each": each, "queue": 100},
    }  # fmt: skip
    assert rule_from_json(standing.json).window is None
    assert (fault.id, fault.expect_struck, fault.json["serve"]) == (
        "steady.0", 1, {"at_once": 2, "each": {"fixed_s": 0.02}},
    )  # fmt: skip
    assert scenario.vendors == ("stripe",)
    assert load_text(to_yaml(scenario), vocabulary()).serve == scenario.serve


@pytest.mark.parametrize(
    ("serve", "said"),
    [
        ("{stripe: {at_once: 0, each: {fixed: 1s}}}", "serve.stripe: serve.at_once: 1 to 10000, got 0"),
        ("{stripe: {at_once: 1}}", "serve.stripe.each: is missing"),
        ("{stripe: {at_once: 1, each: {}}}", "serve.stripe.each: serve.each: exactly one of fixed, uniform"),
        ("{stripe: {at_once: 1, each: {lognormal: {p50: 2s, p99: 1s}}}}", "stripe.each.lognormal: 0s < p50 < p99"),
        ("{stripe: {at_once: 1, each: {fixed: 1s}, queue: -1}}", "serve.queue: unbounded, or 0 to 100000, got -1"),
        ("{stripe: {at_once: 1, each: {empirical: {file: gone}}}}", "stripe: latency.empirical.file: gone: No"),
        ("{strip: {at_once: 1, each: {fixed: 1s}}}", "serve.strip: no vendor named 'strip' (did you mean stripe?)"),
        ("{stripe: {at_onc: 1, at_once: 1, each: {fixed: 1s}}}", "serve.stripe.at_onc: unknown key"),
    ],
)  # fmt: skip
def test_a_capacity_that_cannot_be_is_an_error_of_the_file(serve: str, said: str) -> None:
    [line] = told(f"{PAY}serve: {serve}\n")
    assert line.startswith("mine.yaml:11: ")
    assert said in line


@pytest.mark.parametrize("key", ["match: POST *", "share: 20%", "sequence: F.*", "ramp: {over: 2s}"])
def test_a_capacity_is_the_whole_vendors(key: str) -> None:
    [line] = told(PAY.replace("phases: [{name: steady, for: 10s}]", SERVE.replace("stripe, ", f"stripe, {key}, ")))
    where = key.partition(":")[0]
    assert line == f"mine.yaml:9: phases[0].faults[0].{where}: this fault is for all calls of its vendor: leave it out"


def test_the_service_times_of_a_run_may_be_measurements_beside_the_scenario(tmp_path: Path) -> None:
    (tmp_path / "work.txt").write_text("0.3\n0.1\n")
    (tmp_path / "mine.yaml").write_text(
        f"{PAY}serve: {{stripe: {{at_once: 1, each: {{empirical: {{file: work.txt}}}}}}}}\n"
    )
    [rule] = load(tmp_path / "mine.yaml", vocabulary()).standing_rules()
    assert rule.json["serve"] == {"at_once": 1, "each": {"empirical": {"values_s": [0.3, 0.1]}}}
