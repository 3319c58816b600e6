"""`$metadata` tells of what there is: every set, every property, every action, in a form that parsers read."""

from xml.etree import ElementTree as ET

import pytest

from brownout_simulators.vendors.erp.documents import STEPS
from brownout_simulators.vendors.erp.schema import CUSTOM as CUSTOM_API
from brownout_simulators.vendors.erp.schema import KINDS
from brownout_simulators.vendors.erp.schema import STANDARD as STANDARD_API
from tests.simulators.vendors.erp.bench import COMPANY, CUSTOM, STANDARD, ErpBench

EDM = "{http://docs.oasis-open.org/odata/ns/edm}"


@pytest.mark.parametrize(("root", "api"), [(STANDARD, STANDARD_API), (CUSTOM, CUSTOM_API)])
def test_everything_that_there_is_is_told(root: str, api: str) -> None:
    bench = ErpBench()
    answer = bench.send("GET", f"{root}/{COMPANY}/$metadata")
    assert answer.body == bench.send("GET", f"{root}/$metadata").body
    assert answer.headers["content-type"] == "application/xml"
    schema = ET.fromstring(answer.body).find(f".//{EDM}Schema")  # noqa: S314  the simulator's own
    assert schema is not None
    kinds = [kind for kind in KINDS.values() if kind.api == api]
    assert [each.get("Name") for each in schema.iter(f"{EDM}EntitySet")] == [kind.set for kind in kinds]
    for kind, entity in zip(kinds, schema.iter(f"{EDM}EntityType"), strict=True):
        assert [each.get("Name") for each in entity.iter(f"{EDM}Property")] == list(kind.fields)
    actions = [each.get("Name") for each in schema.iter(f"{EDM}Action")]
    assert actions == [step.name.rpartition(".")[2] for step in STEPS if step.kind.api == api]


def test_every_property_of_an_answer_is_one_of_the_metadata() -> None:
    bench = ErpBench()
    bench.order()
    bench.work_order()
    bench.reserve()
    for name in ("customers", "vendors", "items", "salesOrders", "workOrders", "inventoryReservations"):
        for entity in bench.get(name).json["value"]:
            assert {each for each in entity if "@" not in each} == set(KINDS[name].fields)
