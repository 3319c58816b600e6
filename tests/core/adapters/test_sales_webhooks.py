"""The sales system's events: genuine ones are taken, whatever else is not."""

import hmac
from collections.abc import Mapping
from typing import Any

import pytest

from brownout_core.adapters.sales_webhooks import read_event, verify_event
from brownout_core.errors import SignatureInvalid
from brownout_simulators.faults import rule_from_json
from brownout_simulators.vendors.sales.webhooks import plain_signature, timed_signature
from tests.simulators.vendors.sales.bench import ENDPOINTS, SalesBench, order

SECRET, OTHER = "pyx_whsec_one", "pyx_whsec_two"
NOW_S = 1_760_000_000.0
BODY = b'{"id": "evt_1", "sequence": 1}'


def signed(body: bytes = BODY, *secrets: str, at_s: float = NOW_S) -> dict[str, str]:
    second = str(int(at_s))
    values = [
        hmac.new(each.encode(), f"{second}.".encode() + body, "sha256").hexdigest() for each in secrets or [SECRET]
    ]
    return {"x-pyxis-signature": ",".join([f"t={second}", *(f"v1={value}" for value in values)])}


def test_a_genuine_one_is_its_event() -> None:
    assert verify_event(BODY, signed(), [SECRET], now=NOW_S) == {"id": "evt_1", "sequence": 1}


@pytest.mark.parametrize("secrets", [[SECRET], [OTHER, SECRET], [SECRET, OTHER]])
def test_any_of_several_secrets_and_any_of_several_signatures_is_enough(secrets: list[str]) -> None:
    assert verify_event(BODY, signed(BODY, "a third", SECRET), secrets, now=NOW_S)["id"] == "evt_1"


@pytest.mark.parametrize(
    ("body", "headers", "now_s", "why"),
    [
        (BODY + b" ", signed(), NOW_S, "no signature matches"),
        (BODY, signed(BODY, OTHER), NOW_S, "no signature matches"),
        (BODY, {"x-pyxis-signature": signed()["x-pyxis-signature"].replace("v1=", "v2=")}, NOW_S, "no signature"),
        (BODY, {"x-pyxis-signature": f"t={int(NOW_S)},v1=é"}, NOW_S, "no signature matches"),
        (BODY, {"x-pyxis-signature": f"t={int(NOW_S)},v1=abc"}, NOW_S, "no signature matches"),
        (BODY, {"x-signature": plain_signature(SECRET, BODY)}, NOW_S, "no timestamp"),
        (BODY, {}, NOW_S, "no timestamp"),
        (BODY, {"x-pyxis-signature": "t=soon,v1=x"}, NOW_S, "no timestamp"),
        (BODY, {"x-pyxis-signature": f"t={'9' * 20},v1=x"}, NOW_S, "no timestamp"),
        (BODY, signed(), NOW_S + 301, "away from now"),
        (BODY, signed(), NOW_S - 301, "away from now"),
        (b"no JSON", signed(b"no JSON"), NOW_S, "not JSON"),
        (b"[]", signed(b"[]"), NOW_S, "not an event"),
        (b"{}", signed(b"{}"), NOW_S, "not an event"),
    ],
)
def test_whatever_else_is_refused(body: bytes, headers: Mapping[str, str], now_s: float, why: str) -> None:
    with pytest.raises(SignatureInvalid, match=why):
        verify_event(body, headers, [SECRET], now=now_s)


def test_the_simulators_events_are_taken_during_a_rotation_by_either_secret_and_forged_ones_by_none() -> None:
    bench = SalesBench()
    made = bench.listen(events=["order.received"])
    rotated = bench.post(f"{ENDPOINTS}/{made['id']}/rotate-secret").json
    bench.take_in(order())
    bench.pass_time(1)
    (told,) = bench.webhooks
    headers = {name.lower(): value for name, value in told.headers.items()}
    second = int(headers["x-pyxis-signature"].split(",")[0].removeprefix("t="))
    for secret in (made["secret"], rotated["secret"]):
        assert verify_event(told.body, headers, [secret], now=second)["type"] == "order.received"
    forged = {"x-pyxis-signature": timed_signature(["no", "none"], second, told.body)}
    with pytest.raises(SignatureInvalid):
        verify_event(told.body, forged, [made["secret"], rotated["secret"]], now=second)


def test_events_that_come_twice_and_out_of_order_come_to_the_order_as_it_is_by_their_sequence() -> None:
    """What a receiver has to do: an event that is not newer than the last one applied changes nothing."""
    bench = SalesBench()
    secret = bench.listen()["secret"]
    rules: list[dict[str, Any]] = [{"webhooks": {"twice": True}}, {"webhooks": {"out_of_order_s": 3}, "share": 0.5}]
    bench.simulator.schedule(
        [rule_from_json({"id": f"r{n}", "vendor": "sales", **rule}) for n, rule in enumerate(rules)]
    )
    made = bench.take_in().json
    bench.pass_time(60)
    applied: list[int] = []
    known: dict[str, object] = {}
    came: list[int] = []
    for told in bench.webhooks:
        headers = {name.lower(): value for name, value in told.headers.items()}
        second = int(headers["x-pyxis-signature"].split(",")[0].removeprefix("t="))
        event = verify_event(told.body, headers, [secret], now=second)
        came.append(event["sequence"])
        if event["sequence"] > (applied[-1] if applied else 0):
            applied.append(event["sequence"])
            known = event["order"]
    assert len(came) == 12
    assert came != sorted(came)
    assert applied == sorted(set(applied))
    assert known == bench.get(made["id"]).json


ORDER = {"id": "so_1", "orderId": "A-1", "metadata": {"operation_id": "op-1"}}


def test_an_event_says_what_an_order_is_and_the_systems_own_number_says_how_far_that_is() -> None:
    news = read_event({"type": "order.scheduled", "sequence": 3, "order": ORDER})
    assert news is not None
    assert (news.about, news.event, news.step, news.state) == ("op-1", "order.scheduled", 3, "scheduled")
    assert news.says == {"order": "so_1", "order_id": "A-1"}


@pytest.mark.parametrize(
    "changes",
    [{"type": "quote.sent"}, {"type": 7}, {"sequence": "3"}, {"order": None}, {"order": {"id": "so_1", "metadata": 1}}],
)
def test_what_says_nothing_of_an_order_of_ours_is_no_news(changes: dict[str, Any]) -> None:
    assert read_event({"type": "order.scheduled", "sequence": 3, "order": ORDER, **changes}) is None
