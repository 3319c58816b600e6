"""Whatever a client sends to Stripe, it is answered in Stripe's words: never by a defect of the simulator.

The caller looks at the simulator's list of defects after every call.
"""

from typing import Any
from urllib.parse import quote, quote_plus

from hypothesis import given
from hypothesis import strategies as st

from brownout_simulators.vendors.stripe import VENDOR
from brownout_simulators.vendors.stripe.expand import EXPANDABLE
from brownout_simulators.vendors.stripe.form import parse_form
from brownout_simulators.vendors.stripe.parameters import PARAMETERS, SEARCH, Kind
from brownout_simulators.vendors.stripe.resources import RESOURCES
from brownout_simulators.vendors.stripe.search import compiled
from tests.simulators.vendors.stripe.world import KEY, PAID, Stripe
from tests.support.examples import examples

ROUTES = [(route.method, route.path) for route in VENDOR.routes]
FIELDS = sorted({field for table in EXPANDABLE.values() for field in table})
PATHS = st.lists(st.sampled_from(["data", "object", "", "x", *FIELDS]), min_size=1, max_size=6).map(".".join)
TEXTS = st.one_of(
    st.text(max_size=8),
    st.sampled_from(
        ["", "0", "-1", "1", "50", "99999999", "9" * 18, "9" * 40, "1.5", "true", "false", "now", "usd", "jpy", "xyz",
         "pm_card_visa", "pm_card_createDispute", "pm_usBankAccount_success", "tok_visa", "card", "month", "day",
         "manual", "payment", "subscription", "setup", "default_incomplete", "error_if_incomplete",
         "http://127.0.0.1:1/", "*", "2000000000", "253402300800", "charge.*", "fail", "\x00", "é", "status:'active'",
         "null",
         "sepa_debit", "customer_balance", "AT611904300234573201", "include", "send_invoice", "once", "repeating",
         "custom_line_item", "winning_evidence", "percent", "sum", "pm_card_bypassPending"]
    ),
)  # fmt: skip


class World(Stripe):
    """With one object of most kinds, and their ids."""

    def __init__(self) -> None:
        super().__init__()
        customer = self.customer()
        price = self.price()
        paid = self.post("/v1/payment_intents", PAID)
        held = self.post("/v1/payment_intents", {**PAID, "capture_method": "manual"})
        subscribed = self.post("/v1/subscriptions", {"customer": customer["id"], "items[0][price]": price["id"]})
        session = self.post(
            "/v1/checkout/sessions",
            {"mode": "payment", "success_url": "http://x/", "line_items[0][price_data][currency]": "usd",
             "line_items[0][price_data][product_data][name]": "Lamp", "line_items[0][price_data][unit_amount]": "500"},
        )  # fmt: skip
        refund = self.post("/v1/refunds", {"payment_intent": paid["id"], "amount": "5"})
        hook = self.post("/v1/webhook_endpoints", {"url": "http://127.0.0.1:1/", "enabled_events[]": "*"})
        setup = self.post("/v1/setup_intents", {"payment_method": "pm_card_visa"})
        coupon = self.post("/v1/coupons", {"percent_off": "20"})
        self.post("/v1/payment_intents", {**PAID, "payment_method": "pm_card_bypassPending", "amount": "90000"})
        connected = self.post("/v1/accounts", {"type": "standard"})
        transfer = self.post("/v1/transfers", {"amount": "900", "currency": "usd", "destination": connected["id"]})
        payout = self.post("/v1/payouts", {"amount": "900", "currency": "usd"})
        clock = self.post("/v1/test_helpers/test_clocks", {"frozen_time": "1700000000"})
        item = self.post("/v1/invoiceitems", {"customer": customer["id"], "amount": "900", "currency": "usd"})
        draft = self.post("/v1/invoices", {"customer": customer["id"], "pending_invoice_items_behavior": "include"})
        self.post("/v1/payment_intents", {**PAID, "payment_method": "pm_card_createDispute"})
        meter = self.post(
            "/v1/billing/meters", {"display_name": "m", "event_name": "m", "default_aggregation[formula]": "sum"}
        )
        quote = self.post("/v1/quotes", {"customer": customer["id"], "line_items[0][price]": price["id"]})
        schedule = self.post(
            "/v1/subscription_schedules",
            {"customer": customer["id"], "phases[0][items][0][price]": price["id"], "start_date": "now"},
        )
        self.pass_time(2.0)
        self.others = [
            coupon["id"], connected["id"], transfer["id"], payout["id"], clock["id"], item["id"], draft["id"],
            meter["id"], self.get("/v1/disputes")["data"][0]["id"],
            self.get("/v1/balance_transactions")["data"][0]["id"], quote["id"], schedule["id"],
        ]  # fmt: skip
        self.ids = [
            customer["id"], price["id"], price["product"], paid["id"], held["id"], subscribed["id"], session["id"],
            refund["id"], hook["id"], setup["id"], paid["latest_charge"], paid["payment_method"],
            subscribed["latest_invoice"], subscribed["items"]["data"][0]["id"],
            self.get("/v1/events")["data"][0]["id"], *self.others,
        ]  # fmt: skip


