"""Envelopes: made, read, sent, voided, changed, purged."""

from collections.abc import Mapping
from typing import Any, Final

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Reply
from brownout_simulators.vendor import Route
from brownout_simulators.vendors.docusign import definitions as read
from brownout_simulators.vendors.docusign.access import query_of
from brownout_simulators.vendors.docusign.connect import own_listener
from brownout_simulators.vendors.docusign.errors import invalid, refuse
from brownout_simulators.vendors.docusign.ids import is_guid, new_guid
from brownout_simulators.vendors.docusign.instants import written
from brownout_simulators.vendors.docusign.keys import USER_NAME
from brownout_simulators.vendors.docusign.locks import require_unlocked
from brownout_simulators.vendors.docusign.people import Happening, expire_later, send, void
from brownout_simulators.vendors.docusign.resources import (
    NO_FIELDS,
    TRANSACTION_S,
    TRANSITIONS,
    Document,
    DocusignAccount,
    Envelope,
    Object,
    State,
    Version,
    site_of,
)
from brownout_simulators.vendors.docusign.shapes import reply, summary, whole_envelope
from brownout_simulators.vendors.docusign.templates import filled

ENVELOPES: Final = "/restapi/v2.1/accounts/{accountId}/envelopes"
ENVELOPE: Final = f"{ENVELOPES}/{{envelopeId}}"
DELETED_AFTER_S: Final = 14 * 86_400.0
"""From a purge on."""
_LONGEST_BLURB: Final = 10_000


def of_call(call: Call, account: DocusignAccount) -> Envelope:
    """The envelope that the path names."""
    envelope = account.state.envelopes.get(call.params["envelopeId"].lower())
    if envelope is None:
        raise refuse("ENVELOPE_DOES_NOT_EXIST")
    return envelope


def seen(call: Call, account: DocusignAccount) -> tuple[Envelope, Version]:
    """The envelope, and the version that this read sees."""
    envelope = of_call(call, account)
    version = envelope.as_of(account)
    if version is None:
        raise refuse("ENVELOPE_DOES_NOT_EXIST")
    return envelope, version


def create(call: Call, account: Account[State]) -> Reply:
    """POST /envelopes: a draft (`created`), or sent at once. Nothing makes it idempotent but `transaction_dedupe`."""
    state, site = account.state, site_of(account)
    given, extra = filled(call.data, account)
    transaction_id = read.transaction(given)
    if site.transaction_dedupe and (earlier := by_transaction(account, transaction_id)):
        return summary(earlier[0])
    envelope = built(given, account, transaction_id, extra)
    status = read.text(given, "status").lower() or "created"
    if status not in {"created", "sent"}:
        raise refuse("INVALID_REQUEST_PARAMETER", "status must be created or sent.")
    if status == "sent":
        require_complete(envelope, envelope.now.header, account)
    state.add(envelope)
    envelope.note(account.wall_s(), "Registered", USER_NAME, "created")
    if status == "created":
        return summary(envelope)
    happening = Happening(account, envelope)
    send(happening)
    notices = happening.done()
    envelope.versions[0] = envelope.now  # made and sent at one instant, it was never seen as a draft
    answer = summary(envelope)
    answer.effects, answer.notices = happening.effects, notices
    return answer


def built(
    given: Mapping[str, Any], account: DocusignAccount, transaction_id: str, documents: tuple[Document, ...] = ()
) -> Envelope:
    """A draft that is nowhere yet."""
    envelope_id = new_guid(account)
    is_draft = read.text(given, "status").lower() != "sent"
    limit = site_of(account).recipient_limit
    people = read.recipients(read.an_object(given, "recipients"), envelope_id, limit, is_draft=is_draft)
    fields = read.custom_fields(read.an_object(given, "customFields"), envelope_id)
    now = written(account.wall_s())
    header: Object = {
        "status": "created",
        "emailSubject": read.text(given, "emailSubject", read.LONGEST_SUBJECT),
        "emailBlurb": read.text(given, "emailBlurb", _LONGEST_BLURB),
        "statusChangedDateTime": now,
        "lastModifiedDateTime": now,
        "purgeState": "unpurged",
        "customFields": None if fields is NO_FIELDS else fields,
        "notification": None,
    }
    if asked := read.an_object(given, "notification"):
        header["notification"] = read.notification(asked)
        if days := read.expiry_days(asked):
            header["expireAfter"] = str(days)
    return Envelope(
        envelope_id,
        now,
        transaction_id,
        [Version(account.clock(), header, tuple(people))],
        documents + read.documents(read.objects(given, "documents")),
        read.references(transaction_id, fields),
        own_listener(given),
    )


