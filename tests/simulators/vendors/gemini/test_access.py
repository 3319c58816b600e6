"""Keys, bodies, queries: what is let in, and how the others are told."""

from typing import Any

import pytest

from tests.simulators.vendors.gemini.bench import BLANK, PLAIN, GeminiBench

GENERATE = f"/v1/models/{PLAIN}:generateContent"


def _details(answer: Any) -> dict[str, Any]:
    return {each["@type"].rpartition(".")[2]: each for each in answer.json["error"].get("details", [])}


def test_a_bad_key_is_400_with_its_reason_in_two_forms() -> None:
    for bench in (GeminiBench(key="nonsense"), GeminiBench(key="gemini_test_")):
        answer = bench.generate()
        assert (answer.status, answer.json["error"]["status"]) == (400, "INVALID_ARGUMENT")
        details = _details(answer)
        assert details["ErrorInfo"]["reason"] == "API_KEY_INVALID"
        assert details["ErrorInfo"]["metadata"] == {"service": "generativelanguage.googleapis.com"}
        assert details["LocalizedMessage"]["message"] == answer.json["error"]["message"]
        assert bench.effects() == []


def test_no_key_is_403_and_an_oauth_token_401() -> None:
    bench = GeminiBench(key="")
    assert (bench.generate().status, bench.generate().json["error"]["status"]) == (403, "PERMISSION_DENIED")
    answer = bench.ask("POST", GENERATE, BLANK, authorization="Bearer ya29.x")
    assert (answer.status, answer.json["error"]["status"]) == (401, "UNAUTHENTICATED")


def test_a_key_may_stand_in_the_query_and_opens_the_same_project() -> None:
    bench = GeminiBench()
    bench.generate()
    key, bench.key = bench.key, ""
    assert bench.ask("POST", f"{GENERATE}?key={key}", BLANK).status == 200
    assert {row["account"] for row in bench.effects()} == {"shop"}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"{", "Unexpected end of string."),
        (b'{"contents": nope}', "Unexpected token.\n"),
        (b"[]", 'Unknown name "": Root element must be a message.'),
        (b'"x"', "Root element must be a message."),
        (b"\xff\xfe", "Unexpected token."),
    ],
)
def test_what_is_no_json_object_is_400_in_the_front_ends_words(body: bytes, words: str) -> None:
    answer = GeminiBench().ask("POST", GENERATE, body)
    error = answer.json["error"]
    assert (answer.status, error["status"]) == (400, "INVALID_ARGUMENT")
    assert error["message"].startswith("Invalid JSON payload received. ")
    assert words in error["message"]
    assert _details(answer)["BadRequest"]["fieldViolations"]


def test_a_form_and_an_unknown_parameter_of_the_query_cannot_be_bound() -> None:
    bench = GeminiBench()
    form = bench.ask("POST", GENERATE, b'{"contents":1}', content_type="application/x-www-form-urlencoded")
    query = bench.ask("GET", "/v1/models?page_sise=1")
    for answer in (form, query):
        assert answer.status == 400
        assert "Cannot bind query parameter" in answer.json["error"]["message"]
    assert bench.ask("GET", "/v1/models?page_size=1&prettyPrint=false&alt=json").status == 200


def test_more_than_20_mib_is_400() -> None:
    answer = GeminiBench().ask("POST", GENERATE, b" " * (20 * 1024 * 1024 + 1))
    assert (answer.status, answer.json["error"]["status"]) == (400, "INVALID_ARGUMENT")
    assert "20971520" in answer.json["error"]["message"]


@pytest.mark.parametrize("place", ["header", "query"])
def test_a_key_expires_by_a_fault_wherever_it_stands_and_a_new_one_works(place: str) -> None:
    bench = GeminiBench(key="")
    bench.rule(expire_tokens={"valid_for_s": 5.0})

    def status(key: str) -> int:
        if place == "query":
            return bench.ask("GET", f"/v1/models?key={key}").status
        return bench.ask("GET", "/v1/models", x_goog_api_key=key).status

    assert status("gemini_test_old") == 200
    bench.pass_time(6.0)
    assert [status("gemini_test_old"), status("gemini_test_new")] == [400, 200]
