"""Customers: one for each e-mail address."""

from tests.simulators.vendors.sales.bench import CUSTOMERS, SalesBench

ADA = {"name": "Ada", "email": "ada@sim.test", "metadata": {"operation_id": "op-1"}}


def test_a_customer_is_entered_read_listed_and_in_the_books() -> None:
    bench = SalesBench()
    made = bench.post(CUSTOMERS, ADA)
    assert (made.status, made.headers["etag"]) == (201, '"v1"')
    assert made.headers["location"] == f"{CUSTOMERS}/{made.json['id']}" == made.json["links"]["self"]
    assert bench.send("GET", made.headers["location"]).json == made.json
    bench.post(CUSTOMERS, {"name": "Bob", "email": "bob@sim.test"})
    assert [one["name"] for one in bench.send("GET", CUSTOMERS).json["data"]] == ["Ada", "Bob"]
    assert [one["name"] for one in bench.send("GET", f"{CUSTOMERS}?email=ADA@sim.test").json["data"]] == ["Ada"]
    assert bench.send("GET", f"{CUSTOMERS}?email=eve@sim.test").json["data"] == []
    assert bench.kinds() == ["sales.customer", "sales.customer"]
    assert "op-1" in bench.effects()[0]["references"]


def test_an_e_mail_address_is_entered_once_whatever_its_case_and_key() -> None:
    bench = SalesBench()
    made = bench.post(CUSTOMERS, ADA).json
    key = bench.key()
    for replayed in (False, True):
        again = bench.post(CUSTOMERS, {**ADA, "email": "ADA@sim.test"}, idempotency_key=key)
        assert (again.status, again.json["code"], again.json["existingId"]) == (409, "duplicate-customer", made["id"])
        assert ("idempotency-replayed" in again.headers) is replayed
    assert len(bench.effects()) == 1


def test_a_customer_is_changed_by_whoever_knows_the_version_and_addresses_stay_unique() -> None:
    bench = SalesBench()
    path = bench.post(CUSTOMERS, {**ADA, "notes": "x"}).headers["location"]
    bench.post(CUSTOMERS, {"name": "Bob", "email": "bob@sim.test"})

    def patch(changes: object, tag: str) -> tuple[int, str]:
        answer = bench.post_json(path, changes, method="PATCH", if_match=tag)
        return answer.status, answer.json.get("code", "")

    assert patch({"email": "bob@sim.test"}, '"v1"') == (409, "duplicate-customer")
    assert patch({"email": None}, '"v1"') == (422, "validation-failed")
    assert patch({"notes": None, "email": "Ada@sim.test"}, '"v1"') == (200, "")
    assert patch({"notes": "y"}, '"v1"') == (412, "version-mismatch")
    assert patch({"email": "lovelace@sim.test"}, '"v2"') == (200, "")
    found = bench.send("GET", path).json
    assert (found["email"], found["version"], "notes" in found) == ("lovelace@sim.test", 3, False)
    assert bench.post(CUSTOMERS, ADA).status == 201  # the address is free again


def test_customers_are_told_of() -> None:
    bench = SalesBench()
    bench.listen(events=["customer.created", "customer.updated"])
    path = bench.post(CUSTOMERS, ADA).headers["location"]
    bench.post_json(path, {"notes": "x"}, method="PATCH", if_match="*")
    bench.pass_time(1)
    assert [webhook.type for webhook in bench.webhooks] == ["customer.created", "customer.updated"]
