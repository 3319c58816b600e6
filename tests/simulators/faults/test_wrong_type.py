"""Wrong type: valid JSON, wrong values."""

from tests.simulators.driving import Driver, body_of


def test_every_field_at_the_top_gets_another_type() -> None:
    till = Driver({"wrong_type": {}})
    body = body_of(till.send(body={"amount": 100, "metadata": {"a": "b"}}))
    assert body["amount"] == "100"
    assert isinstance(body["id"], int)
    assert body["metadata"] == ["b"]
    assert till.struck() == 1


def test_named_fields_alone_change_also_deep_down() -> None:
    till = Driver({"wrong_type": {"fields": ["metadata.flag", "metadata.list", "metadata.none", "gone.deeper"]}})
    metadata = {"flag": True, "list": [1], "none": None}
    body = body_of(till.send("POST", f"/v1/charges/{_charge(till)}", {"metadata": metadata}))
    assert body["metadata"] == {"flag": "true", "list": {"items": [1]}, "none": {}}
    assert body["amount"] == 100


def _charge(till: Driver) -> str:
    rules, till.simulator.plan.is_empty = till.simulator.plan.is_empty, True
    charge_id: str = body_of(till.send())["id"]
    till.simulator.plan.is_empty = rules
    return charge_id


def test_what_is_no_json_object_or_has_no_such_field_is_left_alone() -> None:
    till = Driver({"wrong_type": {"fields": ["nothing"]}})
    assert body_of(till.send())["amount"] == 100
    till.send("GET", "/v1/stream")
    assert till.struck() == 0
