"""Reads: pages and their links, counts, lags; each entity once, also where some come and go between two pages."""

import pytest

from brownout_simulators.faults import rule_from_json
from tests.simulators.vendors.erp.bench import ErpBench
from tests.support.vendor_bench import Answer


def _customers(bench: ErpBench, count: int) -> None:
    for number in range(count):
        bench.post("customers", {"number": f"N-{number:03d}", "displayName": f"Customer {number % 5}"})


def _follow(bench: ErpBench, answer: Answer) -> list[str]:
    found: list[str] = []
    while True:
        found += [each["number"] for each in answer.json["value"]]
        link = answer.json.get("@odata.nextLink")
        if link is None:
            return found
        answer = bench.send("GET", link.removeprefix("http://bench.localhost").replace("%24", "$"))
        assert answer.status == 200, answer.body


def test_pages_go_through_a_whole_set_once() -> None:
    bench = ErpBench(page_size=4)
    _customers(bench, 10)
    first = bench.get("customers?$count=true")
    assert (first.json["@odata.count"], len(first.json["value"])) == (13, 4)
    every = _follow(bench, first)
    assert len(every) == len(set(every)) == 13


@pytest.mark.parametrize("query", ["", "?$orderby=displayName desc,number"])
def test_what_comes_and_goes_between_two_pages_moves_nothing_else(query: str) -> None:
    bench = ErpBench(page_size=5)
    _customers(bench, 12)
    first = bench.get(f"customers{query}")
    gone = first.json["value"][0]
    assert bench.write("DELETE", f"customers({gone['id']})", if_match="*").status == 204
    bench.post("customers", {"number": "ZZZ", "displayName": "A"})
    every = _follow(bench, first)
    assert len(every) == len(set(every))
    assert set(every) >= {f"N-{number:03d}" for number in range(12)}


def test_top_skip_order_and_select() -> None:
    bench = ErpBench()
    _customers(bench, 6)
    page = bench.get("customers?$filter=startswith(number,'N')&$orderby=number desc&$top=2&$skip=1&$select=number").json
    assert [each["number"] for each in page["value"]] == ["N-004", "N-003"]
    assert set(page["value"][0]) == {"@odata.etag", "number"}
    assert "@odata.nextLink" not in page


def test_a_top_beyond_the_page_goes_on_with_what_is_left() -> None:
    bench = ErpBench()
    _customers(bench, 9)
    first = bench.get("customers?$top=7", prefer="odata.maxpagesize=3")
    assert first.headers["preference-applied"] == "odata.maxpagesize=3"
    link = first.json["@odata.nextLink"]
    assert "$top=4" in link.replace("%24", "$")


def test_a_count_is_a_number_as_text() -> None:
    bench = ErpBench()
    _customers(bench, 3)
    answer = bench.get("customers/$count?$filter=displayName eq 'Customer 1'")
    assert (answer.body, answer.headers["content-type"]) == (b"1", "text/plain")


def test_one_level_is_expanded() -> None:
    bench = ErpBench()
    order = bench.order()
    read = bench.get(f"salesOrders({order['id']})?$expand=salesOrderLines,customer").json
    assert read["salesOrderLines"][0]["itemNumber"] == "FLT-20x25"
    assert read["customer"]["number"] == "10000"
    lines = bench.get(f"salesOrders({order['id']})/salesOrderLines").json["value"]
    assert lines == read["salesOrderLines"]


@pytest.mark.parametrize(
    ("query", "code"),
    [("$expand=customer($select=number)", "BadRequest"), ("$expand=friends", "BadRequest"),
     ("$filter=colour eq 'red'", "BadRequest"), ("$filter=number", "Application_FilterErrorException"),
     ("$top=many", "BadRequest"), ("$top=-1", "BadRequest"), ("$skip=²", "BadRequest"), ("$count=maybe", "BadRequest"),
     ("$orderby=number sideways", "BadRequest"), ("$orderby=colour", "BadRequest"), ("$select=colour", "BadRequest"),
     ("$apply=x", "BadRequest"), ("$search=x", "BadRequest"), ("$skiptoken=x", "BadRequest")],
)  # fmt: skip
def test_what_is_not_known_is_refused_never_ignored(query: str, code: str) -> None:
    refused = ErpBench().get(f"salesOrders?{query}")
    assert (refused.status, refused.json["error"]["code"]) == (400, code)


def test_a_read_that_lags_sees_the_older_version_and_not_what_is_new() -> None:
    bench = ErpBench()
    bench.pass_time(10)
    (customer,) = bench.get("customers?$filter=number eq '10000'").json["value"]
    bench.write("PATCH", f"customers({customer['id']})", {"email": "a@b.c"}, if_match="*")
    order = bench.order()
    bench.simulator.schedule([rule_from_json({"id": "lag", "vendor": "erp", "stale_reads": {"lag_s": 5}})])
    assert bench.get(f"customers({customer['id']})").json["email"] == ""
    assert bench.get(f"salesOrders({order['id']})").status == 404
    assert bench.get("salesOrders?$filter=externalDocumentNumber eq 'K-1'").json["value"] == []
    bench.pass_time(10)
    assert bench.get(f"customers({customer['id']})").json["email"] == "a@b.c"
    assert bench.get(f"salesOrders({order['id']})").status == 200
