"""Rules: matches, sequences, and the draw that decides."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brownout_simulators.faults import FaultError, Flapping, Match, Ramp, Rule, Window
from brownout_simulators.faults.hang import Hang
from brownout_simulators.faults.rule import Dice, Matcher, draw, in_sequence, word_of


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("POST /v1/charges", Match(method="POST", path="/v1/charges")),
        ("get /v1/*", Match(method="GET", path="/v1/*")),
        ("/v1/charges", Match(path="/v1/charges")),
        ("DELETE", Match(method="DELETE")),
        ("*", Match()),
        ("*/Messages.json", Match(path="*/Messages.json")),
        ("* /v1/charges", Match(path="/v1/charges")),
        ("", Match()),
    ],
)
def test_a_match_is_read_from_a_line(text: str, match: Match) -> None:
    assert Match.parse(text) == match


@pytest.mark.parametrize(
    ("path", "template", "verdict"),
    [
        ("*", "/v1/charges/{id}", True),
        ("/v1/charges/{id}", "/v1/charges/{id}", True),
        ("/v1/charges", "/v1/charges", True),
        ("/v1/charges", "/v1/refunds", False),
        ("/v1/*", "/v1/refunds", True),
        ("/v2/*", "/v1/refunds", False),
        ("/v1/charges/ch_1*", "/v1/charges/{id}", None),
    ],
)
def test_a_route_matches_always_never_or_by_path(path: str, template: str, verdict: bool | None) -> None:
    assert Matcher(Match(path=path)).route("POST", template) is verdict


def test_brackets_in_a_path_are_not_special() -> None:
    assert Matcher(Match(path="/a[1]*")).path("/a[1]b")
    assert not Matcher(Match(path="/a[1]*")).path("/a1b")


@pytest.mark.parametrize(
    ("sequence", "struck"),
    [("FF.", "FF.."), (".F", ".F.."), ("F*", "FFFF"), ("F.*", "F.F."), ("", "....")],
)
def test_a_sequence_strikes_where_it_says(sequence: str, struck: str) -> None:
    assert "".join("F" if sequence and in_sequence(sequence, n) else "." for n in range(4)) == struck


@given(seed=st.integers(0, 2**40), rule=st.text(max_size=20), key=st.text(max_size=40), ordinal=st.integers(0, 10**6))
def test_both_numbers_of_a_throw_are_inside_their_ranges(seed: int, rule: str, key: str, ordinal: int) -> None:
    dice, word = Dice(seed, rule), word_of(key, ordinal)
    hit, chance = dice.throw(word)
    assert dice.hit(word, hit) is None
    assert dice.hit(word, 1.0) == chance
    assert 0 <= hit < 1
    assert 0 < chance < 1


def test_a_draw_is_the_same_for_ever() -> None:
    """Another value here means that every recorded seed stands for another run."""
    assert draw(7, "brownout.1", "op-1") == pytest.approx(0.345440384, abs=1e-9)
    assert draw(7, "brownout.1", "op-1", 1) == pytest.approx(0.437598609, abs=1e-9)


def test_the_two_numbers_of_a_throw_are_independent_and_uniform() -> None:
    throws = [Dice(7, f"r{rule}").throw(word_of(f"op-{n}", 0)) for rule in range(4) for n in range(2_500)]
    for place in (0, 1):
        ordered = sorted(throw[place] for throw in throws)
        distance = max(abs(value - rank / len(ordered)) for rank, value in enumerate(ordered))
        assert distance < 1.63 / math.sqrt(len(ordered))
    quadrants = [
        sum((hit < 0.5) is low and (chance < 0.5) is right for hit, chance in throws)
        for low in (True, False)
        for right in (True, False)
    ]
    assert all(abs(count - 2_500) < 3.3 * math.sqrt(10_000 * 0.25 * 0.75) for count in quadrants)


def test_draws_of_neighbouring_keys_rules_and_seeds_are_uniform_and_independent() -> None:
    draws = [draw(seed, rule, f"op-{n}") for seed in (1, 2) for rule in ("a", "b") for n in range(5_000)]
    ordered = sorted(draws)
    distance = max(abs(value - place / len(ordered)) for place, value in enumerate(ordered))
    assert distance < 1.63 / math.sqrt(len(ordered))  # Kolmogorov-Smirnov, 1 %
    for other in (5_000, 10_000, 15_000):
        pairs = list(zip(draws[:5_000], draws[other : other + 5_000], strict=True))
        both = sum(first < 0.5 and second < 0.5 for first, second in pairs)
        assert abs(both - 1_250) < 3.3 * math.sqrt(5_000 * 0.25 * 0.75)


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda: Rule(id="", vendor="v", fault=Hang()), "id"),
        (lambda: Rule(id="r", vendor="v", fault=Hang(), share=1.1), "share: 0 to 1"),
        (lambda: Rule(id="r", vendor="v", fault=Hang(), sequence="FX"), "sequence"),
        (lambda: Rule(id="r", vendor="v", fault=Hang(), sequence="*"), "sequence"),
        (lambda: Window(start_s=2, end_s=1), "window"),
        (lambda: Flapping(on_s=0, off_s=1), "flapping"),
        (lambda: Ramp(to_share=2, over_s=1), "to_share"),
        (lambda: Ramp(over_s=0), "over_s"),
        (lambda: Match(method="post"), "upper case"),
        (lambda: Match(path="v1"), "must start with"),
        (lambda: Match(header="x-run"), "name: glob"),
    ],
)
def test_what_cannot_be_is_refused_by_name(make: object, why: str) -> None:
    with pytest.raises(FaultError, match=why):
        make()  # type: ignore[operator]


@pytest.mark.parametrize("text", ["Messages.json", "POST/v1", "POST v1/charges", "P*T /v1", "GET1"])
def test_a_line_that_is_no_match_is_an_error_and_never_read_as_something_else(text: str) -> None:
    with pytest.raises(FaultError, match="match"):
        Match.parse(text)


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("id", "", "1 to 200 characters"),
        ("id", "x" * 201, "1 to 200 characters"),
        ("id", "a\r\nSet-Cookie: b", "printable"),
        ("id", "rk_live_abcdef", "looks like a live credential"),
        ("vendor", "*", "a rule names one vendor"),
        ("vendor", "", "a rule names one vendor"),
    ],
)
def test_a_rules_names_are_checked(field: str, value: str, why: str) -> None:
    with pytest.raises(FaultError, match=why) as refused:
        Rule(**{"id": "r", "vendor": "till", "fault": Hang(), field: value})  # type: ignore[arg-type]
    assert "live_abc" not in str(refused.value)


@pytest.mark.parametrize("name", ["path", "account", "operation", "header"])
def test_a_pattern_has_an_end(name: str) -> None:
    with pytest.raises(FaultError, match=f"match.{name}: at most 1000"):
        Match(**{name: "*:" + "x" * 1_000})


@pytest.mark.parametrize(
    "make",
    [
        lambda: Window(start_s=1e9, end_s=2e9),
        lambda: Flapping(on_s=1e9, off_s=1.0),
        lambda: Flapping(on_s=1.0, off_s=1e9),
        lambda: Ramp(over_s=1e9),
    ],
)
def test_no_span_of_a_rule_is_longer_than_a_year(make: Any) -> None:
    with pytest.raises(FaultError, match="a year at most"):
        make()
