"""The console's HTTP."""

import http.client
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from brownout_harness.real.console.server import BODY_BYTES, STREAMS_AT_ONCE
from brownout_harness.real.console.web_console import WebConsole
from tests.harness.real.console.conftest import Street
from tests.support.processes import eventually

pytestmark = pytest.mark.real


@pytest.fixture
def console(street: Street) -> Iterator[str]:
    made = WebConsole()
    made.over(street.processes)
    yield made.start(0)
    made.stop()


def ask(
    url: str, method: str, path: str, body: Any = None, **headers: str
) -> tuple[int, bytes, http.client.HTTPMessage]:
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=10)
    raw = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
    try:
        connection.request(method, path, raw, {name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        return answer.status, answer.read(), answer.headers
    finally:
        connection.close()


def token_of(url: str) -> str:
    found = re.search(r'name="brownout-token" content="([\w-]+)"', ask(url, "GET", "/")[1].decode())
    assert found is not None
    return found[1]


def ours(url: str) -> dict[str, str]:
    return {"Origin": url, "X_Brownout_Token": token_of(url)}


def test_the_page_names_only_its_own_files_and_every_answer_forbids_the_rest(console: str) -> None:
    status, page, headers = ask(console, "GET", "/")
    files = re.findall(r'(?:src|href)="(/[^"]+)"', page.decode())
    assert (status, files) == (200, ["/static/console.css", "/static/main.js"])
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert b"<script>" not in page
    for file in files:
        status, content, headers = ask(console, "GET", file)
        assert (status, bool(content), headers["X-Content-Type-Options"]) == (200, True, "nosniff")


@pytest.mark.parametrize(
    "path", ["/static/page.html.template", "/static/../server.py", "/static/nothing.js", "/x", "/mail/a"]
)
def test_nothing_else_is_served(console: str, path: str) -> None:
    assert ask(console, "GET", path)[0] == 404


def test_a_request_under_a_rebound_name_gets_nothing(console: str) -> None:
    for path in ("/", "/events", "/api/state", "/static/main.js"):
        assert ask(console, "GET", path, Host="evil.example")[0] == 403


def test_another_sites_page_changes_nothing(console: str, street: Street) -> None:
    fault = {"respond": {"status": 503}}
    path = "/api/vendors/stripe/faults"
    token = token_of(console)
    attempts = [
        ask(console, "POST", path, fault),
        ask(console, "POST", path, fault, Origin=console),
        ask(console, "POST", path, fault, Origin="http://evil.example", X_Brownout_Token=token),
        ask(console, "POST", path, fault, Origin="http://127.0.0.1:3000", X_Brownout_Token=token),
        ask(console, "POST", path, fault, Origin=console, X_Brownout_Token=token, Sec_Fetch_Site="same-site"),
        ask(console, "POST", path, fault, Origin="http://evil.example", X_Brownout_Token=token, Host="evil.example"),
    ]
    assert [status for status, _, _ in attempts] == [403] * 6
    # Without our leave no browser sends a request with a header of ours: what it asks first is refused as well.
    preflight = {"Origin": "http://evil.example", "Access_Control_Request_Headers": "x-brownout-token"}
    status, _, headers = ask(console, "OPTIONS", path, **preflight)
    assert (status, headers.get("Access-Control-Allow-Origin")) == (501, None)
    assert street.at(street.payments).ask("GET", "faults") == {"faults": []}


def test_our_own_page_changes_what_is_in_force(console: str, street: Street) -> None:
    status, _, _ = ask(console, "POST", "/api/vendors/stripe/faults", {"id": "a/b", "hang": {}}, **ours(console))
    assert (status, [each["id"] for each in street.at(street.payments).ask("GET", "faults")["faults"]]) == (
        200,
        ["a/b"],
    )
    assert ask(console, "DELETE", "/api/vendors/stripe/faults/a%2Fb", **ours(console))[0] == 200
    assert street.at(street.payments).ask("GET", "faults") == {"faults": []}


@pytest.mark.parametrize(
    ("body", "status"), [(b"{", 400), (b"[]", 400), (b"[" * 60_000, 400), (b" " * (BODY_BYTES + 1), 413)]
)
def test_a_body_that_cannot_be_is_refused(console: str, body: bytes, status: int) -> None:
    assert ask(console, "POST", "/api/vendors/stripe/faults", body, **ours(console))[0] == status


def test_a_mails_html_comes_as_a_document_that_can_do_nothing(console: str, street: Street) -> None:
    evil = "<script>parent.document.title = 'owned'</script><p style='color: teal'>hello</p>"
    mail = {"from": "a@sim.test", "to": ["b@sim.test"], "subject": "<script>", "html": evil}
    key = street.mails.simulator.vendor.test_key("default")
    sent = ask(street.mails.url, "POST", "/emails", mail, Authorization=f"Bearer {key}", User_Agent="t")
    message = json.loads(sent[1])["id"]
    status, html, headers = ask(console, "GET", f"/mail/resend/{message}")
    policy = headers["Content-Security-Policy"]
    assert (status, html.decode()) == (200, evil)
    assert {"sandbox", "default-src 'none'", "img-src data:", "frame-ancestors 'self'"} <= set(policy.split("; "))
    assert "script-src" not in policy
    assert ask(console, "GET", "/mail/resend/nothing")[0] == 404


def test_so_many_pages_may_be_open_and_one_that_is_closed_makes_room(console: str) -> None:
    host = console.removeprefix("http://")
    open_ones = []
    for _ in range(STREAMS_AT_ONCE):
        connection = http.client.HTTPConnection(host, timeout=10)
        connection.request("GET", "/events")
        answer = connection.getresponse()
        assert answer.readline() == b"event: hello\n"
        open_ones.append((connection, answer))
    assert ask(console, "GET", "/events")[0] == 503
    for connection, answer in open_ones:
        answer.close()
        connection.close()
    eventually(lambda: _opens(host))


def _opens(host: str) -> bool:
    connection = http.client.HTTPConnection(host, timeout=10)
    try:
        connection.request("GET", "/events")
        with connection.getresponse() as answer:
            return answer.status == 200
    finally:
        connection.close()
