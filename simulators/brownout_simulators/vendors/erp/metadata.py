"""`$metadata`: the entity types, sets and actions as CSDL, from the same tables that everything else looks at.

Client libraries make their classes of it (OData CSDL XML Representation v4.01).
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any
from xml.sax.saxutils import quoteattr

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Reply
from brownout_simulators.vendors.erp.documents import STEPS
from brownout_simulators.vendors.erp.schema import CUSTOM, KINDS, NAMESPACES, STANDARD, TEXT, Field, Kind


def document(call: Call, _account: Account[Any]) -> Reply:
    """GET …/$metadata."""
    api = CUSTOM if f"/{CUSTOM}" in call.path else STANDARD
    return Reply(200, csdl(api), {"content-type": "application/xml", "odata-version": "4.0"})


@lru_cache(maxsize=2)
def csdl(api: str) -> bytes:
    """One API's."""
    namespace = NAMESPACES[api]
    kinds = [kind for kind in KINDS.values() if kind.api == api]
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx">',
        "<edmx:DataServices>",
        f'<Schema Namespace="{namespace}" xmlns="http://docs.oasis-open.org/odata/ns/edm">',
    ]
    for kind in kinds:
        lines += _entity(kind, namespace)
    for step in STEPS:
        if step.kind.api == api:
            name = step.name.rpartition(".")[2]
            lines.append(f'<Action Name="{name}" IsBound="true">')
            lines.append(f'<Parameter Name="bindingParameter" Type="{namespace}.{step.kind.type}"/></Action>')
    lines.append('<EntityContainer Name="NAV">')
    for kind in kinds:
        lines += _set(kind, namespace)
    lines += ["</EntityContainer>", "</Schema>", "</edmx:DataServices>", "</edmx:Edmx>"]
    return "\n".join(lines).encode()


def _entity(kind: Kind, namespace: str) -> Iterator[str]:
    yield f'<EntityType Name="{kind.type}"><Key><PropertyRef Name="id"/></Key>'
    for field in kind.fields.values():
        yield _property(field)
    if kind.lines:
        yield f'<NavigationProperty Name="{kind.lines_as}" Type="Collection({namespace}.{KINDS[kind.lines].type})"/>'
    for link in kind.links:
        other = KINDS[link.set]
        if other.api == kind.api:
            name = link.id.removesuffix("Id")
            # No referential constraint: a client that sees one does not send the id itself.
            yield f'<NavigationProperty Name="{name}" Type="{namespace}.{other.type}"/>'
    yield "</EntityType>"


def _property(field: Field) -> str:
    nullable = "false" if field.name == "id" else "true"
    longest = f' MaxLength="{field.longest}"' if field.type == TEXT else ""
    scale = ' Scale="Variable"' if field.type == "Edm.Decimal" else ""
    head = f"<Property Name={quoteattr(field.name)} Type={quoteattr(field.type)} Nullable={quoteattr(nullable)}"
    # A key that is said to be computed is none that clients can read an entity's address from.
    if field.computed and field.name != "id":
        return f'{head}{longest}{scale}><Annotation Term="Org.OData.Core.V1.Computed" Bool="true"/></Property>'
    return f"{head}{longest}{scale}/>"


def _set(kind: Kind, namespace: str) -> Iterator[str]:
    yield f'<EntitySet Name="{kind.set}" EntityType="{namespace}.{kind.type}">'
    if kind.lines:
        yield f'<NavigationPropertyBinding Path="{kind.lines_as}" Target="{kind.lines}"/>'
    for link in kind.links:
        if KINDS[link.set].api == kind.api:
            yield f'<NavigationPropertyBinding Path="{link.id.removesuffix("Id")}" Target="{link.set}"/>'
    yield "</EntitySet>"
