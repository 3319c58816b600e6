"""Templates: kept, listed, changed, and what an envelope takes from one, its people by the roles that they play."""

from collections.abc import Mapping
from typing import Any, Final

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Reply
from brownout_simulators.vendor import Route
from brownout_simulators.vendors.docusign import definitions as read
from brownout_simulators.vendors.docusign.access import query_of
from brownout_simulators.vendors.docusign.errors import invalid, refuse
from brownout_simulators.vendors.docusign.ids import new_guid
from brownout_simulators.vendors.docusign.instants import written
from brownout_simulators.vendors.docusign.resources import Document, DocusignAccount, Object, State, Version
from brownout_simulators.vendors.docusign.shapes import KINDS, recipients_of, reply

MOST: Final = 1_000
KEEP_CONTENT: Final = 4 * 1024 * 1024
"""Bytes of one template's documents."""


def create(call: Call, account: Account[State]) -> Reply:
    """POST /templates."""
    template_id = new_guid(account)
    template, documents = _built(call.data, template_id, account)
    account.state.templates.add(template_id, template)
    account.state.template_documents[template_id] = documents
    return reply(201, {"templateId": template_id, "name": template["name"], "uri": template["uri"]})


def fetch(call: Call, account: Account[State]) -> Reply:
    """GET /templates/{templateId}, with its documents and recipients."""
    template = _template(call.params["templateId"], account)
    return reply(200, _shown(template, account, whole=True))


def update(call: Call, account: Account[State]) -> Reply:
    """PUT /templates/{templateId}: what is said now is so now."""
    held = _template(call.params["templateId"], account)
    given = dict(call.data)
    kept = {name: held[name] for name in ("name", "description", "emailSubject", "emailBlurb", "shared")}
    template, documents = _built({**kept, **given}, held["templateId"], account)
    template["created"] = held["created"]
    if "recipients" not in given:
        template["people"] = held["people"]
    account.state.templates.put(held["templateId"], template)
    if "documents" in given:
        account.state.template_documents[held["templateId"]] = documents
    return reply(200, {"templateId": held["templateId"], "name": template["name"]})


def remove(call: Call, account: Account[State]) -> Reply:
    """DELETE /templates/{templateId}: gone from lists, and nothing can be made of it."""
    held = _template(call.params["templateId"], account)
    account.state.templates.remove(held["templateId"])
    account.state.template_documents.pop(held["templateId"], None)
    return reply(200, {})


def list_templates(call: Call, account: Account[State]) -> Reply:
    """GET /templates, by name."""
    query = query_of(call)
    text = query.get("search_text", "").lower()
    found = [each for each in account.state.templates.oldest_first() if text in each["name"].lower()]
    found.sort(key=lambda each: str(each["name"]).lower())
    count, start = (_number(query, name, default) for name, default in (("count", MOST), ("start_position", 0)))
    shown = [_shown(each, account, whole=False) for each in found[start : start + max(1, count)]]
    body = {
        "resultSetSize": str(len(shown)),
        "totalSetSize": str(len(found)),
        "startPosition": str(start),
        "endPosition": str(start + len(shown) - 1 if shown else start),
        "envelopeTemplates": shown,
    }
    return reply(200, body)


def filled(given: Mapping[str, Any], account: DocusignAccount) -> tuple[Mapping[str, Any], tuple[Document, ...]]:
    """What an envelope is to be, with what its template says where the caller says nothing; and the template's
    documents."""
    template_id = read.text(given, "templateId", 36)
    if not template_id:
        return given, ()
    template = _template(template_id, account)
    roles = read.objects(given, "templateRoles")
    lists: dict[str, list[Object]] = {kind: [] for kind in KINDS}
    for one in template["people"]:
        role = one.get("roleName", "")
        playing = next((each for each in roles if role and read.text(each, "roleName", 100) == role), None)
        own = {name: value for name, value in one.items() if name != "kind"}
        lists[one["kind"]].append(own if playing is None else {**own, **_player(playing)})
    unknown = {read.text(each, "roleName", 100) for each in roles} - {one.get("roleName") for one in template["people"]}
    if unknown:
        raise invalid(f"The template has no role {min(unknown)[:60]}.")
    words = {name: template[name] for name in ("emailSubject", "emailBlurb") if not read.text(given, name)}
    people = {**lists, **read.an_object(given, "recipients")}
    return {**given, **words, "recipients": people}, account.state.template_documents.get(template["templateId"], ())


def _player(playing: Mapping[str, Any]) -> Object:
    return {
        name: playing[name]
        for name in ("name", "email", "clientUserId", "routingOrder", "tabs")
        if playing.get(name) is not None
    }


def _built(given: Mapping[str, Any], template_id: str, account: DocusignAccount) -> tuple[Object, tuple[Document, ...]]:
    inner = read.an_object(given, "envelopeTemplateDefinition")
    name = read.text(given, "name", read.LONGEST_NAME) or read.text(inner, "name", read.LONGEST_NAME)
    if not name:
        raise invalid("A template needs a name.")
    documents = read.documents(read.objects(given, "documents"))
    if sum(map(len, documents)) > KEEP_CONTENT:
        raise invalid(f"A template's documents have at most {KEEP_CONTENT} bytes here.")
    people = read.recipients(read.an_object(given, "recipients"), template_id, 1_000, is_draft=True)
    now = written(account.wall_s())
    template: Object = {
        "templateId": template_id,
        "uri": f"/templates/{template_id}",
        "name": name,
        "description": read.text(given, "description", 500) or read.text(inner, "description", 500),
        "shared": read.text(given, "shared") or "false",
        "emailSubject": read.text(given, "emailSubject", read.LONGEST_SUBJECT),
        "emailBlurb": read.text(given, "emailBlurb", 10_000),
        "created": now,
        "lastModified": now,
        "people": people,
    }
    return template, documents


def _shown(template: Object, account: DocusignAccount, *, whole: bool) -> Object:
    row = {name: value for name, value in template.items() if name != "people"}
    documents = account.state.template_documents.get(template["templateId"], ())
    row["pageCount"] = len(documents)
    if whole:
        row["documents"] = [{"documentId": one.id, "name": one.name, "order": one.order} for one in documents]
        row["recipients"] = recipients_of(Version(0.0, {}, tuple(template["people"])), with_tabs=True)
    return row


def _template(template_id: str, account: DocusignAccount) -> Object:
    template = account.state.templates.get(template_id.lower())
    if template is None:
        raise refuse("TEMPLATE_ID_INVALID")
    return template


def _number(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name, "")
    if text and (not (text.isascii() and text.isdecimal()) or len(text) > 9):
        raise refuse("INVALID_REQUEST_PARAMETER", f"{name} must be a whole number.")
    return int(text or default)


_TEMPLATES: Final = "/restapi/v2.1/accounts/{accountId}/templates"

ROUTES: Final[tuple[Route[State], ...]] = (
    Route("POST", _TEMPLATES, create),
    Route("GET", _TEMPLATES, list_templates),
    Route("GET", f"{_TEMPLATES}/{{templateId}}", fetch),
    Route("PUT", f"{_TEMPLATES}/{{templateId}}", update),
    Route("DELETE", f"{_TEMPLATES}/{{templateId}}", remove),
)
