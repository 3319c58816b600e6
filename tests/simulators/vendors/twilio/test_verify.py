"""Verify: one code per recipient, its limits, its end."""

from typing import Any

import pytest

from brownout_simulators.vendors.twilio.verify import default_service_sid, simulated_code
from tests.simulators.vendors.twilio.bench import SID, TO, TwilioBench
from tests.support.vendor_bench import Answer

CODE = TO[-6:]


class Verifying(TwilioBench):
    """With a service."""

    def __init__(self, **fields: Any) -> None:
        super().__init__()
        sid = self.form("POST", "/v2/Services", FriendlyName="shop", **fields).json["sid"]
        self.service = f"/v2/Services/{sid}"

    def start(self, **fields: Any) -> Answer:
        return self.form("POST", f"{self.service}/Verifications", **{"To": TO, "Channel": "sms", **fields})

    def check(self, code: str = CODE, **fields: Any) -> Answer:
        return self.form("POST", f"{self.service}/VerificationCheck", **({"To": TO, "Code": code} | fields))


def test_a_wrong_code_is_an_answer_the_right_one_approves_and_then_it_is_gone() -> None:
    bench = Verifying()
    started = bench.start()
    assert (started.status, started.json["status"], started.json["valid"]) == (201, "pending", False)
    wrong = bench.check("000000")
    assert (wrong.status, wrong.json["valid"], wrong.json["status"]) == (200, False, "pending")
    right = bench.check()
    assert (right.json["valid"], right.json["status"]) == (True, "approved")
    again = bench.check()
    assert (again.status, again.json["code"]) == (404, 20404)


def test_starting_again_sends_the_same_verification_again_also_by_another_channel() -> None:
    bench = Verifying()
    first, second = bench.start().json, bench.start(Channel="call").json
    assert first["sid"] == second["sid"]
    assert [attempt["channel"] for attempt in second["send_code_attempts"]] == ["SMS", "CALL"]
    assert [row["route"] for row in bench.effects()] == ["twilio.verification"] * 2


def test_the_sixth_code_in_ten_minutes_is_refused_and_not_sent() -> None:
    bench = Verifying()
    assert [bench.start().status for _ in range(6)] == [201] * 5 + [429]
    assert bench.start().json["code"] == 60203
    assert len(bench.effects()) == 5
    bench.pass_time(601)
    assert bench.start().status == 201


def test_the_sixth_check_is_refused() -> None:
    bench = Verifying()
    bench.start()
    assert [bench.check("000000").status for _ in range(6)] == [200] * 5 + [429]
    assert bench.check().json["code"] == 60202


def test_a_verification_expires_after_ten_minutes_and_the_next_one_is_new() -> None:
    bench = Verifying()
    first = bench.start().json["sid"]
    bench.pass_time(600)
    assert bench.check().json["code"] == 20404
    assert bench.start().json["sid"] != first


def test_a_verification_is_found_by_sid_and_by_recipient() -> None:
    bench = Verifying()
    sid = bench.start().json["sid"]
    for name in (sid, TO.replace("+", "%2B")):
        assert bench.send("GET", f"{bench.service}/Verifications/{name}").json["sid"] == sid
    assert bench.check(To="", VerificationSid=sid).json["status"] == "approved"
    assert bench.send("GET", f"{bench.service}/Verifications/{sid}").status == 404


def test_a_verification_can_be_cancelled() -> None:
    bench = Verifying()
    sid = bench.start().json["sid"]
    assert bench.form("POST", f"{bench.service}/Verifications/{sid}", Status="maybe").json["code"] == 60200
    assert bench.form("POST", f"{bench.service}/Verifications/{sid}", Status="canceled").json["status"] == "canceled"
    assert bench.check().status == 404


@pytest.mark.parametrize("fields", [{"To": "nobody"}, {"Channel": "pigeon"}, {"CustomCode": "x"}])
def test_a_parameter_that_cannot_be_is_refused(fields: dict[str, str]) -> None:
    assert Verifying().start(**fields).json["code"] == 60200


def test_a_check_needs_a_code_and_whose_it_is() -> None:
    bench = Verifying()
    assert bench.check("").json["code"] == 60200
    assert bench.check(To="").json["code"] == 60200
    assert bench.check().json["code"] == 20404


def test_a_custom_code_replaces_the_simulated_one() -> None:
    bench = Verifying(CustomCodeEnabled="true")
    bench.start(CustomCode="4711")
    assert bench.check().json["valid"] is False
    assert bench.check("4711").json["valid"] is True


def test_the_simulated_code_is_the_recipients_last_digits() -> None:
    assert simulated_code("+15005550006", 4) == "0006"
    assert simulated_code("a@b.example", 6) == "123456"


def test_services_are_made_read_changed_and_removed() -> None:
    bench = Verifying()
    assert bench.form("POST", bench.service, FriendlyName="new").json["friendly_name"] == "new"
    assert bench.send("GET", bench.service).json["friendly_name"] == "new"
    assert bench.send("DELETE", bench.service).status == 204
    assert bench.send("GET", bench.service).status == 404
    assert bench.form("POST", "/v2/Services").json["code"] == 60200
    assert bench.form("POST", "/v2/Services", FriendlyName="x", CodeLength="3").json["code"] == 60200


@pytest.mark.parametrize(("code", "status"), [("123", 400), ("1234", 200), ("1" * 10, 200), ("1" * 11, 400)])
def test_a_code_has_four_to_ten_characters_and_one_of_another_length_is_no_try(code: str, status: int) -> None:
    bench = Verifying()
    bench.start()
    answers = [bench.check(code) for _ in range(5)]
    assert {answer.status for answer in answers} == {status}
    if status == 400:
        assert answers[0].json["code"] == 60200
        assert bench.check(TO[-6:]).json["valid"] is True


@pytest.mark.parametrize("length", ["3", "11", "six", "-4", "²", "9" * 5000])
def test_the_length_of_a_services_codes_is_within_bounds(length: str) -> None:
    bench = Verifying()
    assert bench.form("POST", bench.service, CodeLength=length).json["code"] == 60200
    assert bench.form("POST", bench.service, CodeLength="4", CustomCodeEnabled="true").json["code_length"] == 4
    bench.start()
    assert bench.check(TO[-4:]).json["valid"] is True


def test_every_account_has_a_default_service() -> None:
    bench = TwilioBench()
    answer = bench.form("POST", f"/v2/Services/{default_service_sid(SID)}/Verifications", To=TO, Channel="sms")
    assert answer.status == 201
