"""`brownout intercept`: unmodified clients that believe they talk to the real host."""

import json
import re
import socket
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from websockets.sync.client import connect

from brownout_harness.problems import BAD_INPUT
from brownout_simulators.vendors import load_vendor
from tests.support.commands import brownout_here
from tests.support.intercepted import Behind, intercepting, lines_of, node, sdk_python
from tests.support.processes import descendants, eventually, is_running
from tests.support.served import Served

pytestmark = pytest.mark.real

LIVE = "sk_" + "live_" + "0123456789abcdef"


class Orders(BaseHTTPRequestHandler):
    """A service of the application's own, on this machine."""

    seen: list[str] = []
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.seen.append(self.path)
        self.send_response(200)
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *args: Any) -> None:
        """Said by nobody."""


@pytest.fixture(scope="module")
def orders() -> Iterator[int]:
    """Its port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Orders)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_port
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("intercept")


@pytest.fixture(scope="module")
def behind(folder: Path, orders: int) -> Iterator[Behind]:
    """One for all: what it starts takes seconds."""
    faults = (
        f"{{host: '127.0.0.1:{orders}', match: GET /refused, respond: {{status: 503, retry_after: 7s}}}}",
        f"{{host: '127.0.0.1:{orders}', match: GET /lost, drop_after_effect: {{}}}}",
        "{vendor: stripe, match: GET /v1/balance, drop_before_effect: {}}",
        "{vendor: openai, match: POST /v1/chat/completions, stall: {for: 60s}}",
    )
    words = [word for fault in faults for word in ("--fault", fault)]
    words += ["--host", "crm.shop.internal=sales", "--record", "profile.json"]
    with intercepting("stripe", "openai", "twilio", "supabase", "sales", *words, cwd=folder) as found:
        yield found


def test_what_is_printed_leads_there_and_holds_no_address_of_a_simulator(behind: Behind) -> None:
    assert urlsplit(behind.environment["HTTPS_PROXY"]).hostname == "127.0.0.1"
    assert behind.environment["STRIPE_API_KEY"].startswith("sk_test_")
    assert not any(name.endswith(("_API_BASE", "_BASE_URL")) for name in behind.environment)


def test_stripe_in_python_believes_that_it_talks_to_stripe(behind: Behind) -> None:
    program = (
        "import os, stripe\n"
        "client = stripe.StripeClient(os.environ['STRIPE_API_KEY'])\n"
        "made = client.v1.payment_intents.create(params={'amount': 1200, 'currency': 'usd'})\n"
        "print(stripe.api_base, made.amount, client.v1.payment_intents.retrieve(made.id).id == made.id)\n"
    )
    assert lines_of(behind.run(sdk_python(), "-P", "-c", program)) == ["https://api.stripe.com 1200 True"]


def test_a_client_in_python_that_heeds_no_proxy_is_led_by_the_name(behind: Behind) -> None:
    """As DocuSign's does, and aiohttp."""
    program = (
        "import os, urllib3\n"
        "key = os.environ['STRIPE_API_KEY']\n"
        "asked = urllib3.PoolManager().request('GET', 'https://api.stripe.com/v1/customers',\n"
        "    headers={'Authorization': 'Bearer ' + key})\n"
        "print(asked.status, asked.json()['url'])\n"
    )
    assert lines_of(behind.run(sdk_python(), "-P", "-c", program)) == ["200 /v1/customers"]


def test_openai_in_python_gets_a_stream_piece_by_piece(behind: Behind) -> None:
    """The second half never comes, so what is printed was passed on before the answer was over."""
    program = (
        "import openai\n"
        "client = openai.OpenAI(timeout=4.0, max_retries=0)\n"
        "asked = [{'role': 'user', 'content': 'hello'}]\n"
        "pieces = 0\n"
        "try:\n"
        "    for piece in client.chat.completions.create(model='gpt-4o-mini', messages=asked, stream=True):\n"
        "        pieces += 1\n"
        "except Exception as error:\n"
        "    print(client.base_url.host, pieces > 3, 'imed out' in str(error) or type(error).__name__)\n"
    )
    assert lines_of(behind.run(sdk_python(), "-P", "-c", program)) == ["api.openai.com True True"]


