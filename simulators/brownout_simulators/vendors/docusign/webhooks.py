"""What Connect sends: which events, to whom, what they say, by which keys they are signed, how often they are tried.

The default is the JSON SIM mode: each event once, in order. In aggregate mode what happens at one instant is one event,
with the state of the envelope as it is then.
"""

import base64
import hmac
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any, Final

import orjson

from brownout_simulators.account import Account
from brownout_simulators.call import Notice
from brownout_simulators.vendor import NO_ANSWER, Terms, WebhookRules
from brownout_simulators.vendors.docusign.instants import written
from brownout_simulators.vendors.docusign.keys import account_id, hmac_key, user_id
from brownout_simulators.vendors.docusign.resources import (
    Configuration,
    DocusignAccount,
    Envelope,
    Failure,
    Object,
    State,
    Version,
    site_of,
)
from brownout_simulators.vendors.docusign.shapes import envelope_row, recipients_of, restapi

ENVELOPE_EVENTS: Final = tuple(
    f"envelope-{name}"
    for name in ("sent", "delivered", "completed", "declined", "voided", "resent", "corrected", "purge", "deleted")
)
RECIPIENT_EVENTS: Final = tuple(
    f"recipient-{name}"
    for name in ("sent", "delivered", "completed", "declined", "authenticationfailed", "autoresponded", "resent")
)
EVENTS: Final = (*ENVELOPE_EVENTS, *RECIPIENT_EVENTS)
ATTEMPTS: Final = 45
TIMEOUT_S: Final = 100.0
FIRST_S: Final = 15.0
LONGEST_S: Final = 86_400.0
_GAPS_S: Final = (0.0, *(min(LONGEST_S, FIRST_S * 2**number) for number in range(ATTEMPTS - 1)))
SCHEDULE_S: Final = tuple(accumulate(_GAPS_S))
UNACKNOWLEDGED: Final = "#requireAcknowledgment=false"
"""Stands behind a receiver's address where any answer counts as one. What is behind the hash is never sent."""


def told(
    account: DocusignAccount, envelope: Envelope, version: Version, events: Sequence[tuple[str, Object | None]]
) -> list[Notice]:
    """The notices of what happened at one instant, (event, whose recipient it is of): for each configuration that wants
    them. In aggregate mode the last one stands for all of them."""
    found = []
    for configuration in listeners(account, envelope):
        wanted = [event for event in events if configuration.wants(event[0])]
        if configuration.shown["mode"] == "aggregate":
            wanted = wanted[-1:]
        for event, recipient in wanted:
            payload = _payload(account, configuration, envelope, event, recipient)
            payload["data"] |= _summary(account, configuration, envelope, version)
            found.append(Notice(event, payload, url=address(configuration)))
    return found


def listeners(account: DocusignAccount, envelope: Envelope) -> list[Configuration]:
    """Whom an envelope's events may interest."""
    if not len(account.state.configurations) and envelope.own_listener is None:
        return []
    found = list(account.state.configurations.oldest_first())
    if envelope.own_listener is not None:
        found.append(Configuration("0", envelope.own_listener))
    return found


def address(configuration: Configuration) -> str:
    """Where its events go, on its terms."""
    url: str = configuration.shown["url"]
    return url if configuration.shown["acknowledged"] else url.partition("#")[0] + UNACKNOWLEDGED


def _payload(
    account: DocusignAccount,
    configuration: Configuration,
    envelope: Envelope,
    event: str,
    recipient: Object | None,
) -> Object:
    data: Object = {
        "accountId": account_id(account.name),
        "userId": user_id(account.name),
        "envelopeId": envelope.id,
    }
    if recipient is not None:
        data["recipientId"] = recipient["recipientId"]
    return {
        "event": event,
        "apiVersion": "v2.1",
        "uri": restapi(account, f"/envelopes/{envelope.id}"),
        "retryCount": 0,
        "configurationId": int(configuration.id),
        "generatedDateTime": written(account.wall_s()),
        "data": data,
    }


