"""Webhooks: signed as Standard Webhooks are, tried again for three days."""

import base64
import hashlib
import hmac
import json

from tests.simulators.vendors.openai.bench import OpenAIBench
from tests.simulators.vendors.openai.test_responses import respond


def test_an_event_names_what_has_ended_and_its_signature_verifies() -> None:
    bench = OpenAIBench()
    secret = bench.simulator.listen("a", "http://127.0.0.1:1/hook")
    assert secret.startswith("whsec_")
    made = respond(bench, background=True).json
    bench.pass_time(10.0)
    (webhook,) = bench.webhooks
    event = json.loads(webhook.body)
    assert (event["object"], event["type"], event["data"]) == ("event", "response.completed", {"id": made["id"]})
    headers = {name.lower(): value for name, value in webhook.headers.items()}
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + webhook.body
    digest = hmac.new(base64.b64decode(secret[6:]), signed, hashlib.sha256).digest()
    assert headers["webhook-signature"] == "v1," + base64.b64encode(digest).decode()
    assert headers["webhook-id"] == event["id"]


def test_a_receiver_that_fails_is_told_again() -> None:
    bench = OpenAIBench()
    bench.simulator.listen("a", "http://127.0.0.1:1/hook")
    bench.receiver_status = 500
    respond(bench, background=True)
    bench.pass_time(4 * 86_400.0)
    assert len(bench.webhooks) == 10
    assert len({webhook.body for webhook in bench.webhooks}) == 1
