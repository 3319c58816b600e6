"""The newest calls, whole."""

import pytest

from brownout_simulators import call_log
from tests.simulators.driving import Driver


def logging(keep: int = 10) -> Driver:
    till = Driver()
    till.simulator.calls.resize(keep)
    return till


def test_nothing_is_kept_until_somebody_asks_for_it() -> None:
    till = Driver()
    till.send()
    assert len(till.simulator.calls) == 0


def test_a_call_is_kept_under_the_number_of_its_row_as_it_came_and_as_it_went_out() -> None:
    till = logging()
    sending = till.send("POST", "/v1/charges?x=1", {"amount": 250}, operation="op-1")
    (row,) = till.requests()
    found = till.simulator.calls.find(row["seq"])
    assert found is not None
    said = found.as_json()
    request, answer = said["request"], said["answer"]
    assert (request["method"], request["path"], request["query"]) == ("POST", "/v1/charges", "x=1")
    assert (request["body"], request["headers"]["x-correlation-id"]) == ('{"amount": 250}', "op-1")
    assert (answer["status"], answer["body"].encode(), answer["is_cut"]) == (200, sending.body, False)


def test_of_an_answer_that_never_went_out_there_is_nothing() -> None:
    till = logging()
    sending = till.handled(till.simulator.handle(till.call()))
    till.simulator.sent(sending, chunks=0, left=True)
    found = till.simulator.calls.find(till.requests()[0]["seq"])
    assert found is not None
    assert (found.answer_body, found.size) == (b"", 15)


def test_only_the_newest_are_kept_and_switching_it_off_forgets_them() -> None:
    till = logging(keep=2)
    for number in range(3):
        till.send(operation=f"op-{number}")
    assert [each.headers["x-correlation-id"] for each in till.simulator.calls.newest(9)] == ["op-2", "op-1"]
    till.simulator.calls.resize(0)
    assert (len(till.simulator.calls), till.simulator.calls.bytes) == (0, 0)


def test_large_bodies_are_cut_and_all_of_them_together_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(call_log, "BODY_BYTES", 100)
    monkeypatch.setattr(call_log, "ALL_BYTES", 500)
    till = logging()
    for _ in range(10):
        till.send("POST", "/v1/charges", b'{"amount": 1, "note": "' + "é".encode() * 200 + b'"}')
    said = next(till.simulator.calls.newest(1)).as_json()["request"]
    assert (said["is_cut"], said["size"]) == (True, 425)
    assert said["body"].startswith('{"amount": 1, "note": "éé')
    assert 0 < till.simulator.calls.bytes <= 500


def test_a_body_that_is_no_text_is_told_in_base64() -> None:
    till = logging()
    till.send("POST", "/v1/charges", b"\xff\xfe")
    assert next(till.simulator.calls.newest(1)).as_json()["request"]["body_base64"] == "//4="


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/v1/charges", {"authorization": "Bearer sk_live_abcdefghijklmnop"}),
        ("/v1/nowhere", {"x-api-key": "rk_live_abcdefghijklmnop"}),
        ("/v1/charges?key=sk%5flive_abcdefghijklmnop", {}),
    ],
)
def test_a_call_with_a_live_looking_credential_is_not_kept(path: str, headers: dict[str, str]) -> None:
    till = logging()
    till.send("POST", path, headers=headers)
    assert len(till.requests()) == 1
    assert len(till.simulator.calls) == 0


def test_a_reset_forgets_them_and_goes_on_keeping() -> None:
    till = logging()
    till.send()
    till.simulator.reset()
    assert (len(till.simulator.calls), till.simulator.calls.bytes) == (0, 0)
    till.send()
    assert len(till.simulator.calls) == 1


@pytest.mark.parametrize("keep", [-1, call_log.KEEP_LIMIT + 1])
def test_how_many_are_kept_has_a_bound(keep: int) -> None:
    with pytest.raises(ValueError, match="keep: 0 to 2000"):
        Driver().simulator.calls.resize(keep)
