"""Codes and links: asked for, sent, answered, too old, PKCE."""

import base64
import hashlib
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.simulators.vendors.supabase.auth.bench import ADA, SECRET, AuthBench, refusal
from tests.support.vendor_bench import Answer

VERIFIER = "v" * 64
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
PKCE = {"code_challenge": CHALLENGE, "code_challenge_method": "s256"}


def followed(answer: Answer) -> tuple[dict[str, str], dict[str, str]]:
    """What a link leads on with: in the query, and behind the `#`."""
    assert answer.status == 303
    parts = urlsplit(answer.headers["location"])
    read = [{name: values[0] for name, values in parse_qs(text).items()} for text in (parts.query, parts.fragment)]
    return read[0], read[1]


def link(bench: AuthBench, kind: str, **more: Any) -> dict[str, Any]:
    """A link, asked for by the service."""
    answer = bench.admin("POST", "admin/generate_link", {"type": kind, "email": ADA, **more})
    assert answer.status == 200, answer.json
    found: dict[str, Any] = answer.json
    return found


def test_a_code_by_mail_signs_in_once_and_makes_a_user_where_there_is_none() -> None:
    bench = AuthBench()
    assert bench.ask("POST", "otp", {"email": ADA}).json == {}
    (mail,) = bench.told("supabase.email")
    assert mail["references"] == f'{{"to": "{ADA}"}}'
    answer = bench.ask("POST", "verify", {"type": "email", "email": ADA, "token": "424242"})
    assert answer.json["user"]["email"] == ADA
    assert refusal(bench.ask("POST", "verify", {"type": "email", "email": ADA, "token": "424242"})) == (
        403,
        "otp_expired",
    )
    assert len(bench.told("supabase.user")) == len(bench.told("supabase.session")) == 1


def test_a_code_that_is_wrong_or_old_signs_nobody_in() -> None:
    bench = AuthBench()
    bench.ask("POST", "otp", {"email": ADA})
    asked = {"type": "email", "email": ADA, "token": "000000"}
    assert refusal(bench.ask("POST", "verify", asked)) == (403, "otp_expired")
    bench.pass_time(3_601)
    assert refusal(bench.ask("POST", "verify", asked | {"token": "424242"})) == (403, "otp_expired")
    assert bench.told("supabase.session") == []


def test_nobody_is_made_where_that_is_not_wanted_and_nothing_is_sent() -> None:
    bench = AuthBench()
    assert refusal(bench.ask("POST", "otp", {"email": ADA, "create_user": False})) == (422, "otp_disabled")
    assert bench.effects() == []


def test_recovery_tells_nobody_who_is_there() -> None:
    bench = AuthBench()
    assert (bench.ask("POST", "recover", {"email": ADA}).json, bench.effects()) == ({}, [])
    bench.sign_up()
    assert bench.ask("POST", "recover", {"email": ADA}).json == {}
    assert len(bench.told("supabase.email")) == 1
    assert refusal(bench.ask("POST", "recover", {"email": ADA})) == (429, "over_email_send_rate_limit")
    session = bench.ask("POST", "verify", {"type": "recovery", "email": ADA, "token": "424242"})
    assert session.status == 200


def test_a_code_that_is_not_fixed_is_drawn_and_is_no_secret_of_the_books() -> None:
    bench = AuthBench()
    bench.admin("POST", "admin/users", {"email": "bob@example.com", "email_confirm": True})
    answer = bench.admin("POST", "admin/generate_link", {"type": "magiclink", "email": "bob@example.com"}).json
    assert answer["email_otp"].isdecimal()
    assert len(answer["email_otp"]) == 6
    assert bench.told("supabase.email") == []
    bench.pass_time(61)
    bench.ask("POST", "otp", {"email": "bob@example.com"})
    assert answer["email_otp"] not in str(bench.effects())
    by_hash = {"type": "magiclink", "token_hash": answer["hashed_token"]}
    assert refusal(bench.ask("POST", "verify", by_hash)) == (403, "otp_expired")  # a newer one was sent


def test_a_link_leads_on_with_a_session_behind_the_hash() -> None:
    bench = AuthBench()
    bench.sign_up()
    found = link(bench, "magiclink", redirect_to="http://127.0.0.1:5173/in?x=1")
    target = found["action_link"].removeprefix("http://bench.localhost")
    keyless = {"apikey": "", "authorization": ""}
    query, fragment = followed(bench.send("GET", target, headers=keyless))
    assert query == {"x": "1"}
    assert fragment["type"] == "magiclink"
    assert bench.ask("GET", "user", token=fragment["access_token"]).json["email"] == ADA
    assert bench.refresh(fragment["refresh_token"]).status == 200
    _, told = followed(bench.send("GET", target, headers=keyless))
    assert (told["error"], told["error_code"]) == ("access_denied", "otp_expired")


