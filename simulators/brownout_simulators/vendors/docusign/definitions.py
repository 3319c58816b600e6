"""What an envelope is made of, read from the caller's JSON: recipients, tabs, documents, custom fields, expiry."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Any, Final

from brownout_simulators.vendors.docusign.errors import invalid, refuse
from brownout_simulators.vendors.docusign.ids import guid_of, is_guid
from brownout_simulators.vendors.docusign.resources import NO_FIELDS, Document, Object
from brownout_simulators.vendors.docusign.shapes import KINDS

LONGEST_SUBJECT: Final = 100
LONGEST_NAME: Final = 100
MOST_DAYS: Final = 999
_NONE: Final[dict[str, str]] = {}
_OBJECTS: Final = {dict}
_TEXTS: Final = (
    "clientUserId", "roleName", "note", "accessCode", "embeddedRecipientStartURL", "phoneNumber", "firstName",
    "lastName",
)  # fmt: skip


def text(owner: Mapping[str, Any], name: str, longest: int = 10_000) -> str:
    """A member that is a text; numbers and truth values count as theirs, "" where there is none."""
    value = owner.get(name)
    if value is None:
        return ""
    if type(value) is str and len(value) <= longest:
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and abs(value) < 2**53:
        return str(value)
    raise invalid(f"{name} must be a text of at most {longest} characters.")


def objects(owner: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """A member that is a list of objects; empty where there is none."""
    value = owner.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or not {*map(type, value)} <= _OBJECTS:
        raise invalid(f"{name} must be a list of objects.")
    return value


def an_object(owner: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """A member that is an object; empty where there is none."""
    value = owner.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise invalid(f"{name} must be an object.")
    return value


def number(owner: Mapping[str, Any], name: str, default: int, most: int) -> int:
    """A member that is a whole number, as a text or not."""
    value = text(owner, name) if name in owner else ""
    if not value:
        return default
    if not (value.isascii() and value.isdecimal()) or len(value) > 9 or not 0 <= int(value) <= most:
        raise invalid(f"{name} must be a whole number from 0 to {most}.")
    return int(value)


def recipients(given: Mapping[str, Any], envelope_id: str, limit: int, *, is_draft: bool) -> list[Object]:
    """All of them, with their kind. Raises `Refused`."""
    other = [name for name, value in given.items() if isinstance(value, list) and value and name not in KINDS]
    if other:
        raise invalid(f"{', '.join(sorted(other))}: not emulated here; there are {', '.join(KINDS)}.")
    found = [recipient(one, kind, envelope_id, is_draft=is_draft) for kind in KINDS for one in objects(given, kind)]
    if len(found) > limit:
        raise refuse("RECIPIENT_LIMIT_EXCEEDED")
    ids = [one["recipientId"] for one in found]
    if len(set(ids)) < len(ids):
        raise refuse("DUPLICATE_RECIPIENT_ID")
    return found


def recipient(given: Mapping[str, Any], kind: str, envelope_id: str, *, is_draft: bool) -> Object:
    """One of them, as he is written."""
    recipient_id = text(given, "recipientId", 36)
    if not recipient_id:
        raise refuse("INVALID_REQUEST_PARAMETER", "recipientId is missing.")
    email, name = text(given, "email", LONGEST_NAME), text(given, "name", LONGEST_NAME)
    if not is_draft and not name:
        raise refuse("ENVELOPE_IS_INCOMPLETE", f"The recipient {recipient_id} has no name.")
    if (email or not is_draft) and not is_address(email):
        raise refuse(
            "INVALID_EMAIL_ADDRESS_FOR_RECIPIENT", f"The email address of recipient {recipient_id} is invalid."
        )
    row: Object = {
        "kind": kind,
        "recipientId": recipient_id,
        "recipientIdGuid": guid_of("recipient", envelope_id, recipient_id),
        "userId": guid_of("person", email.lower()),
        "name": name,
        "email": email,
        "routingOrder": str(number(given, "routingOrder", 1, 1_000) or 1),
        "status": "created",
        "requireIdLookup": "false",
        "deliveryMethod": "email",
    }
    row |= {member: value for member in _TEXTS if member in given and (value := text(given, member, 500))}
    if kind == "signers":
        found = tabs(an_object(given, "tabs"), envelope_id, recipient_id) if "tabs" in given else {}
        if found:
            row["tabs"] = found
        row["totalTabCount"] = str(sum(map(len, found.values())))
    return row


def is_address(email: str) -> bool:
    """Whether a mail could go there."""
    name, at, host = email.rpartition("@")
    return bool(name and at and "." in host.strip(".")) and email.split() == [email]


def tabs(given: Mapping[str, Any], envelope_id: str, recipient_id: str) -> Object:
    """By kind, as they were given, each with an id."""
    found: Object = {}
    for kind in given:
        group = objects(given, kind)
        if not kind.endswith("Tabs"):
            raise invalid(f"{kind} is no kind of tabs.")
        if group:
            found[kind] = [tab(each, kind, place, envelope_id, recipient_id) for place, each in enumerate(group)]
    return found


def tab(given: Mapping[str, Any], kind: str, place: int, envelope_id: str, recipient_id: str) -> Object:
    """One of them."""
    known = text(given, "tabId", 36)
    row = {name: value for name in given if (value := _plain(given, name)) != ""}
    row["tabId"] = known or guid_of("tab", envelope_id, recipient_id, kind, str(place))
    row["recipientId"] = recipient_id
    return row


def _plain(given: Mapping[str, Any], name: str) -> Any:
    value = given[name]
    if isinstance(value, list | dict):
        return value
    return "" if value is None else value if isinstance(value, float) else text(given, name)


def documents(given: Sequence[Mapping[str, Any]]) -> tuple[Document, ...]:
    """Those that came with an envelope, in base64."""
    found = []
    for place, one in enumerate(given, 1):
        document_id = text(one, "documentId", 36)
        if not document_id:
            raise refuse("INVALID_REQUEST_PARAMETER", "documentId is missing.")
        try:
            content = base64.b64decode(one.get("documentBase64") or "", validate=True)
        except (TypeError, ValueError, binascii.Error):
            raise invalid(f"The content of document {document_id} is not base64.") from None
        name = text(one, "name", LONGEST_NAME) or f"Document {document_id}"
        extension = text(one, "fileExtension", 10).lower() or name.rpartition(".")[2].lower()
        found.append(Document(document_id, name, extension, str(number(one, "order", place, 10_000)), content))
    if len({one.id for one in found}) < len(found):
        raise invalid("Two documents have one documentId.")
    return tuple(found)


def custom_fields(given: Mapping[str, Any], envelope_id: str) -> Object:
    """Text and list ones, each with an id."""
    if not given:
        return NO_FIELDS
    found: Object = {"textCustomFields": [], "listCustomFields": []}
    for kind, group in found.items():
        for place, one in enumerate(objects(given, kind)):
            name = text(one, "name", 100)
            if not name:
                raise invalid("A custom field has no name.")
            row = {
                "fieldId": text(one, "fieldId", 36) or str(int(guid_of(envelope_id, kind, str(place))[:8], 16)),
                "name": name,
                "show": text(one, "show") or "false",
                "required": text(one, "required") or "false",
                "value": text(one, "value", 500),
            }
            group.append(row)
    return found


def references(transaction_id: str, fields: Mapping[str, Any]) -> dict[str, str]:
    """The caller's own ids in an envelope."""
    if fields is NO_FIELDS and not transaction_id:
        return _NONE
    found = {f"customFields.{one['name']}": one["value"] for group in fields.values() for one in group if one["value"]}
    return {"transactionId": transaction_id, **found} if transaction_id else found