def require_complete(envelope: Envelope, header: Mapping[str, Any], account: DocusignAccount) -> None:
    """What is sent has a subject, a document, somebody to send it to; and the plan has room for it."""
    version = envelope.now
    if not header["emailSubject"]:
        raise refuse("ENVELOPE_IS_INCOMPLETE", "The envelope has no email subject.")
    if not envelope.documents:
        raise refuse("ENVELOPE_IS_INCOMPLETE", "The envelope has no document.")
    if not version.recipients:
        raise refuse("ENVELOPE_IS_INCOMPLETE", "The envelope has no recipient.")
    nobody = next((one["recipientId"] for one in version.recipients if not one["name"] or not one["email"]), None)
    if nobody is not None:
        raise refuse("ENVELOPE_IS_INCOMPLETE", f"The recipient {nobody} has no name or no email address.")
    quota = site_of(account).envelope_quota
    if quota and account.state.sent >= quota:
        raise refuse("ENVELOPE_SEND_LIMIT_EXCEEDED")


def by_transaction(account: DocusignAccount, transaction_id: str) -> list[Envelope]:
    """Those of a transactionId, the oldest first, for as long as it is known."""
    state, now_s = account.state, account.clock()
    found = (state.envelopes.get(each) for each in state.by_transaction.get(transaction_id.lower(), ()))
    return [each for each in found if each is not None and now_s - each.versions[0].at_s <= TRANSACTION_S]


def fetch(call: Call, account: Account[State]) -> Reply:
    """GET /envelopes/{envelopeId}, with what `include` names."""
    envelope, version = seen(call, account)
    included = frozenset(part.strip() for part in query_of(call).get("include", "").split(","))
    return reply(200, whole_envelope(account, envelope, version, included))


def update(call: Call, account: Account[State]) -> Reply:
    """PUT /envelopes/{envelopeId}: void it, send a draft, purge its documents, or change a draft's words."""
    envelope = of_call(call, account)
    require_unlocked(call, account, envelope)
    status = read.text(call.data, "status").lower()
    purge = read.text(call.data, "purgeState")
    happening = Happening(account, envelope)
    if purge:
        _purge(happening, purge)
    elif status == "voided":
        reason = read.text(call.data, "voidedReason", 200)
        if not reason:
            raise refuse("INVALID_REQUEST_PARAMETER", "voidedReason is missing.")
        if "voided" not in TRANSITIONS[envelope.status]:
            raise refuse("ENVELOPE_CANNOT_VOID_INVALID_STATE")
        void(happening, reason)
    elif status in {"", "sent", "created", "deleted"}:
        _change_draft(call, happening, status)
    else:
        raise refuse("INVALID_REQUEST_PARAMETER", f"An envelope is not made {status} by its sender.")
    if query_of(call).get("resend_envelope", "").lower() == "true" and not status and not purge:
        resend(happening)
    notices = happening.done()
    answer = reply(200, {"envelopeId": envelope.id})
    answer.effects, answer.notices = happening.effects, notices
    return answer


def resend(happening: Happening) -> None:
    """Whose turn it is get their mail once more."""
    for one in happening.envelope.now.recipients:
        if one["status"] in {"sent", "delivered"} and "clientUserId" not in one:
            happening.mail(one)
            happening.tell("recipient-resent", one)
    happening.tell("envelope-resent")


def _change_draft(call: Call, happening: Happening, status: str) -> None:
    envelope, account = happening.envelope, happening.account
    words = {
        name: read.text(call.data, name, longest)
        for name, longest in (("emailSubject", read.LONGEST_SUBJECT), ("emailBlurb", _LONGEST_BLURB))
        if name in call.data
    }
    if words and envelope.status != "created":
        raise refuse("ENVELOPE_INVALID_STATUS")
    happening.note(**words)
    if status in {"sent", "deleted"}:
        if status not in TRANSITIONS[envelope.status]:
            raise refuse("ENVELOPE_INVALID_STATUS")
        if status == "deleted":
            happening.move("deleted")
            return
        require_complete(envelope, happening.header, account)
        send(happening)