def test_a_link_leads_to_the_site_and_to_this_machine_only() -> None:
    bench = AuthBench(site_url="https://app.example.com")
    bench.sign_up()
    assert link(bench, "magiclink", redirect_to="https://evil.example.net/")["redirect_to"] == "https://app.example.com"
    assert link(bench, "recovery", redirect_to="https://app.example.com/x")["redirect_to"].endswith("/x")


def test_pkce_turns_a_links_code_and_the_verifier_into_a_session_once() -> None:
    bench = AuthBench()
    bench.sign_up()
    bench.ask("POST", "otp", {"email": ADA, **PKCE})
    hashed = next(iter(_codes(bench)))
    assert hashed.startswith("pkce_")
    query, _ = followed(bench.ask("GET", f"verify?token={hashed}&type=magiclink"))
    exchange = {"auth_code": query["code"], "code_verifier": VERIFIER}
    wrong = bench.ask("POST", "token?grant_type=pkce", exchange | {"code_verifier": "w" * 64})
    assert refusal(wrong) == (400, "bad_code_verifier")
    assert bench.ask("POST", "token?grant_type=pkce", exchange).json["user"]["email"] == ADA
    assert refusal(bench.ask("POST", "token?grant_type=pkce", exchange)) == (404, "flow_state_not_found")


def test_a_flow_expires() -> None:
    bench = AuthBench()
    bench.sign_up()
    bench.ask("POST", "recover", {"email": ADA, **PKCE})
    query, _ = followed(bench.ask("GET", f"verify?token={next(iter(_codes(bench)))}&type=recovery"))
    bench.pass_time(301)
    exchange = {"auth_code": query["code"], "code_verifier": VERIFIER}
    assert refusal(bench.ask("POST", "token?grant_type=pkce", exchange)) == (422, "flow_state_expired")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 400, "validation_failed"),
        ({"type": "email"}, 400, "validation_failed"),
        ({"type": "email", "token": "1"}, 400, "validation_failed"),
        ({"type": "nonsense", "token": "1", "email": ADA}, 400, "validation_failed"),
        ({"type": "email", "token": "1", "token_hash": "x"}, 400, "validation_failed"),
        ({"type": "email", "token_hash": "x", "email": ADA}, 400, "validation_failed"),
        ({"type": "sms", "token_hash": "x"}, 400, "validation_failed"),
        ({"type": "email", "token_hash": "x"}, 403, "otp_expired"),
        ({"type": "sms", "token": "1", "phone": "15550001111"}, 403, "otp_expired"),
    ],
)
def test_what_cannot_be_verified(body: dict[str, Any], status: int, code: str) -> None:
    assert refusal(AuthBench().ask("POST", "verify", body)) == (status, code)


def test_a_confirmation_is_sent_again_only_to_whom_it_is_owed() -> None:
    bench = AuthBench(autoconfirm=False)
    asked = {"type": "signup", "email": ADA}
    assert bench.ask("POST", "resend", asked).json == {}
    assert bench.effects() == []
    bench.sign_up()
    assert refusal(bench.ask("POST", "resend", asked)) == (429, "over_email_send_rate_limit")
    bench.pass_time(61)
    bench.ask("POST", "resend", asked)
    assert len(bench.told("supabase.email")) == 2
    bench.ask("POST", "verify", {"type": "signup", "email": ADA, "token": "424242"})
    bench.pass_time(61)
    bench.ask("POST", "resend", asked)
    assert len(bench.told("supabase.email")) == 2
    assert refusal(bench.ask("POST", "resend", {"type": "magiclink", "email": ADA})) == (400, "validation_failed")


def test_an_invited_user_comes_in_by_the_link_and_has_no_password_before() -> None:
    bench = AuthBench(autoconfirm=False)
    invited = bench.admin("POST", "invite", {"email": ADA, "data": {"team": "x"}})
    assert invited.json["invited_at"]
    assert [row["references"] for row in bench.told("supabase.email")] == [f'{{"to": "{ADA}"}}']
    assert refusal(bench.sign_in()) == (400, "invalid_credentials")
    session = bench.ask("POST", "verify", {"type": "invite", "email": ADA, "token": "424242"}).json
    bench.ask("PUT", "user", {"password": SECRET}, token=session["access_token"])
    assert bench.sign_in().status == 200
    assert refusal(bench.admin("POST", "invite", {"email": ADA})) == (422, "email_exists")


def _codes(bench: AuthBench) -> dict[str, str]:
    """The hashes of the codes that are under way."""
    found: dict[str, str] = bench.simulator._shared.worlds.of(bench.project).account.state.auth.by_hash
    return found