def test_libraries_for_node_with_agents_of_their_own_and_with_fetch_are_led_there(behind: Behind) -> None:
    program = (
        "import Stripe from 'stripe'; import OpenAI from 'openai'; import twilio from 'twilio';\n"
        "const e = process.env;\n"
        "const made = await new Stripe(e.STRIPE_API_KEY).customers.create({name: 'x'});\n"
        "const models = await new OpenAI().models.list();\n"
        "const sent = await twilio(e.TWILIO_ACCOUNT_SID, e.TWILIO_AUTH_TOKEN).messages\n"
        "  .create({to: '+14155550123', from: e.TWILIO_FROM, body: 'x'});\n"
        "console.log(made.id.slice(0, 4), models.data.length > 0, sent.sid.slice(0, 2));\n"
    )
    ended = behind.run(node(), "--input-type=module", "-e", program)
    assert lines_of(ended) == ["cus_ true SM"]


def test_websockets_in_node_are_led_there_and_what_goes_past_the_proxy_finds_no_real_host(behind: Behind) -> None:
    program = (
        "import dns from 'node:dns'; import WebSocket from 'ws';\n"
        "const url = 'wss://abc.supabase.co/realtime/v1/websocket?vsn=1.0.0&apikey=' + process.env.SUPABASE_ANON_KEY;\n"
        "const opened = new WebSocket(url);\n"
        "const asked = {topic: 'phoenix', event: 'heartbeat', payload: {}, ref: '1'};\n"
        "opened.on('open', () => opened.send(JSON.stringify(asked)));\n"
        "opened.on('message', (said) => { console.log(JSON.parse(said).payload.status); opened.close(); });\n"
        "dns.lookup('api.twilio.com', (error) => console.log(error.message.split(': ').pop()));\n"
    )
    ended = behind.run(node(), "--input-type=module", "-e", program)
    assert sorted(lines_of(ended)) == ["ok", "this client heeds no HTTPS_PROXY"]


def curl(behind: Behind, *words: str) -> tuple[int, str]:
    """Status and body; 0 where there was no answer."""
    ended = behind.run("curl", "-sS", "-w", "\n%{http_code}", *words, check=False)
    body, _, status = ended.stdout.rpartition("\n")
    return int(status), body


def test_curl_is_led_there_by_what_is_printed(behind: Behind) -> None:
    status, body = curl(behind, "https://api.stripe.com/v1/customers", "-u", behind.environment["STRIPE_API_KEY"] + ":")
    assert (status, json.loads(body)["url"]) == (200, "/v1/customers")


def test_a_connection_that_the_vendor_ends_is_ended_and_not_answered_by_the_proxy(behind: Behind) -> None:
    key = behind.environment["STRIPE_API_KEY"]
    assert curl(behind, "--http1.1", "https://api.stripe.com/v1/balance", "-u", f"{key}:") == (0, "")


def test_a_websocket_is_opened_through_it(behind: Behind) -> None:
    trusting = ssl.create_default_context(cafile=behind.environment["SSL_CERT_FILE"])
    key = behind.environment["SUPABASE_ANON_KEY"]
    url = f"wss://abc.supabase.co/realtime/v1/websocket?apikey={key}&vsn=1.0.0"
    with connect(url, ssl=trusting, proxy=behind.environment["HTTPS_PROXY"]) as opened:
        opened.send(json.dumps({"topic": "phoenix", "event": "heartbeat", "payload": {}, "ref": "1"}))
        assert json.loads(opened.recv(timeout=10))["payload"]["status"] == "ok"


def test_a_name_of_ones_own_leads_to_the_vendor_that_it_was_said_for(behind: Behind) -> None:
    status, body = curl(behind, "https://crm.shop.internal/api/v2/orders")
    assert (status, json.loads(body)["type"]) == (401, "urn:pyxis:problem:token-missing")


def test_whose_host_is_no_vendors_is_refused_with_one_line(behind: Behind) -> None:
    assert curl(behind, "https://example.com/") == (
        502,
        "brownout: example.com is refused: only the vendors' hosts and this machine's own addresses are let through\n",
    )


def test_what_is_no_http_goes_nowhere(behind: Behind) -> None:
    at = urlsplit(behind.environment["HTTPS_PROXY"])
    with socket.create_connection((at.hostname, at.port), timeout=10) as opened:
        opened.sendall(b"CONNECT mail.example.com:25 HTTP/1.1\r\nhost: mail.example.com:25\r\n\r\n")
        assert b" 200 " in opened.recv(1000)
        opened.sendall(b"EHLO shop.test\r\n\r\n")
        assert b"502" in (answer := opened.recv(1000)) or b"400" in answer


