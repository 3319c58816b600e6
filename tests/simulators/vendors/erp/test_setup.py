"""What can be set up is read strictly: a mistake is named with its place."""

import pytest

from brownout_simulators.vendors.erp.setup import ABOUT, ITEMS, SETUP


def test_a_company_without_a_setup_has_its_base_data() -> None:
    setup = SETUP.read({})
    assert [each["number"] for each in setup.items] == [number for number, _, _ in ITEMS]
    assert (setup.quirk, setup.missing_if_match, setup.etag_stale, setup.time_scale) == ("none", 428, 412, 60.0)


@pytest.mark.parametrize(
    ("given", "place"),
    [({"quirks": "odoo"}, "quirks: no such key; did you mean quirk?"), ({"quirk": "sap"}, "quirk: one of"),
     ({"etag_stale": 400}, "etag_stale: one of"), ({"page_size": 1.5}, "page_size: a whole"),
     ({"maintenance": [{"start": 1}]}, "maintenance[0].start"), ({"maintenance": {}}, "maintenance: a list"),
     ({"maintenance": [{"start_s": 1, "for_s": 9, "every_s": 5}]}, "maintenance[0].every_s"),
     ({"jobs": {"lost": 2}}, "jobs.lost: a number from 0 to 1"), ({"jobs": []}, "jobs: an object"),
     ({"items": [{"displayName": "x"}]}, "items[0].number: a text"),
     ({"unique_external_doc": 1}, "unique_external_doc"),
     ({"items": [{"number": "A"}, {"number": "A"}]}, "items[1].number"), ({"time_scale": 0}, "time_scale")],
)  # fmt: skip
def test_a_mistake_is_named_with_its_place(given: dict[str, object], place: str) -> None:
    with pytest.raises(ValueError, match="^" + place.replace("[", r"\[").replace("]", r"\]").replace("?", r"\?")):
        SETUP.read(given)


def test_every_key_is_told_of() -> None:
    good = {"items": [], "customers": [], "vendors": [], "quirk": "none", "maintenance": [], "jobs": {}}
    numbers = {"time_scale": 1, "missing_if_match": 400, "etag_stale": 409, "same_key": 409, "page_size": 200,
               "posting_s": 0, "etag_storm_s": 0, "batch_commits": 0}  # fmt: skip
    flags = {"unique_external_doc": True, "webhook_handshake": False, "webhooks_expire": True}
    SETUP.read({**good, **numbers, **flags})
    assert ABOUT.keys() == {**good, **numbers, **flags}.keys()
