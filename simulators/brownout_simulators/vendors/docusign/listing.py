"""Lists of envelopes, and the statuses of those that are named.

One of `from_date`, `envelope_ids`, `transaction_ids` there has to be (developers.docusign.com, "Envelopes:
listStatusChanges"). Numbers are texts. By date the list is walked from the newest change back to the date.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlencode

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Reply
from brownout_simulators.vendor import Route
from brownout_simulators.vendors.docusign.access import query_of
from brownout_simulators.vendors.docusign.envelopes import ENVELOPES, by_transaction, require_guids
from brownout_simulators.vendors.docusign.errors import details, refuse
from brownout_simulators.vendors.docusign.instants import read as read_instant
from brownout_simulators.vendors.docusign.instants import written
from brownout_simulators.vendors.docusign.resources import (
    TRANSITIONS,
    DocusignAccount,
    Envelope,
    Object,
    State,
    Version,
    site_of,
)
from brownout_simulators.vendors.docusign.shapes import envelope_row, reply, whole_envelope

MOST: Final = 1_000
LOOKS_BACK_S: Final = 2 * 365 * 86_400.0
_DATES: Final[Mapping[str, str]] = {
    "changed": "statusChangedDateTime",
    "created": "createdDateTime",
    "sent": "sentDateTime",
    "delivered": "deliveredDateTime",
    "completed": "completedDateTime",
    "declined": "declinedDateTime",
    "voided": "voidedDateTime",
    "deleted": "deletedDateTime",
    "any": "statusChangedDateTime",
}
_ORDERS: Final[Mapping[str, str]] = {
    "last_modified": "lastModifiedDateTime",
    "created": "createdDateTime",
    "sent": "sentDateTime",
    "completed": "completedDateTime",
    "status": "status",
    "subject": "emailSubject",
}
_STATUSES: Final = frozenset({*TRANSITIONS, "any", "processing", "signed", "timedout"})

Seen = tuple[Envelope, Version]


def list_envelopes(call: Call, account: Account[State]) -> Reply:
    """GET /envelopes."""
    query = query_of(call)
    found = list(_named(query, account)) if _names(query) else list(_since(query, account))
    return _page(query, account, _ordered(query, found))


def statuses(call: Call, account: Account[State]) -> Reply:
    """PUT /envelopes/status: of those that are named in the body, or, where the query says so, in the query."""
    query = query_of(call)
    for name, member in (("envelope_ids", "envelopeIds"), ("transaction_ids", "transactionIds")):
        given = call.data.get(member) if call.body else None
        if given is not None:
            if not isinstance(given, list) or not all(isinstance(each, str) for each in given):
                raise refuse("INVALID_REQUEST_BODY", f"{member} must be a list of texts.")
            query[name] = ",".join(given)
        elif query.get(name) == "request_body":
            del query[name]
    if not _names(query):
        raise refuse("INVALID_REQUEST_PARAMETER", "envelope_ids or transaction_ids is needed.")
    return _page(query, account, _ordered(query, list(_named(query, account))))


def _names(query: Mapping[str, str]) -> bool:
    return bool(query.get("envelope_ids") or query.get("transaction_ids"))


def _named(query: Mapping[str, str], account: DocusignAccount) -> Iterator[Seen]:
    keep = _filter(query)
    for envelope in _by_name(query, account):
        version = envelope.as_of(account)
        if version is not None and keep(envelope, version):
            yield envelope, version


def _by_name(query: Mapping[str, str], account: DocusignAccount) -> Iterable[Envelope]:
    ids = require_guids(_parts(query, "envelope_ids"), "envelope_ids")
    found = {each: envelope for each in ids if (envelope := account.state.envelopes.get(each)) is not None}
    for transaction_id in require_guids(_parts(query, "transaction_ids"), "transaction_ids"):
        found |= {envelope.id: envelope for envelope in by_transaction(account, transaction_id)}
    return found.values()


def _since(query: Mapping[str, str], account: DocusignAccount) -> Iterator[Seen]:
    """Those that changed since a date. Every date of an envelope is at most that of its last change."""
    from_s = _instant(query, "from_date")
    if from_s is None:
        if not site_of(account).from_date_default:
            raise refuse("INVALID_REQUEST_PARAMETER", "from_date, envelope_ids or transaction_ids is needed.")
        from_s = account.wall_s() - LOOKS_BACK_S
    to_s = _instant(query, "to_date")
    since, until = written(from_s), "9" if to_s is None else written(to_s)
    dated = query.get("from_to_status", "Changed").lower()
    if dated not in _DATES:
        raise refuse("INVALID_REQUEST_PARAMETER", "from_to_status is not a status.")
    date, keep = _DATES[dated], _filter(query)
    found = []
    for envelope in reversed(account.state.by_change.values()):
        if envelope.now.header["lastModifiedDateTime"] < since:
            break
        version = envelope.as_of(account)
        if version is None:
            continue
        row_date = _member(envelope, version, date)
        if row_date and since <= row_date <= until and keep(envelope, version):
            found.append((envelope, version))
    return reversed(found)


def _member(envelope: Envelope, version: Version, name: str) -> str:
    return str(version.header.get(name) or (envelope.created if name == "createdDateTime" else ""))


def _filter(query: Mapping[str, str]) -> Callable[[Envelope, Version], bool]:
    wanted = {part.lower() for part in _parts(query, "status")}
    if not wanted <= _STATUSES:
        raise refuse("INVALID_REQUEST_PARAMETER", "status is a list of statuses.")
    everything = not wanted or "any" in wanted
    name, is_field, value = query.get("custom_field", "").partition("=")
    text = query.get("search_text", "").lower()

    def keep(envelope: Envelope, version: Version) -> bool:
        header = version.header
        if not everything and header["status"] not in wanted:
            return False
        if is_field and not _has_field(version.custom_fields, name, value):
            return False
        return not text or text in header["emailSubject"].lower() or text == envelope.id

    return keep


def _has_field(fields: Mapping[str, Any], name: str, value: str) -> bool:
    return any(one["name"] == name and one["value"] == value for group in fields.values() for one in group)


def _ordered(query: Mapping[str, str], found: list[Seen]) -> list[Seen]:
    by, order = query.get("order_by", ""), query.get("order", "").lower()
    if (by and by not in _ORDERS) or order not in {"", "asc", "desc"}:
        raise refuse("INVALID_REQUEST_PARAMETER", "order_by or order is not known.")
    if by:
        member = _ORDERS[by]
        found.sort(key=lambda each: _member(each[0], each[1], member))
    if order == "desc":
        found.reverse()
    return found


def _page(query: Mapping[str, str], account: DocusignAccount, found: list[Seen]) -> Reply:
    count, start = _number(query, "count", MOST), _number(query, "start_position", 0)
    if not 1 <= count <= MOST:
        raise refuse("INVALID_REQUEST_PARAMETER", f"count must be from 1 to {MOST}.")
    included = frozenset(_parts(query, "include"))
    shown = found[start : start + count]
    body: Object = {
        "resultSetSize": str(len(shown)),
        "totalSetSize": str(len(found)),
        "startPosition": str(start),
        "endPosition": str(start + len(shown) - 1 if shown else start),
        "nextUri": _uri(query, start + count) if start + count < len(found) else "",
        "previousUri": _uri(query, max(0, start - count)) if start else "",
        "lastQueriedDateTime": written(account.wall_s()),
    }
    if shown:
        body["envelopes"] = [
            whole_envelope(account, envelope, version, included)
            if included
            else envelope_row(account, envelope, version)
            for envelope, version in shown
        ]
    if query.get("transaction_ids"):
        body["envelopeTransactionStatuses"] = _transactions(query, found)
    return reply(200, body)


def _transactions(query: Mapping[str, str], found: list[Seen]) -> list[Object]:
    rows: list[Object] = []
    for transaction_id in require_guids(_parts(query, "transaction_ids"), "transaction_ids"):
        known = [each for each in found if each[0].transaction_id == transaction_id]
        rows += [
            {"transactionId": transaction_id, "envelopeId": envelope.id, "status": version.header["status"]}
            for envelope, version in known
        ] or [{"transactionId": transaction_id, "errorDetails": details("ENVELOPE_DOES_NOT_EXIST")}]
    return rows


def _uri(query: Mapping[str, str], start: int) -> str:
    return "/envelopes?" + urlencode({**query, "start_position": str(start)}, errors="replace")


def _parts(query: Mapping[str, str], name: str) -> list[str]:
    return [part.strip() for part in query.get(name, "").split(",") if part.strip()]


def _number(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name, "")
    if not text:
        return default
    if not (text.isascii() and text.isdecimal()) or len(text) > 9:
        raise refuse("INVALID_REQUEST_PARAMETER", f"{name} must be a whole number.")
    return int(text)


def _instant(query: Mapping[str, str], name: str) -> float | None:
    text = query.get(name, "")
    if not text:
        return None
    found = read_instant(text)
    if found is None:
        raise refuse("INVALID_REQUEST_PARAMETER", f"{name} must be a date.")
    return found


ROUTES: Final[tuple[Route[State], ...]] = (
    Route("GET", ENVELOPES, list_envelopes),
    Route("PUT", f"{ENVELOPES}/status", statuses),
)