def test_a_live_key_is_refused(behind: Behind) -> None:
    status, body = curl(behind, "https://api.stripe.com/v1/customers", "-H", f"Authorization: Bearer {LIVE}")
    assert (status, "a live key is refused" in body) == (401, True)


def test_this_machine_is_passed_on_with_the_faults_that_are_for_it(behind: Behind, orders: int) -> None:
    at = f"http://127.0.0.1:{orders}"
    Orders.seen.clear()
    assert curl(behind, f"{at}/good") == (200, "ok")
    assert curl(behind, f"{at}/refused") == (503, "503 Service Unavailable")
    assert curl(behind, f"{at}/lost") == (0, "")
    assert Orders.seen == ["/good", "/lost"], "what is lost was done before"


def test_the_end_leaves_nothing_running_a_profile_without_secrets_and_a_log_of_what_was_refused(
    behind: Behind, folder: Path
) -> None:
    """The last one: it ends what the others use."""
    curl(behind, "https://api.stripe.com/v1/customers/cus_Anna", "-u", behind.environment["STRIPE_API_KEY"] + ":")
    below = descendants(behind.process.pid)
    assert len(below) == 4, "simulators and mitmproxy, each under its warden"
    errors = behind.end()
    assert behind.process.returncode == 0
    eventually(lambda: not any(map(is_running, below)))
    assert "example.com is refused" in errors
    assert re.search(r"intercept\.2 struck GET 127\.0\.0\.1:\d+/lost at \d+\.\d s", errors)
    text = (folder / "profile.json").read_text()
    (own,) = [row for row in json.loads(text)["routes"] if "host" in row]
    assert own["statuses"] == {"200": 1}, "what a fault struck on the way was not measured"
    rows = {row["route"]: row for row in json.loads(text)["routes"] if row.get("vendor") == "stripe"}
    assert rows["POST /v1/payment_intents"]["statuses"] == {"200": 1}
    assert len(rows["POST /v1/payment_intents"]["latency_ms"]) == 1
    assert rows["GET /v1/customers/{id}"]["statuses"] == {"404": 1}
    assert not any(word in text + errors for word in (LIVE, "cus_Anna", behind.environment["STRIPE_API_KEY"]))


def test_simulators_that_serve_already_are_used(tmp_path: Path) -> None:
    with Served(load_vendor("stripe")).up() as stripe, intercepting("--at", stripe.url, cwd=tmp_path) as found:
        curl(
            found,
            "https://api.stripe.com/v1/customers",
            "-u",
            f"{found.environment['STRIPE_API_KEY']}:",
            "-d",
            "name=x",
        )
        assert [row["route"] for row in stripe.do(lambda: list(stripe.simulator.ledger.rows()))] == [
            "POST /v1/customers"
        ]


def test_a_port_that_is_taken_is_said_before_anything_starts(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = brownout_here("intercept", "--port", str(port), cwd=tmp_path)
    assert ended.exit_code == BAD_INPUT
    assert ended.error == f"error: port {port} is taken; end what uses it, or choose another with --port"


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["strype"], "did you mean stripe?"),
        (["stripe", "--at", "http://127.0.0.1:1"], "leave the vendors out"),
        (["--at", "http://127.0.0.1:1"], "no simulator answers there"),
        (["--at", "https://api.stripe.com"], "--at"),
        (["--host", "vault"], "HOST=VENDOR"),
        (["--fault", "latency"], "{vendor: NAME, latency: 2s}"),
        (["--fault", "{host: localhost, latency: -2s}"], "at least 0s"),
        (["--fault", "{host: localhost, truncate: {}}"], "inside of a vendor"),
        (["--fault", "{host: example.com, latency: 2s}"], "nothing is passed on there"),
        (["--record", "nowhere/profile.json"], "no folder"),
        (["--pass", LIVE], "live key"),
    ],
)
def test_what_cannot_be_is_one_line_before_anything_starts(arguments: list[str], why: str, tmp_path: Path) -> None:
    ended = brownout_here("intercept", *arguments, cwd=tmp_path)
    assert ended.exit_code == BAD_INPUT
    assert why in ended.error
    assert LIVE not in ended.errors


def test_a_vendor_that_is_not_there_gets_no_fault_and_no_name(tmp_path: Path) -> None:
    fault = brownout_here("intercept", "stripe", "--fault", "{vendor: twilio, latency: 2s}", cwd=tmp_path)
    assert "twilio is not among stripe" in fault.error
    name = brownout_here("intercept", "stripe", "--host", "crm.test=sales", cwd=tmp_path)
    assert "sales is not among stripe" in name.error
