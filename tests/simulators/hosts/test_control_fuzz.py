"""Whatever is asked of the control API, it answers in its own words; and a rule that it took never breaks a call."""

import json
from dataclasses import fields, is_dataclass
from typing import Any, get_args, get_type_hints

from hypothesis import given
from hypothesis import strategies as st

from brownout_simulators.faults import FAULTS, Calls, Flapping, Match, Ramp, Window
from brownout_simulators.hosts.control import PREFIX, ROUTES, control
from tests.simulators.driving import Driver
from tests.support.examples import examples

NUMBERS = st.one_of(
    st.integers(-3, 3),
    st.integers(min_value=-(10**400), max_value=10**400),
    st.floats(),
    st.sampled_from([2**63, 2**64, -(2**64), 1e308, 5e-324, 10**4_000, 31_622_400, 0.5]),
)
TEXTS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        [
            "*",
            "POST",
            "/v1/*",
            "FF.",
            "*" * 900,
            "/" + "*a" * 400,
            "rate",
            "vendor",
            "a\x00b",
            "\ud800",
            "date",
            "broke",
            "html",
        ]
    ),
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)


HEADERS = st.dictionaries(
    st.sampled_from(["retry-after", "Retry-After", "x", "content-length", "a b", ""]), TEXTS, max_size=3
)


def fields_of(kind: Any) -> st.SearchStrategy[Any]:
    """A fault's (or a part's) fields, most of them by their names, with values that may or may not fit."""
    known: dict[str, st.SearchStrategy[Any]] = {}
    hints = get_type_hints(kind)
    for field in fields(kind):
        inner = [one for one in get_args(hints[field.name]) if is_dataclass(one)]
        fitting = HEADERS if field.name == "headers" else NUMBERS | TEXTS
        known[field.name] = st.one_of(fields_of(inner[0]) if inner else fitting, ANYTHING)
    return st.fixed_dictionaries({}, optional=known) | ANYTHING


RULES = st.sampled_from(sorted(FAULTS)).flatmap(
    lambda kind: st.fixed_dictionaries(
        {kind: fields_of(FAULTS[kind])},
        optional={
            "id": TEXTS | ANYTHING,
            "vendor": st.sampled_from(["till", "*", "other"]) | ANYTHING,
            "share": NUMBERS | ANYTHING,
            "sequence": st.sampled_from(["F", "FF.*", "x"]) | ANYTHING,
            "sequence_per": st.sampled_from(["key", "rule"]) | ANYTHING,
            "match": TEXTS | fields_of(Match),
            "window": fields_of(Window),
            "calls": fields_of(Calls),
            "flapping": fields_of(Flapping),
            "ramp": fields_of(Ramp),
        },
    )
)


def ask(till: Driver, method: str, path: str, body: bytes, query: str = "") -> tuple[int, Any]:
    status, answer = control(till.simulator, method, f"{PREFIX}/{path}", query, body)
    return status, json.loads(answer)


@given(st.lists(RULES, max_size=3))
@examples(100)
def test_any_rule_is_taken_or_refused_in_one_line_and_none_that_was_taken_breaks_a_call(rules: list[Any]) -> None:
    till = Driver()
    till.send("POST", "/v1/endpoints", {"url": "http://127.0.0.1:1/"})
    for rule in rules:
        status, said = ask(till, "POST", "faults", json.dumps(rule).encode())
        assert status in (201, 400)
        if status == 400:
            assert "\n" not in said["error"]
            assert len(said["error"]) < 1_000
    for method, path in (("POST", "/v1/charges"), ("GET", "/v1/charges/x"), ("GET", "/v1/stream"), ("GET", "/health")):
        till.send(method, path, {"amount": 5} if method == "POST" else None, operation="op")
    for webhook in till.simulator.run_due(till.clock() + 1e9):
        till.simulator.webhook_done(webhook.id, 200)
    assert ask(till, "GET", "faults", b"")[0] == 200
    assert till.simulator.problems == []
    assert till.simulator.in_flight == 0


SCHEDULES = st.fixed_dictionaries(
    {},
    optional={
        "rules": st.lists(RULES, max_size=2) | ANYTHING,
        "start_at_s": NUMBERS | ANYTHING,
        "seed": NUMBERS | ANYTHING,
        "limits": st.dictionaries(
            st.sampled_from(["per-second", "at-once", "other"]),
            st.booleans()
            | st.dictionaries(
                st.sampled_from(["rate_per_s", "burst", "concurrency", "x"]), NUMBERS | ANYTHING, max_size=3
            )
            | ANYTHING,
            max_size=2,
        )
        | ANYTHING,
        "fields": st.dictionaries(TEXTS | st.just("till.charge"), st.lists(TEXTS), max_size=2) | ANYTHING,
        "correlate": st.lists(TEXTS | st.just("body.metadata.x"), max_size=2) | ANYTHING,
        "webhook_time_scale": NUMBERS | ANYTHING,
    },
)


@given(SCHEDULES)
@examples(100)
def test_any_schedule_is_taken_whole_or_not_at_all(schedule: dict[str, Any]) -> None:
    till = Driver({"respond": {"status": 503}, "share": 0.0})
    status, said = ask(till, "POST", "schedule", json.dumps(schedule).encode())
    assert status in (200, 400)
    if status == 400:
        assert list(till.simulator.plan.standing) == ["r0"]
        assert "\n" not in said["error"]
    till.send("POST", "/v1/endpoints", {"url": "http://127.0.0.1:1/"})
    for _ in range(3):
        till.send(operation="op")
    for webhook in till.simulator.run_due(till.clock() + 1e9):
        till.simulator.webhook_done(webhook.id, 500)
    due_s = till.simulator.next_due_s()
    assert due_s is None or due_s < 1e12
    assert till.simulator.problems == []


@given(
    st.sampled_from([*(tuple(route.split(" ")) for route in ROUTES), ("PUT", f"{PREFIX}/nowhere"), ("TRACE", PREFIX)]),
    st.text(max_size=10),
    st.text(max_size=30) | st.sampled_from(["after=1&limit=5", "after=" + "9" * 5_000, "limit=-1", "%ff", "a=b&a=c"]),
    st.binary(max_size=30) | ANYTHING.map(lambda value: json.dumps(value).encode()) | st.just(b"[" * 50_000),
)
@examples(100)
def test_any_request_has_an_answer(route: tuple[str, str], tail: str, query: str, body: bytes) -> None:
    till = Driver()
    till.send()
    method, path = route
    status, answer = control(till.simulator, method, f"{path}/{tail}".replace("//", "/"), query, body)
    assert status in (200, 201, 400, 404, 405)
    assert isinstance(json.loads(answer), dict)
    assert till.simulator.problems == []
