"""Resources by declaration, and the two vendors that the recipe shows."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from brownout_simulators.call import Call
from brownout_simulators.crud import VERSIONS_LIMIT, Collection
from brownout_simulators.faults import rule_from_json
from brownout_simulators.simulator import Simulator
from brownout_simulators.vendor import Vendor
from tests.simulators import crud_vendor
from tests.simulators.crud_vendor import CLINIC
from tests.simulators.driving import Clock, Driver
from tests.support.sending import all_sent

RECIPE = Path(__file__).parents[2] / "docs" / "add-a-vendor.md"


class Caller:
    """Calls a vendor without a host."""

    def __init__(self, vendor: Vendor[Any] = CLINIC, **headers: str) -> None:
        self.clock = Clock()
        self.simulator = Simulator(vendor, clock=self.clock, epoch_s=1.7e9)
        self.headers = headers or {"authorization": "Bearer clinic_test_a"}

    def __call__(self, method: str, target: str, **fields: Any) -> tuple[int, Any]:
        path, _, query = target.partition("?")
        body = json.dumps(fields).encode() if fields else b""
        steps = self.simulator.handle(Call(method, path, query, self.headers, body, self.clock()))
        try:
            next(steps)
        except StopIteration as stop:
            sending = all_sent(self.simulator, stop.value)
            return sending.status, json.loads(sending.body)
        raise AssertionError("nothing here waits")


def test_five_resources_take_at_most_250_lines() -> None:
    assert len(crud_vendor.RESOURCES) == 5
    assert len(Path(crud_vendor.__file__).read_text().splitlines()) <= 250


def test_an_object_is_created_read_changed_and_deleted() -> None:
    clinic = Caller()
    status, made = clinic("POST", "/v1/patients", name="Ada")
    assert (status, made["name"], made["email"], made["created"]) == (201, "Ada", None, 1_700_000_100)
    clinic.clock.now_s += 5
    _, changed = clinic("PATCH", f"/v1/patients/{made['id']}", email="a@b")
    assert (changed["email"], changed["created"], changed["updated"]) == ("a@b", 1_700_000_100, 1_700_000_105)
    assert clinic("GET", f"/v1/patients/{made['id']}") == (200, changed)
    assert clinic("DELETE", f"/v1/patients/{made['id']}")[1]["deleted"] is True
    assert clinic("GET", f"/v1/patients/{made['id']}")[0] == 404
    assert clinic("DELETE", f"/v1/patients/{made['id']}")[0] == 404


def test_a_list_is_paged_newest_first_and_filtered() -> None:
    clinic = Caller()
    made = [clinic("POST", "/v1/doctors", name=f"d{n}", speciality=("heart", "bones")[n % 2])[1] for n in range(25)]
    clinic("DELETE", f"/v1/doctors/{made[7]['id']}")
    seen: list[str] = []
    more, after = True, ""
    while more:
        _, page = clinic("GET", f"/v1/doctors?limit=10{after}")
        seen += [one["name"] for one in page["data"]]
        more, after = page["more"], f"&after={page['data'][-1]['id']}"
    assert seen == [f"d{n}" for n in range(24, -1, -1) if n != 7]
    assert len(clinic("GET", "/v1/doctors?speciality=heart&limit=50")[1]["data"]) == 13
    assert clinic("GET", "/v1/doctors?limit=x")[0] == 422


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({}, "name is required"),
        ({"name": None}, "name is required"),
        ({"name": 3}, "name must be text"),
        ({"name": "x", "speciality": "feet"}, "speciality must be one of heart, bones, general"),
        ({"name": "x", "shoe": 1}, "shoe is not a field"),
    ],
)
def test_a_field_that_may_not_be_is_refused_by_name(fields: dict[str, Any], why: str) -> None:
    clinic = Caller()
    status, body = clinic("POST", "/v1/doctors", **(fields or {"speciality": "heart"}))
    assert (status, body["error"]["message"]) == (422, why)


def test_fixed_fields_references_and_types_are_held() -> None:
    clinic = Caller()
    patient, doctor = (clinic("POST", f"/v1/{kind}", name="x")[1]["id"] for kind in ("patients", "doctors"))
    assert (
        clinic("POST", "/v1/visits", patient="pat_0", doctor=doctor)[1]["error"]["message"]
        == "patient names no patient"
    )
    _, visit = clinic("POST", "/v1/visits", patient=patient, doctor=doctor)
    assert (visit["status"], visit["room"]) == ("planned", None)
    assert (
        clinic("PATCH", f"/v1/visits/{visit['id']}", patient=patient)[1]["error"]["message"]
        == "patient cannot be changed"
    )
    assert clinic("POST", "/v1/rooms", number=True)[1]["error"]["message"] == "number must be integer"
    assert clinic("DELETE", "/v1/rooms/room_1")[0] == 404


def test_creating_what_costs_money_is_an_effect_with_the_callers_texts() -> None:
    clinic = Caller()
    patient, doctor = (clinic("POST", f"/v1/{kind}", name="x")[1]["id"] for kind in ("patients", "doctors"))
    visit = clinic("POST", "/v1/visits", patient=patient, doctor=doctor)[1]["id"]
    clinic("POST", "/v1/bills", visit=visit, amount=50, metadata={"operation_id": "op-1"})
    (effect,) = (row for row in clinic.simulator.ledger.rows() if row["entry"] == "effect")
    assert (effect["route"], effect["amount"], effect["operation_id"]) == ("clinic.bill", 50, "op-1")
    assert json.loads(effect["references"])["metadata.operation_id"] == "op-1"


def test_lags_work_without_the_vendors_help() -> None:
    clinic = Caller()
    _, made = clinic("POST", "/v1/doctors", name="new")
    rule = rule_from_json({"id": "lag", "vendor": "clinic", "read_after_write_lag": {"lag_s": 5}})
    clinic.simulator.schedule([rule])
    assert clinic("GET", f"/v1/doctors/{made['id']}")[0] == 404
    assert clinic("GET", "/v1/doctors")[1]["data"] == []
    assert clinic.simulator.plan.standing["lag"].struck == 2


def test_a_collection_forgets_old_versions_and_closes_holes() -> None:
    till = Driver()
    till.send()
    account, collection = till.simulator.accounts["a"], Collection()
    for number in range(3 * VERSIONS_LIMIT):
        collection.put(account, "x", {"n": number})
    assert collection.get(account, "x") == {"n": 3 * VERSIONS_LIMIT - 1}
    for number in range(2_500):
        collection.put(account, f"y{number}", {"id": number})
    for number in range(2_000):
        assert collection.delete(account, f"y{number}")
    assert len(collection) == 501
    values, more = collection.page(account, 600)
    assert (len(values), more) == (501, False)
    assert collection.page(account, 1, after="y2001")[0] == [{"id": 2_000}]
    assert not collection.delete(account, "y3")
    account.as_of_s = -1.0
    assert collection.get(account, "x") is None
    assert account.was_stale


def test_the_smallest_vendor_of_the_recipe_works_as_it_is_printed() -> None:
    (code,) = re.findall(r"```python\n(.*?)```", RECIPE.read_text(encoding="utf-8"), re.DOTALL)
    namespace: dict[str, Any] = {}
    exec(compile(code, str(RECIPE), "exec"), namespace)  # noqa: S102
    pager = Caller(namespace["VENDOR"], **{"x-pager-key": "pager_test_a", "x-correlation-id": "op-1"})
    assert pager("POST", "/pages", to="me")[0] == 201
    assert pager("POST", "/pages", text="x") == (422, {"error": "to is required"})
    assert pager("GET", "/pages") == (404, {"error": "no such path"})
    assert [row["operation_id"] for row in pager.simulator.ledger.rows()] == ["op-1"] * 3 + [""]
    pager.simulator.schedule([rule_from_json({"id": "t", "vendor": "pager", "throttle": {}})])
    assert pager("POST", "/pages", to="me") == (429, {"error": "too many pages"})
