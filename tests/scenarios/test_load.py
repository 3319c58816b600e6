"""Files to scenarios, or to one line per problem."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brownout_scenarios import yaml_tree
from brownout_scenarios.errors import ScenarioError
from brownout_scenarios.load import LIVE_KEY, load, load_text, to_yaml
from brownout_scenarios.schema import Scenario
from brownout_scenarios.workload import Arrivals
from brownout_scenarios.yaml_tree import MAX_BYTES
from tests.support.examples import examples
from tests.support.toy_vocabulary import SCENARIO, BreakerMoves, vocabulary

WORDS = vocabulary()


def errors(text: str) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        load_text(text, WORDS, file="s.yaml")
    return str(caught.value).splitlines()


def told_in_lines(text: str) -> bool:
    """Whether it is a scenario, or is refused in lines that each name the file."""
    try:
        return isinstance(load_text(text, WORDS, file="s.yaml"), Scenario)
    except ScenarioError as error:
        return bool(error.lines) and all(re.match(r"s\.yaml(:\d+)?: .", line) for line in error.lines)


def changed(old: str, new: str) -> str:
    assert old in SCENARIO
    return SCENARIO.replace(old, new, 1)


def test_a_scenario_is_read_into_seconds_and_instances() -> None:
    scenario = load_text(SCENARIO, WORDS)
    assert scenario.name == "stripe-brownout"
    assert scenario.target is None
    assert scenario.workload.arrivals == Arrivals(rate_per_s=40.0)
    assert [(phase.name, phase.for_s) for phase in scenario.phases] == [
        ("steady", 20.0),
        ("brownout", 40.0),
        ("recovery", 40.0),
    ]
    assert scenario.expect[2].check == BreakerMoves(vendor="stripe", opens_within_s=10.0, of="brownout")
    assert scenario.expect[2].title == "breaker: vendor stripe, opens_within 10s, of brownout"
    assert scenario.policies.to_json() == {
        "vendors": {"stripe": {"breaker": {"failure_ratio": 0.5, "open_for_s": 5.0}}}
    }


def test_all_problems_are_listed_by_line_with_key_and_nearest_spelling() -> None:
    text = SCENARIO
    for old, new in [
        ("stripe, latency", "strpe, latency"),
        ("p50: 400ms", "p50: 400, p55: 1s"),
        ("weight: 3", "wieght: 3"),
        ("status: 503", "status: abc"),
        ("for: 20s", "length: 20s"),
        ("breaker: {failure_ratio", "braker: {failure_ratio"),
        ("nothing_lost", "nothing_losst"),
    ]:
        text = text.replace(old, new, 1)
    assert errors(text) == [
        "s.yaml:7: workload.operations[0].wieght: unknown key (did you mean weight?)",
        "s.yaml:9: phases[0].for: is missing",
        "s.yaml:9: phases[0].length: unknown key (known: actions, faults, for, incident, limits, name, rate)",
        "s.yaml:13: phases[1].faults[0].latency.lognormal.p50: 400 has no unit: write 400s or 400ms",
        "s.yaml:13: phases[1].faults[0].latency.lognormal.p55: unknown key (did you mean p50?)",
        "s.yaml:13: phases[1].faults[0].vendor: no vendor named 'strpe' (did you mean stripe?)",
        "s.yaml:14: phases[1].faults[1].respond.status: expected a whole number, got 'abc'",
        "s.yaml:17: policies.stripe.braker: unknown key (did you mean breaker?)",
        "s.yaml:20: expect[1].nothing_losst: unknown key (did you mean nothing_lost?)",
    ]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("latency: {lognormal: {p50: 400ms, p99: 4s}}", "latency: {}", "latency: needs fixed, lognormal or shape"),
        (", respond: {status: 503}", "", "faults[1]: names no fault; one of drop_after_effect, latency"),
        ("respond: {status: 503}", "respond: {status: 503}, drop_after_effect: {}", "names 2 faults"),
        ("match: POST /v1/payment_intents", "match: v1/payment_intents", "match: 'v1/payment_intents' is no request"),
        ("- nothing_lost: {}", "- {nothing_lost: {}, exactly_once: {effect: stripe.charge}}", "names 2 expectations"),
        (
            "effect: stripe.charge",
            "effect: stripe.chrge",
            "no effect named 'stripe.chrge' (did you mean stripe.charge?)",
        ),
        ("target: gateway", "target: gatway", "'gatway' is no target"),
        ("rate: 40/s", "rate: 40", "workload.arrivals.rate: 40 has no unit"),
        ("process", "process", ""),
        ("policies:\n", "policies:\n  preset: orignal\n", "(did you mean original?)"),
        ("failure_ratio: 50%", "failure_ratio: 3", "s.yaml:17: policies.stripe.breaker.failure_ratio: must be"),
        ("name: stripe-brownout", "name: [a]", "s.yaml:1: name: expected text, got ['a']"),
        ("{name: notify}]", "{name: notify}, 5]", "workload.operations[2]: expected a mapping, got 5"),
    ],
)
def test_each_mistake_is_named_at_its_place(old: str, new: str, said: str) -> None:
    if not said:
        load_text(changed("rate: 40/s", "rate: 40/s, process: constant"), WORDS)
        assert "(known: constant, poisson)" in errors(changed("rate: 40/s", "rate: 40/s, process: burst"))[0]
        return
    lines = errors(changed(old, new))
    assert len(lines) == 1
    assert said in lines[0]


@pytest.mark.parametrize("text", ["[]", "5", "name", "- a: 1"])
def test_what_is_no_mapping_is_no_scenario(text: str) -> None:
    assert errors(text)[0].startswith("s.yaml:1: expected a mapping, got ")


def test_half_a_character_is_refused_where_it_stands() -> None:
    """No file can hold it: what the run came to could not be written."""
    text = SCENARIO.replace("about: Stripe", 'about: "\\ud800 Stripe').replace("then it heals.", 'then it heals."')
    (line,) = errors(text)
    assert line.startswith("s.yaml:2: holds half a character")


@pytest.mark.parametrize("key", ["sk_live_abc123", "rk_live_abc123", "SK_LIVE_abc123"])
def test_a_live_key_is_refused_and_not_repeated(key: str) -> None:
    [line] = errors(changed("seed: 7", f"seed: 7\nnotes: ['{key}']  # oops"))
    assert line.startswith("s.yaml:4: holds a live key")
    assert "abc123" not in line


@pytest.mark.parametrize(
    ("target", "line"),
    [
        ('"sk_live\\u005f51Habcdefghij"', 4),
        ('"sk\\x5flive_51Habcdefghij"', 4),
        ('"sk_\\\n  live_51Habcdefghij"', 4),
        ("sk%5Flive%5F51Habcdefghij", 4),
        ('{url: "http://127.0.0.1:1", env: {KEY: "a", "sk_live\\u005f51Habcdefghij": b}}', 4),
        ('{url: "http://127.0.0.1:1", env: {KEY: >-\n  sk%5Flive_51Habcdefghij\n  }}', 5),
        ('\n  url: "http://127.0.0.1:1"\n  env: {KEY: "Basic c2tfbGl2ZV81MUhhYmNkZWZnaGlqOg=="}', 6),
        ("gateway  # sk%5flive_51Habcdefghij", 4),
        ('["sk_live\\u005f51Habcdefghij"', 4),
        ('gateway\n"sk_live\\u005f51Habcdefghij": 1\n"sk_live\\u005f51Habcdefghij": 2', 5),
    ],
)
def test_a_live_key_is_refused_however_it_is_written(target: str, line: int) -> None:
    said = errors(changed("target: gateway", f"target: {target}"))
    assert said[0] == f"s.yaml:{line}: holds a live key; use a test key, and revoke this one if it is real"
    assert {line.partition(": ")[2] for line in said} == {LIVE_KEY}


def test_a_live_key_is_refused_even_in_what_is_no_yaml() -> None:
    assert errors("a: [\nb: sk_live_1") == [
        "s.yaml:2: holds a live key; use a test key, and revoke this one if it is real"
    ]


def test_a_bare_name_stands_for_an_expectation_without_parameters() -> None:
    assert load_text(changed("- nothing_lost: {}", "- nothing_lost"), WORDS).expect[1].name == "nothing_lost"
    assert load_text(changed("- nothing_lost: {}", "- nothing_lost:"), WORDS).expect[1].name == "nothing_lost"


def test_what_is_kept_with_a_run_loads_to_the_same_scenario() -> None:
    tricky = changed("seed: 7", "seed: 7\nnotes: ['no', '12:30', '1e3', 'true', '0x1F', '1_000', ' x: y #z']")
    scenario = replace(load_text(tricky, WORDS), seed=99)
    again = load_text(to_yaml(scenario), WORDS)
    assert replace(again, document={}) == replace(scenario, document={})


def test_a_name_of_the_library_or_a_path_is_found(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(SCENARIO)
    assert load(file, WORDS).path == file
    assert load(str(file), WORDS).name == "stripe-brownout"


def test_a_file_that_is_too_large_binary_or_unreadable_is_one_line(tmp_path: Path) -> None:
    large, binary = tmp_path / "large.yaml", tmp_path / "binary.yaml"
    large.write_text("#" * (MAX_BYTES + 1))
    binary.write_bytes(b"a: 1\nb: \xff\xfe\n")
    with pytest.raises(ScenarioError, match=r"large\.yaml: larger than 256 KiB"):
        load(large, WORDS)
    with pytest.raises(ScenarioError, match=r"binary\.yaml:2: not UTF-8 text"):
        load(binary, WORDS)
    with pytest.raises(ScenarioError, match="is no file"):
        load(tmp_path, WORDS)


def test_a_path_is_shown_from_where_one_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "s.yaml").write_text("a: [")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ScenarioError) as caught:
        load(tmp_path / "s.yaml", WORDS)
    assert str(caught.value).startswith("s.yaml:")


_PIECES = [
    "",
    "{}",
    "[]",
    "null",
    "-1",
    "1e400",
    "nan",
    "'x'",
    "{a: 1}",
    "[1]",
    "*a",
    "&a [*a]",
    "0s",
    "-5s",
    "\t",
    "é",
    "\x00",
]


@pytest.mark.thorough
@examples(150)
@given(
    cut=st.integers(0, len(SCENARIO)), length=st.integers(0, 30), piece=st.sampled_from(_PIECES) | st.text(max_size=8)
)
def test_whatever_is_wrong_is_told_in_lines_and_never_a_traceback(cut: int, length: int, piece: str) -> None:
    assert told_in_lines(SCENARIO[:cut] + piece + SCENARIO[cut + length :])


@pytest.mark.thorough
@examples(150)
@given(data=st.data())
def test_any_value_may_stand_anywhere_and_is_told_in_lines(data: st.DataObject) -> None:
    document = yaml_tree.parse(SCENARIO).data
    here: Any = document
    while True:
        key = data.draw(st.sampled_from(sorted(here) if isinstance(here, dict) else range(len(here))))
        if not (isinstance(here[key], dict | list) and here[key]) or data.draw(st.booleans()):
            break
        here = here[key]
    here[key] = data.draw(_VALUES)
    assert told_in_lines(yaml_tree.write(document))


_SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(["1s", "5/s"])
)
_VALUES = st.recursive(
    _SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
)
