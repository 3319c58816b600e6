"""A call without its secrets."""

from typing import Any

import pytest

from brownout_harness.real.console.masking import Masking

KNOWN = "AIzaSy-known-by-heart"


def masked(**changes: Any) -> dict[str, Any]:
    request = {"method": "POST", "path": "/v1/x", "query": "", "headers": {}, "body": "", "size": 0}
    answer = {"status": 200, "headers": {}, "body": "", "size": 0}
    return Masking([KNOWN]).call({"seq": 1, "request": {**request, **changes}, "answer": answer})


@pytest.mark.parametrize(
    "name", ["authorization", "x-goog-api-key", "apikey", "cookie", "x-vault-token", "stripe-signature", "X-Api-Key"]
)
def test_a_header_that_holds_a_credential_is_hidden(name: str) -> None:
    assert masked(headers={name: "anything"})["request"]["headers"] == {name: "[hidden]"}


def test_other_headers_stay() -> None:
    headers = {"content-type": "application/json", "idempotency-key": "order-1"}
    assert masked(headers=headers)["request"]["headers"] == headers


def test_a_known_credential_is_hidden_wherever_it_stands() -> None:
    said = masked(
        path=f"/v1/{KNOWN}", query=f"a=1&key={KNOWN}", headers={"x-other": KNOWN}, body='{"note": "' + KNOWN + '"}'
    )
    assert KNOWN not in str(said)
    assert "a=1" in said["request"]["query"]


@pytest.mark.parametrize("query", ["key=zzz", "client_secret=zzz", "x=1&apikey=zzz", "access_token=zzz"])
def test_a_parameter_that_holds_a_credential_is_hidden(query: str) -> None:
    assert "zzz" not in masked(query=query)["request"]["query"]


@pytest.mark.parametrize(
    "body",
    ['{"user": {"password": "zzz"}}', '[{"client_secret": "zzz"}]', "grant=x&client_secret=zzz", '{"secret": "zzz"'],
)
def test_a_secret_in_a_body_is_hidden_also_where_the_body_is_cut_or_a_form(body: str) -> None:
    assert "zzz" not in masked(body=body)["request"]["body"]


def test_an_answer_is_masked_too() -> None:
    request = {"method": "GET", "path": "/", "query": "", "headers": {}, "size": 0, "body": ""}
    answer = {"status": 200, "headers": {"set-cookie": "a"}, "body": '{"access_token": "zzz"}', "size": 9}
    said = Masking([]).call({"request": request, "answer": answer})["answer"]
    assert (said["headers"]["set-cookie"], "zzz" in said["body"]) == ("[hidden]", False)


def test_a_body_that_is_no_text_is_left_as_it_is() -> None:
    request = {"method": "PUT", "path": "/", "query": "", "headers": {}, "size": 2, "body_base64": "//4="}
    answer = {"status": 200, "headers": {}, "body": "", "size": 0}
    assert Masking([]).call({"request": request, "answer": answer})["request"]["body_base64"] == "//4="
