"""Connect: what the simulator sends is genuine, and nothing else is."""

import pytest

from brownout_core.adapters.docusign_connect import read_event, verify_connect
from brownout_core.errors import SignatureInvalid
from brownout_simulators.agenda import OutgoingWebhook
from brownout_simulators.vendors.docusign.keys import hmac_key, label_of
from tests.simulators.vendors.docusign.bench import QUICK, DocusignBench


def told(keys: int = 1) -> tuple[list[OutgoingWebhook], list[str]]:
    """What is told of an envelope, and the account's keys."""
    bench = DocusignBench(hmac_keys=keys, **QUICK)
    bench.listen()
    bench.envelope()
    bench.pass_time(20)
    label = label_of(bench.environment["DOCUSIGN_INTEGRATION_KEY"])
    return bench.webhooks, [hmac_key(label, nth) for nth in range(keys)]


def lowered(webhook: OutgoingWebhook) -> dict[str, str]:
    return {name.lower(): value for name, value in webhook.headers.items()}


def test_any_of_the_keys_on_either_side_will_do() -> None:
    webhooks, keys = told(keys=3)
    for secrets in (keys, keys[:1], keys[2:], ["an old one", keys[1]]):
        assert verify_connect(webhooks[0].body, lowered(webhooks[0]), secrets)["event"] == "envelope-sent"


def test_each_event_has_an_id_that_is_its_own_and_stays_so() -> None:
    webhooks, keys = told()
    ids = [verify_connect(each.body, lowered(each), keys)["id"] for each in webhooks]
    assert len(set(ids)) == len(ids) == 6
    assert ids == [verify_connect(each.body, lowered(each), keys)["id"] for each in webhooks]


@pytest.mark.parametrize("spoil", ["key", "body", "re-encoded", "none", "empty", "odd"])
def test_what_is_not_signed_by_a_key_of_ours_is_refused(spoil: str) -> None:
    (webhook, *_), keys = told()
    body, headers = webhook.body, lowered(webhook)
    if spoil == "key":
        keys = ["another"]
    elif spoil == "body":
        body = body.replace(b"envelope-sent", b"envelope-void")
    elif spoil == "re-encoded":
        body = body.replace(b":", b": ")
    elif spoil == "none":
        headers = {"x-docusign-signature": headers["x-docusign-signature-1"]}
    elif spoil == "empty":
        headers["x-docusign-signature-1"] = ""
    else:
        headers["x-docusign-signature-1"] = "é" * 5_000
    with pytest.raises(SignatureInvalid, match="no signature matches"):
        verify_connect(body, headers, keys)


@pytest.mark.parametrize("body", [b"<xml/>", b"[]", b"{}", b'{"data": 7}'])
def test_what_is_signed_and_no_event_is_refused(body: bytes) -> None:
    from brownout_simulators.vendors.docusign.webhooks import signatures

    headers = {name.lower(): value for name, value in signatures(["key"], body).items()}
    with pytest.raises(SignatureInvalid, match="the body is not"):
        verify_connect(body, headers, ["key"])


def envelope(event: str = "envelope-completed", **changes: object) -> dict[str, object]:
    fields = {"textCustomFields": [{"name": "operationId", "value": "op-1"}]}
    data = {"envelopeId": "env-1", "envelopeSummary": {"status": "sent", "customFields": fields}, **changes}
    return {"event": event, "data": data}


def test_an_event_says_what_an_envelope_is_by_its_name_whatever_the_summary_says() -> None:
    news = read_event(envelope())
    assert news is not None
    assert (news.about, news.event, news.state, news.says) == (
        "op-1", "envelope-completed", "completed", {"envelope": "env-1"},
    )  # fmt: skip


def step(state: str) -> int:
    news = read_event(envelope(f"envelope-{state}"))
    assert news is not None
    return news.step


def test_an_envelope_moves_from_sent_to_delivered_to_one_of_its_ends() -> None:
    assert step("sent") < step("delivered") < step("completed") == step("declined") == step("voided")


@pytest.mark.parametrize(
    "event",
    [
        envelope("recipient-completed"),
        envelope("envelope-purge"),
        envelope(envelopeSummary=None),
        envelope(envelopeSummary={"customFields": {"textCustomFields": [{"name": "other", "value": "op-1"}]}}),
        envelope(envelopeId=None),
        {"event": "envelope-completed", "data": None},
        {"event": None, "data": {}},
    ],
)
def test_what_says_nothing_of_an_envelope_of_ours_is_no_news(event: dict[str, object]) -> None:
    assert read_event(event) is None