def _purge(happening: Happening, purge: str) -> None:
    envelope, account = happening.envelope, happening.account
    if purge not in {"documents_queued", "documents_and_metadata_queued"}:
        raise refuse(
            "INVALID_REQUEST_PARAMETER", "purgeState must be documents_queued or documents_and_metadata_queued."
        )
    if envelope.status not in {"completed", "declined", "voided"}:
        raise refuse("ENVELOPE_CANNOT_BE_PURGED")
    happening.note(purgeState=purge)
    happening.tell("envelope-purge")

    def step() -> None:
        account.state.let_documents_go(envelope)
        gone = Happening(account, envelope)
        gone.note(purgeState="documents_purged")
        gone.done()

    account.later(DELETED_AFTER_S, step)


def notification(call: Call, account: Account[State]) -> Reply:
    """GET /envelopes/{envelopeId}/notification."""
    _, version = seen(call, account)
    return reply(200, version.notification)


def change_notification(call: Call, account: Account[State]) -> Reply:
    """PUT …/notification: reminders, and when it expires."""
    envelope = of_call(call, account)
    require_unlocked(call, account, envelope)
    if not TRANSITIONS[envelope.status]:
        raise refuse("ENVELOPE_INVALID_STATUS")
    happening = Happening(account, envelope)
    said = read.notification(call.data)
    happening.note(notification=said)
    envelope.expiry += 1
    if days := read.expiry_days(call.data):
        happening.note(expireAfter=str(days), expireDateTime=expire_later(account, envelope, days))
    notices = happening.done()
    answer = reply(200, said)
    answer.notices = notices
    return answer


def custom_fields(call: Call, account: Account[State]) -> Reply:
    """GET …/custom_fields."""
    _, version = seen(call, account)
    return reply(200, version.custom_fields)


def change_custom_fields(call: Call, account: Account[State]) -> Reply:
    """POST and PUT …/custom_fields: those of a new name are added, of a known one changed."""
    envelope = of_call(call, account)
    require_unlocked(call, account, envelope)
    given = read.custom_fields(call.data, f"{envelope.id}{len(envelope.versions)}")
    merged: Object = {}
    for kind, group in envelope.now.custom_fields.items():
        rows = {one["name"]: one for one in group}
        rows.update({one["name"]: {**rows.get(one["name"], {}), **one} for one in given[kind]})
        merged[kind] = list(rows.values())
    happening = Happening(account, envelope)
    happening.note(customFields=merged)
    happening.done()
    envelope.references = read.references(envelope.transaction_id, merged)
    return reply(201 if call.method == "POST" else 200, given)


def audit_events(call: Call, account: Account[State]) -> Reply:
    """GET …/audit_events: what was done to it, oldest first."""
    envelope, _ = seen(call, account)
    rows = [
        {
            "eventFields": [
                {"name": "logTime", "value": written(wall_s)},
                {"name": "Source", "value": "api"},
                {"name": "UserName", "value": who},
                {"name": "Action", "value": action},
                {"name": "EnvelopeId", "value": envelope.id},
                {"name": "EnvelopeStatus", "value": status},
            ]
        }
        for wall_s, action, who, status in envelope.audit
    ]
    return reply(200, {"auditEvents": rows})


def require_guids(texts: list[str], name: str) -> list[str]:
    """Ids of a list, in lower case."""
    if not all(is_guid(each) for each in texts):
        raise invalid(f"{name} must be GUIDs.")
    return [each.lower() for each in texts]


ROUTES: Final[tuple[Route[State], ...]] = (
    Route("POST", ENVELOPES, create),
    Route("GET", ENVELOPE, fetch),
    Route("PUT", ENVELOPE, update),
    Route("GET", f"{ENVELOPE}/notification", notification),
    Route("PUT", f"{ENVELOPE}/notification", change_notification),
    Route("GET", f"{ENVELOPE}/custom_fields", custom_fields),
    Route("POST", f"{ENVELOPE}/custom_fields", change_custom_fields),
    Route("PUT", f"{ENVELOPE}/custom_fields", change_custom_fields),
    Route("GET", f"{ENVELOPE}/audit_events", audit_events),
)