def _summary(account: DocusignAccount, configuration: Configuration, envelope: Envelope, version: Version) -> Object:
    """The envelope itself, where it was asked for; in aggregate mode always."""
    included = configuration.shown["included"]
    if not included and configuration.shown["mode"] != "aggregate":
        return {}
    row = envelope_row(account, envelope, version)
    if "recipients" in included:
        row["recipients"] = recipients_of(version, with_tabs="tabs" in included)
    if "custom_fields" not in included:
        row.pop("customFields", None)
    if "documents" in included:
        row["envelopeDocuments"] = [
            {"documentId": one.id, "name": one.name, "PDFBytes": base64.b64encode(one.content).decode()}
            for one in envelope.documents
        ]
    return {"envelopeSummary": row}


def signatures(secrets: Sequence[str], body: bytes) -> dict[str, str]:
    """One header for each key that is active."""
    return {
        f"X-DocuSign-Signature-{number}": base64.b64encode(hmac.digest(secret.encode(), body, "sha256")).decode()
        for number, secret in enumerate(secrets, 1)
    }


def _serialise(notice: Notice) -> tuple[str, bytes]:
    return "application/json; charset=utf-8", orjson.dumps(notice.payload)


def _headers(  # noqa: PLR0917 - the engine's signature
    notice: Notice, url: str, body: bytes, secret: str, wall_s: float, attempt: int
) -> Mapping[str, str]:
    del notice, url, wall_s, attempt
    keys = secret.split()
    if not keys:
        return {"User-Agent": "docusign-connect"}
    return {
        "User-Agent": "docusign-connect",
        "X-Authorization-Digest": "HMACSHA256",
        **signatures(keys, body),
    }


def _endpoints(account: Account[Any], notice: Notice) -> Sequence[tuple[str, str]]:
    """The one that the notice is for, and all active keys: every notice names its receiver."""
    if notice.url is None:
        return ()
    number = str(notice.payload["configurationId"])
    configuration = account.state.configurations.get(number)
    if number != "0" and configuration is None:
        return ((notice.url, ""),)  # it was taken away meanwhile
    signs = True if configuration is None else configuration.shown["signs"]
    return ((notice.url, " ".join(active_keys(account)) if signs else ""),)


def active_keys(account: DocusignAccount) -> list[str]:
    """Those that sign, the newest first."""
    return [hmac_key(account.name, nth) for nth in range(site_of(account).hmac_keys)]


def _terms(url: str) -> Terms:
    if url.endswith(UNACKNOWLEDGED):
        # "Any TCP completion counts as delivered" (an integrator's account of Connect): no status is looked at.
        return Terms(SCHEDULE_S, lambda status: status is None or status == NO_ANSWER, TIMEOUT_S)
    return Terms(SCHEDULE_S, Terms().retry_on, TIMEOUT_S)


def _on_result(  # noqa: PLR0917 - the engine's signature
    account: Account[Any], notice: Notice, url: str, attempt: int, status: int | None, final: bool
) -> None:
    """Written down: every attempt in the log, what was given up among the failures."""
    state: State = account.state
    is_delivered = not _terms(url).retry_on(status)
    envelope_id = str(notice.payload["data"]["envelopeId"])
    configuration = str(notice.payload["configurationId"])
    number = account.ids.hexadecimal(32)
    log_id = f"{number[:8]}-{number[8:12]}-{number[12:16]}-{number[16:20]}-{number[20:]}"
    state.logs.add(
        log_id,
        {
            "logId": log_id,
            "accountId": account_id(account.name),
            "connectId": configuration,
            "configUrl": url.partition("#")[0],
            "envelopeId": envelope_id,
            "created": written(account.wall_s()),
            "retryCount": str(attempt - 1),
            "status": "success" if is_delivered else "failed",
            "error": "" if is_delivered else f"the receiver's answer: {status or 'none'}",
            "logUri": restapi(account, f"/connect/logs/{log_id}"),
        },
    )
    if final and not is_delivered:
        state.failures.add(log_id, Failure(log_id, configuration, url, envelope_id, notice, status, account.wall_s()))


WEBHOOKS: Final = WebhookRules(
    serialise=_serialise,
    headers=_headers,
    endpoints=_endpoints,
    schedule_s=SCHEDULE_S,
    timeout_s=TIMEOUT_S,
    terms_of=_terms,
    on_result=_on_result,
)
