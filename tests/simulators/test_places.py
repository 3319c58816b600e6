"""Where in a call the caller's operation id may stand."""

from collections.abc import Mapping
from typing import Any

import pytest

from brownout_simulators.call import Call
from brownout_simulators.places import Place, texts_of


def call(data: Mapping[str, Any] | None = None, **parts: Any) -> Call:
    made = Call("POST", "/", parts.get("query", ""), parts.get("headers", {}), b"", 0.0)
    made.data, made.params = data or {}, parts.get("params", {})
    return made


MESSAGE = {"Body": "Hello! Order op-7 is on its way", "StatusCallback": "https://shop.test/sms?kind=a&order=op-7"}


@pytest.mark.parametrize(
    ("place", "given"),
    [
        ("header.X-Op", call(headers={"x-op": "op-7"})),
        ("query.order", call(query="a=b&order=op-7")),
        ("path.id", call(params={"id": "op-7"})),
        ("body.metadata.order", call({"metadata": {"order": "op-7"}})),
        ("callback.order", call(MESSAGE)),
        ("callback.order", call({"deeper": {"hook": "http://x/?order=op-7"}})),
        (r"body.Body: Order (\S+)", call(MESSAGE)),
        (r"callback.order: (op-\d)", call({"StatusCallback": "http://x/?order=is-op-7"})),
    ],
)
def test_an_id_is_read_where_it_is_said_to_be(place: str, given: Call) -> None:
    assert Place(place).of_call(given) == "op-7"
    assert Place(place).of_call(call()) == ""


@pytest.mark.parametrize(
    ("place", "data"),
    [
        (r"body.Body: Parcel (\S+)", MESSAGE),
        ("callback.order", {"StatusCallback": "http://[broken?order=op-7"}),
        ("callback.order", {"StatusCallback": "not an address?order=op-7"}),
        ("callback.order", {"StatusCallback": "http://x/?" + "&".join(["order=op-7"] * 200)}),
        ("body.Body", {"Body": ["op-7"]}),
    ],
)
def test_what_is_not_there_is_no_id(place: str, data: Mapping[str, Any]) -> None:
    assert Place(place).of_call(call(data)) == ""


def test_what_a_vendor_stored_is_read_in_the_same_way() -> None:
    stored = {"callback.order": "op-7", "description": "Order op-7"}
    assert Place("callback.order").of_stored(stored) == "op-7"
    assert Place(r"body.description: Order (\S+)").of_stored(stored) == "op-7"
    assert Place("header.x-op").of_stored(stored) == ""


@pytest.mark.parametrize("text", ["order", "cookie.x", "body.", "body", "", "body.a: ", r"body.a: \S+", "body.a: ("])
def test_what_is_no_place_is_refused_with_what_may_be_written(text: str) -> None:
    with pytest.raises(ValueError, match="write "):
        Place(text)


def test_what_a_call_says_is_told_by_place_without_credentials() -> None:
    said = texts_of(
        call(
            {"Body": "hi", "deep": {"er": "x"}, "client_secret": "no", "hook": "http://x/?order=7"},
            headers={"x-op": "7", "authorization": "Bearer no", "cookie": "no"},
            query="a=b",
            params={"id": "3"},
        )
    )
    assert said == {
        "header.x-op": "7",
        "query.a": "b",
        "path.id": "3",
        "body.Body": "hi",
        "body.deep.er": "x",
        "body.hook": "http://x/?order=7",
        "callback.order": "7",
    }
