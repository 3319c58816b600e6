"""What DocuSign's objects look like. All values are texts, numbers and truth values too."""

from typing import Any, Final

import orjson

from brownout_simulators.call import Reply
from brownout_simulators.vendors.docusign.errors import JSON
from brownout_simulators.vendors.docusign.ids import guid_of
from brownout_simulators.vendors.docusign.keys import USER_EMAIL, USER_NAME, account_id, user_id
from brownout_simulators.vendors.docusign.resources import DocusignAccount, Envelope, Object, Version

KINDS: Final = ("signers", "carbonCopies", "certifiedDeliveries")
"""Of recipients, by the name of their list: who signs, who gets a copy, who has to open it."""
ALL_KINDS: Final = ("agents", "carbonCopies", "certifiedDeliveries", "editors", "inPersonSigners", "intermediaries",
                    "seals", "signers", "witnesses")  # fmt: skip
_ONE_PAGE: Final = [{"sequence": "1", "height": "842", "width": "612", "dpi": "72"}]
HIDDEN: Final = frozenset({"kind", "tabs"})


def reply(status: int, body: Any) -> Reply:
    """JSON."""
    return Reply(status, orjson.dumps(body), dict(JSON))


def restapi(account: DocusignAccount, path: str = "") -> str:
    """Where the account is, under the host."""
    return f"/restapi/v2.1/accounts/{account_id(account.name)}{path}"


def sender(account: DocusignAccount) -> Object:
    """The user that the application acts for."""
    return {
        "userName": USER_NAME,
        "userId": user_id(account.name),
        "accountId": account_id(account.name),
        "email": USER_EMAIL,
    }


def envelope_row(account: DocusignAccount, envelope: Envelope, version: Version) -> Object:
    """As a list shows it."""
    base = f"/envelopes/{envelope.id}"
    row: Object = {
        "envelopeId": envelope.id,
        "envelopeUri": base,
        "documentsUri": f"{base}/documents",
        "documentsCombinedUri": f"{base}/documents/combined",
        "recipientsUri": f"{base}/recipients",
        "customFieldsUri": f"{base}/custom_fields",
        "notificationUri": f"{base}/notification",
        "certificateUri": f"{base}/documents/summary",
        "templatesUri": f"{base}/templates",
        "attachmentsUri": f"{base}/attachments",
        "createdDateTime": envelope.created,
        "is21CFRPart11": "false",
        "signingLocation": "online",
        "sender": sender(account),
    }
    if envelope.transaction_id:
        row["transactionId"] = envelope.transaction_id
    row |= version.header
    row["customFields"], row["notification"] = version.custom_fields, version.notification
    return row


def whole_envelope(account: DocusignAccount, envelope: Envelope, version: Version, included: frozenset[str]) -> Object:
    """As it is read, with what was asked for besides."""
    row = envelope_row(account, envelope, version)
    if included & {"recipients", "tabs"}:
        row["recipients"] = recipients_of(version, with_tabs="tabs" in included)
    if "documents" in included:
        row["envelopeDocuments"] = documents_of(envelope)
    return row


def summary(envelope: Envelope) -> Reply:
    """What a new envelope is answered with. Nothing in it has to be escaped."""
    header = envelope.now.header
    body = (
        f'{{"envelopeId":"{envelope.id}","uri":"/envelopes/{envelope.id}",'
        f'"statusDateTime":"{header["statusChangedDateTime"]}","status":"{header["status"]}"}}'
    )
    return Reply(201, body.encode(), dict(JSON))


def recipients_of(version: Version, *, with_tabs: bool = False) -> Object:
    """All of them, by kind; and whose turn it is."""
    lists: Object = {kind: [] for kind in ALL_KINDS}
    for one in version.recipients:
        lists[one["kind"]].append(recipient_row(one, with_tabs=with_tabs))
    waiting = [int(one["routingOrder"]) for one in version.recipients if one["status"] in {"sent", "delivered"}]
    orders = [int(one["routingOrder"]) for one in version.recipients]
    current = min(waiting) if waiting else max(orders, default=1) if _are_done(version) else min(orders, default=1)
    return {**lists, "recipientCount": str(len(version.recipients)), "currentRoutingOrder": str(current)}


def _are_done(version: Version) -> bool:
    return all(one["status"] == "completed" for one in version.recipients)


def recipient_row(one: Object, *, with_tabs: bool = False) -> Object:
    """One of them."""
    row = {name: value for name, value in one.items() if name not in HIDDEN}
    if with_tabs and one["kind"] == "signers":
        row["tabs"] = one.get("tabs", {})
    return row


def documents_of(envelope: Envelope) -> list[Object]:
    """Those that were uploaded, and the certificate that the vendor adds."""
    base = f"/envelopes/{envelope.id}/documents"
    rows = [
        {
            "documentId": one.id,
            "documentIdGuid": guid_of("document", envelope.id, one.id),
            "name": one.name,
            "type": "content",
            "uri": f"{base}/{one.id}",
            "order": one.order,
            "pages": _ONE_PAGE,
            "display": "inline",
            "includeInDownload": "true",
            "signerMustAcknowledge": "no_interaction",
        }
        for one in envelope.documents
    ]
    summary_row = {
        "documentId": "certificate",
        "name": "Summary",
        "type": "summary",
        "uri": f"{base}/certificate",
        "order": "999",
        "pages": _ONE_PAGE,
        "display": "inline",
        "includeInDownload": "true",
        "signerMustAcknowledge": "no_interaction",
    }
    return [*rows, summary_row]