def transaction(given: Mapping[str, Any]) -> str:
    """The caller's own GUID; "" where there is none."""
    found = text(given, "transactionId", 36)
    if found and not is_guid(found):
        raise invalid("transactionId must be a GUID.")
    return found.lower()


def expiry_days(given: Mapping[str, Any]) -> int:
    """After how many days it expires; 0 where that is left open."""
    expirations = an_object(given, "expirations")
    if text(expirations, "expireEnabled").lower() != "true":
        return 0
    return number(expirations, "expireAfter", 120, MOST_DAYS) or 1


def notification(given: Mapping[str, Any]) -> Object:
    """Reminders and expiry, as they are written."""
    expirations, reminders = an_object(given, "expirations"), an_object(given, "reminders")
    return {
        "useAccountDefaults": text(given, "useAccountDefaults") or "false",
        "reminders": {
            "reminderEnabled": text(reminders, "reminderEnabled") or "false",
            "reminderDelay": str(number(reminders, "reminderDelay", 0, MOST_DAYS)),
            "reminderFrequency": str(number(reminders, "reminderFrequency", 0, MOST_DAYS)),
        },
        "expirations": {
            "expireEnabled": "true" if expiry_days(given) else "false",
            "expireAfter": str(expiry_days(given) or 120),
            "expireWarn": str(number(expirations, "expireWarn", 0, MOST_DAYS)),
        },
    }
