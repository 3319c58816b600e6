"""Lists: by date, by ids, by transaction; filters, pages, order; what a lag hides."""

from typing import Any
from urllib.parse import urlsplit

from brownout_simulators.faults import rule_from_json
from tests.simulators.vendors.docusign.bench import NEVER, QUICK, DocusignBench

DATE = "from_date=2025-01-01"
TRANSACTION = "8a0b1c2d-0000-4000-8000-00000000000"


def ids(found: Any) -> list[str]:
    return [each["envelopeId"] for each in found.get("envelopes", [])]


def test_every_page_of_a_list_is_there_once_and_numbers_are_texts() -> None:
    bench = DocusignBench(**NEVER)
    made = []
    for _ in range(7):
        made.append(bench.envelope())
        bench.pass_time(1)
    seen, path = [], f"/envelopes?{DATE}&count=3"
    while path:
        found = bench.get(path)
        assert found["totalSetSize"] == "7"
        assert found["resultSetSize"] == str(len(ids(found)))
        seen += ids(found)
        path = found["nextUri"]
        assert not path or urlsplit(path).path == "/envelopes"
    assert seen == made
    assert ids(bench.get(f"/envelopes?{DATE}&order=desc&order_by=created"))[:2] == made[:-3:-1]


def test_a_list_by_date_is_of_what_changed_since() -> None:
    bench = DocusignBench(**NEVER)
    old = bench.envelope()
    bench.pass_time(3_000)
    new = bench.envelope()
    assert ids(bench.get("/envelopes?from_date=2025-10-09T09:00:00Z")) == [new]
    bench.do(f"/envelopes/{old}", {"status": "voided", "voidedReason": "x"}, "PUT")
    assert ids(bench.get("/envelopes?from_date=2025-10-09T09:00:00Z")) == [new, old]
    assert ids(bench.get("/envelopes?from_date=2025-10-09T09:00:00Z&from_to_status=Created")) == [new]
    assert ids(bench.get("/envelopes?from_date=2025-10-09T09:00:00Z&from_to_status=voided")) == [old]
    assert ids(bench.get("/envelopes?from_date=2025-10-09T08:00:00Z&to_date=2025-10-09T09:00:00Z")) == []


def test_filters_leave_what_fits() -> None:
    bench = DocusignBench(**QUICK)
    done = bench.envelope(customFields={"textCustomFields": [{"name": "orderId", "value": "A-7"}]})
    bench.pass_time(10)
    waiting = bench.envelope(emailSubject="The other one")
    assert ids(bench.get(f"/envelopes?{DATE}&status=completed,voided")) == [done]
    assert ids(bench.get(f"/envelopes?{DATE}&status=any")) == [done, waiting]
    assert ids(bench.get(f"/envelopes?{DATE}&custom_field=orderId=A-7")) == [done]
    assert ids(bench.get(f"/envelopes?{DATE}&search_text=OTHER")) == [waiting]
    (row,) = bench.get(f"/envelopes?envelope_ids={done}&include=recipients,documents")["envelopes"]
    assert row["recipients"]["signers"][0]["status"] == "completed"
    assert row["envelopeDocuments"][0]["documentId"] == "1"


def test_a_transaction_is_found_for_seven_days_also_where_it_was_used_twice() -> None:
    bench = DocusignBench(token_s=86_400, **NEVER)
    made = [bench.envelope(transactionId=TRANSACTION + "1") for _ in range(2)]
    assert len(bench.of_kind("envelope")) == 2, "nothing makes a second sending harmless"
    found = bench.get(f"/envelopes?transaction_ids={TRANSACTION}1,{TRANSACTION}2")
    assert ids(found) == made
    assert [(row["transactionId"][-1], row.get("envelopeId")) for row in found["envelopeTransactionStatuses"]] == [
        ("1", made[0]),
        ("1", made[1]),
        ("2", None),
    ]
    asked = bench.do("/envelopes/status?transaction_ids=request_body", {"transactionIds": [TRANSACTION + "1"]}, "PUT")
    assert ids(asked) == made
    bench.pass_time(7 * 86_400 + 1)
    bench.authorization = f"Bearer {bench.grant().json['access_token']}"
    assert ids(bench.get(f"/envelopes?transaction_ids={TRANSACTION}1")) == []
    assert ids(bench.get(f"/envelopes?envelope_ids={made[0]}")) == made[:1]


def test_with_dedupe_a_transaction_is_one_envelope_and_one_mail() -> None:
    bench = DocusignBench(transaction_dedupe=True, **NEVER)
    made = {bench.envelope(transactionId=TRANSACTION + "1") for _ in range(3)}
    assert len(made) == len(bench.of_kind("envelope")) == len(bench.of_kind("email")) == 1


def test_a_lag_hides_a_new_envelope_and_shows_an_older_state() -> None:
    bench = DocusignBench(**NEVER)
    rule = {"id": "r", "vendor": "docusign", "match": "GET *", "stale_reads": {"lag_s": 5}}
    bench.simulator.schedule([rule_from_json(rule)])
    made = bench.envelope(transactionId=TRANSACTION + "1")
    lookup = f"/envelopes?transaction_ids={TRANSACTION}1"
    assert (bench.ask("GET", f"/envelopes/{made}").status, ids(bench.get(lookup))) == (404, [])
    bench.pass_time(6)
    bench.do(f"/envelopes/{made}", {"status": "voided", "voidedReason": "x"}, "PUT")
    assert (bench.status(made), ids(bench.get(lookup))) == ("sent", [made])
    bench.pass_time(6)
    assert bench.status(made) == "voided"


def test_a_list_without_a_date_looks_back_where_that_is_set_up() -> None:
    bench = DocusignBench(from_date_default=True, **NEVER)
    made = bench.envelope()
    assert ids(bench.get("/envelopes")) == [made]