@st.composite
def forms(draw: st.DrawFn, names: list[str]) -> str:
    """Pairs, most of them with an endpoint's own names, some nested, some bent."""
    pairs = []
    for _ in range(draw(st.integers(0, 6))):
        name = draw(st.sampled_from([*names, "metadata", "expand", "items", "x"]))
        inside = st.sampled_from(
            ["", "[]", "[0]", "[1]", "[a]", "[price]", "[0][price]", "[0][quantity]", "[0][id]", "[0][deleted]",
             "[][x]", "[currency]", "[unit_amount]", "[product]", "[product_data][name]", "[recurring][interval]",
             "[type]", "[recurring][interval_count]", "[number]", "[card][number]", "[enabled]", "[gt]", "[lte]", "[",
             "]", "[[",
             "[a", "[0][price_data][currency]", "[default_payment_method]", "[trial_period_days]", "[coupon]", "[iban]",
             "[0][coupon]", "[0][type]", "[0][unit_amount]", "[formula]", "[requested]", "[uncategorized_text]"]
        )  # fmt: skip
        value = draw(PATHS if name == "expand" else TEXTS | st.sampled_from([f"id{n}" for n in range(27)]))
        pairs.append(f"{quote_plus(name + draw(inside))}={quote_plus(value)}")
    return "&".join(pairs) + draw(st.sampled_from(["", "", "", "&", "=", "&&a", "%", "%ff=1", "+", "[]=[]"]))


@given(st.data(), st.sampled_from(ROUTES))
@examples(100)
def test_any_request_to_any_endpoint_has_an_answer_of_stripes(data: st.DataObject, route: tuple[str, str]) -> None:
    method, path = route
    world = World()
    names = sorted(PARAMETERS.get(f"{method} {path}", SEARCH)) or ["expand"]
    for _ in range(3):
        form = data.draw(forms(names))
        for number, name in reversed(list(enumerate(world.ids))):
            form = form.replace(f"=id{number}&", f"={name}&").replace(f"=id{number}", f"={name}")
        some_id = st.sampled_from(world.ids) | st.text(min_size=1, max_size=5).map(quote)
        target = path.replace("{id}", data.draw(some_id)).replace("{item}", data.draw(some_id))
        answer = world.send(method, target, form)
        assert answer.status in (200, 400, 402, 404), (answer.status, answer.body)
        if answer.status != 200:
            assert answer.error["type"] in ("invalid_request_error", "card_error")
    world.pass_time(40 * 86_400.0)
    assert world.simulator.problems == []


@given(st.text(max_size=40), st.binary(max_size=40), st.sampled_from(ROUTES))
@examples(80)
def test_any_query_and_any_bytes_have_an_answer(query: str, body: bytes, route: tuple[str, str]) -> None:
    world = Stripe()
    method, path = route
    target = path.replace("{id}", "x").replace("{item}", "x")
    for text in (query, quote_plus(query), body.decode("latin-1")):
        assert world.send(method, f"{target}?{text}", "").status < 500
    assert world.send("POST", target, body).status < 500


HEADERS = st.text(alphabet=st.characters(exclude_categories=()), max_size=40)
"""Servers hand on bytes of a header that are no text as surrogates."""


@given(HEADERS, HEADERS, HEADERS)
@examples(80)
def test_any_credential_account_and_key_have_an_answer(authorization: str, connected: str, key: str) -> None:
    world = Stripe()
    for given_key in (authorization, f"sk_test_{authorization}"):
        headers = {"authorization": f"Bearer {given_key}", "stripe_account": connected, "idempotency_key": key}
        assert world.send("POST", "/v1/customers", "", key="", **headers).status in (200, 400, 401, 403)
    for scheme in ("Basic ", "basic", "Bearer", "", "Digest "):
        assert world.send("GET", "/v1/balance", key="", authorization=scheme + authorization).status in (200, 401, 403)


@given(st.text(alphabet="ab[]=&%25+0\x00é", max_size=30))
@examples(200)
def test_any_form_is_read_or_refused_with_a_reason(text: str) -> None:
    try:
        parse_form(text)
    except ValueError as wrong:
        _has_a_reason(wrong)


CLAUSES = st.lists(
    st.tuples(
        st.sampled_from(["", "-", " "]),
        st.sampled_from(["status", "amount", "metadata['a']", 'metadata["b"]', "metadata", "nope", "created", "é"]),
        st.sampled_from([":", "~", ">", "<=", "=", ""]),
        st.sampled_from(["'x'", '"x"', "1", "null", "'", "'a\\'b'", "''", "1e400", "nan", "'ab'"])
        | st.text(max_size=6),
        st.sampled_from([" AND ", " OR ", " ", "and", ""]),
    ).map("".join),
    max_size=4,
).map("".join)


@given(CLAUSES | st.text(max_size=30), st.sampled_from([kind for kind, one in RESOURCES.items() if one.searchable]))
@examples(100)
def test_any_search_is_done_or_refused_with_a_reason(query: str, kind: str) -> None:
    try:
        compiled(query, RESOURCES[kind].searchable)
    except ValueError as wrong:
        _has_a_reason(wrong)
    world = Stripe()
    world.post("/v1/payment_intents", PAID)
    world.now_s += 5
    answer = world.send("GET", f"{RESOURCES[kind].path}/search", {"query": query, "limit": "1"})
    assert answer.status in (200, 400)


def _has_a_reason(wrong: ValueError) -> None:
    assert str(wrong)


def test_what_an_event_is_about_cannot_be_expanded() -> None:
    world = Stripe()
    world.post("/v1/customers", {"name": "Jenny"})
    answer = world.send("GET", "/v1/events", {"expand[]": "data.data.object"})
    assert (answer.status, answer.error["param"]) == (400, "expand")
    inside: Any = world.send("GET", "/v1/events", {"expand[]": "data.data.object.default_source"})
    assert inside.status in (200, 400)


def test_every_kind_of_parameter_is_tried() -> None:
    assert {kind for table in PARAMETERS.values() for kind in table.values()} == set(Kind)
    assert KEY
