"""The list of addresses that nothing is sent to."""

from typing import Any

import pytest

from tests.simulators.vendors.resend.bench import ResendBench, refusal


def test_an_address_is_added_found_by_id_and_by_itself_listed_and_removed() -> None:
    bench = ResendBench()
    bench.listen()
    made = bench.do("POST", "/suppressions", {"email": "Ada <ADA@sim.test>"})
    for each in (made["id"], "ada@sim.test", "ADA@SIM.TEST"):
        row = bench.do("GET", f"/suppressions/{each}")
        assert (row["email"], row["origin"], row["source_id"]) == ("ada@sim.test", "manual", None)
    assert bench.do("POST", "/suppressions", {"email": "ada@sim.test"}) == made, "there is one of an address"
    bench.mail("bounced@sim.test")
    bench.pass_time(60)
    assert [row["email"] for row in bench.do("GET", "/suppressions")["data"]] == ["bounced@sim.test", "ada@sim.test"]
    assert [row["email"] for row in bench.do("GET", "/suppressions?origin=manual")["data"]] == ["ada@sim.test"]
    assert bench.do("DELETE", "/suppressions/ada@sim.test") == {**made, "deleted": True}
    assert refusal(bench.ask("GET", "/suppressions/ada@sim.test")) == (404, "not_found")
    bench.pass_time(60)
    told = [each for each in bench.told() if each.startswith("suppression")]
    assert told == ["suppression.added", "suppression.added", "suppression.removed"]


def test_several_are_added_and_removed_at_once() -> None:
    bench = ResendBench()
    added = bench.do("POST", "/suppressions/batch/add", {"emails": ["a@sim.test", "b@sim.test", "a@sim.test"]})
    ids = [row["id"] for row in added["data"]]
    assert len(set(ids)) == 2
    assert ids[0] == ids[2]
    gone = bench.do("POST", "/suppressions/batch/remove", {"emails": ["a@sim.test", "none@sim.test", "a@sim.test"]})
    assert [row["id"] for row in gone["data"]] == [ids[0]]
    assert bench.do("POST", "/suppressions/batch/remove", {"ids": [ids[1]]})["data"][0]["deleted"] is True
    assert bench.do("GET", "/suppressions")["data"] == []


@pytest.mark.parametrize(
    ("method", "path", "body", "name"),
    [
        ("POST", "/suppressions", {}, "missing_required_field"),
        ("POST", "/suppressions", {"email": "x"}, "validation_error"),
        ("POST", "/suppressions/batch/add", {"emails": []}, "validation_error"),
        ("POST", "/suppressions/batch/add", {"emails": ["x"] * 101}, "validation_error"),
        ("POST", "/suppressions/batch/remove", {"emails": ["a@sim.test"], "ids": ["b"]}, "validation_error"),
        ("POST", "/suppressions/batch/remove", {}, "validation_error"),
        ("GET", "/suppressions?origin=spite", None, "validation_error"),
    ],
)
def test_what_cannot_be_is_refused(method: str, path: str, body: Any, name: str) -> None:
    assert refusal(ResendBench().ask(method, path, body)) == (422, name)
