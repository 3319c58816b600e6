"""Quotes and their states."""

import json
from typing import Any

import pytest

from brownout_simulators.vendors.sales import VENDOR
from brownout_simulators.vendors.sales.states import QUOTE_TRANSITIONS
from tests.simulators.vendors.sales.bench import ORDERS, QUOTES, SalesBench, order
from tests.support.vendor_bench import Answer

SITE = order()["site"]


def draft(quote_id: str = "Q-1", **changes: Any) -> dict[str, Any]:
    body = {name: order()[name] for name in ("customer", "lines", "total", "metadata")}
    return {"quoteId": quote_id, **body, **changes}


def step(bench: SalesBench, path: str, name: str, **body: Any) -> Answer:
    if name == "decline":
        body = {"reason": "too dear", **body}
    if name == "order":
        body = {"orderId": "A-1", "site": SITE, **body}
    return bench.post(f"{path}/{name}", body)


def test_a_quote_is_drafted_sent_accepted_and_ordered_once() -> None:
    bench = SalesBench()
    bench.simulator.schedule([], fields=VENDOR.effects)
    bench.listen(events=[f"quote.{status}" for status in QUOTE_TRANSITIONS])
    made = bench.post(QUOTES, draft())
    path = made.headers["location"]
    assert (made.status, made.json["status"], made.json["version"]) == (201, "draft", 1)
    assert [step(bench, path, name).json["status"] for name in ("send", "accept")] == ["sent", "accepted"]
    ordered = step(bench, path, "order")
    assert (ordered.status, ordered.json["quoteId"], ordered.json["orderId"]) == (201, made.json["id"], "A-1")
    assert ordered.json["total"] == made.json["total"]
    quote = bench.send("GET", path).json
    assert (quote["status"], quote["order"]) == ("ordered", ordered.json["id"])
    again = step(bench, path, "order", orderId="A-2")
    assert (again.status, again.json["code"]) == (409, "quote-state")
    assert bench.kinds() == ["sales.quote", "sales.order"]
    (row, _) = bench.effects()
    assert (row["amount"], json.loads(row["fields"])["quote_id"]) == (2100, "Q-1")
    assert json.loads(row["references"])["quoteId"] == "Q-1"
    bench.pass_time(60)
    events = bench.send("GET", f"{path}/events").json["data"]
    assert [event["type"] for event in events] == ["quote.draft", "quote.sent", "quote.accepted", "quote.ordered"]
    assert [event["sequence"] for event in events] == [1, 2, 3, 4]
    assert sorted((json.loads(one.body) for one in bench.webhooks), key=lambda event: event["sequence"]) == events


def test_what_is_not_in_the_table_is_refused_and_what_has_been_done_is_answered_as_it_is() -> None:
    ways = {"draft": (), "sent": ("send",), "accepted": ("send", "accept"), "declined": ("send", "decline")}
    outcome = {"send": "sent", "accept": "accepted", "decline": "declined", "order": "ordered"}
    for status, way in ways.items():
        for name, result in outcome.items():
            bench = SalesBench()
            path = bench.post(QUOTES, draft()).headers["location"]
            for each in way:
                assert step(bench, path, each).status == 200
            before = bench.send("GET", path).json
            answer = step(bench, path, name)
            if result in QUOTE_TRANSITIONS[status]:
                assert answer.status in {200, 201}, (status, name)
            elif result == status:
                assert (answer.status, answer.json) == (200, before)
            else:
                assert (answer.status, answer.json["code"]) == (409, "quote-state"), (status, name)
                assert bench.send("GET", path).json == before


def test_a_quote_expires_when_it_was_sent_and_not_answered() -> None:
    bench = SalesBench()
    soon = "2025-10-09T09:55:00Z"  # an hour from now
    paths = [bench.post(QUOTES, draft(f"Q-{n}", validUntil=soon)).headers["location"] for n in range(3)]
    step(bench, paths[0], "send")
    step(bench, paths[1], "send")
    step(bench, paths[1], "accept")
    bench.pass_time(3_599)
    bench.log_in()
    assert bench.send("GET", paths[0]).json["status"] == "sent"
    bench.pass_time(2)
    assert [bench.send("GET", path).json["status"] for path in paths] == ["expired", "accepted", "draft"]
    for path, name in ((paths[0], "accept"), (paths[2], "send")):
        assert step(bench, path, name).json["code"] == "quote-state"


@pytest.mark.parametrize("until", ["2025-10-09T08:00:00Z", "2027-01-01T00:00:00Z"])
def test_a_validity_that_is_over_or_too_long_is_refused(until: str) -> None:
    refused = SalesBench().post(QUOTES, draft(validUntil=until))
    assert (refused.status, refused.json["errors"][0]["pointer"]) == (422, "/validUntil")


def test_a_quote_id_is_used_once_and_the_total_is_that_of_the_lines() -> None:
    bench = SalesBench()
    made = bench.post(QUOTES, draft()).json
    assert bench.post(QUOTES, draft()).json["existingId"] == made["id"]
    wrong = draft("Q-2", total={"amount": "21.01", "currency": "USD"})
    assert bench.post(QUOTES, wrong).json["code"] == "total-mismatch"
    assert len(bench.effects()) == 1
    free = SalesBench("shop.guard-off")
    assert [free.post(QUOTES, draft()).status for _ in range(2)] == [201, 201]


def test_a_draft_is_changed_with_its_total_and_nothing_else_is() -> None:
    bench = SalesBench()
    path = bench.post(QUOTES, draft()).headers["location"]

    def patch(changes: object) -> Answer:
        return bench.post_json(path, changes, method="PATCH", if_match="*")

    lines = [{**order()["lines"][0], "quantity": "4"}]
    assert patch({"lines": lines}).json["code"] == "total-mismatch"
    assert patch({"lines": None}).json["errors"][0]["pointer"] == "/lines"
    assert patch({"total": {"amount": "21.00", "currency": "EUR"}}).json["errors"][0]["code"] == "currency"
    changed = patch({"lines": lines, "total": {"amount": "42.00", "currency": "USD"}, "notes": "x"})
    assert (changed.json["total"]["amount"], changed.json["version"]) == ("42.00", 2)
    assert [event["type"] for event in bench.send("GET", f"{path}/events").json["data"]] == ["quote.draft"]
    step(bench, path, "send")
    assert patch({"notes": "y"}).json["code"] == "quote-state"


def test_an_order_id_that_is_taken_leaves_the_quote_accepted() -> None:
    bench = SalesBench()
    bench.take_in(order("A-1"))
    path = bench.post(QUOTES, draft()).headers["location"]
    step(bench, path, "send")
    step(bench, path, "accept")
    assert step(bench, path, "order").json["code"] == "duplicate-order"
    assert bench.send("GET", path).json["status"] == "accepted"
    assert step(bench, path, "order", orderId="A-2").status == 201


def test_quotes_are_listed_by_state_and_id() -> None:
    bench = SalesBench()
    path = bench.post(QUOTES, draft("Q-1")).headers["location"]
    bench.post(QUOTES, draft("Q-2"))
    step(bench, path, "send")
    for query, ids in (("", ["Q-2", "Q-1"]), ("?status=sent", ["Q-1"]), ("?quoteId=Q-2", ["Q-2"])):
        assert [one["quoteId"] for one in bench.send("GET", f"{QUOTES}{query}").json["data"]] == ids
    assert bench.send("GET", f"{QUOTES}?status=lost").json["code"] == "bad-parameter"
    assert bench.send("GET", f"{ORDERS}").json["data"] == []
