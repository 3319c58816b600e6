"""Resources by declaration: a vendor that mostly creates, reads, lists, changes and deletes needs little more.

    WIDGETS = Resource(name="widget", path="/v1/widgets", prefix="wid_", fields={"name": Field("text", required=True)})
    routes = crud_routes([WIDGETS], DIALECT)          # POST, GET, list, PATCH, DELETE
    new_state = partial(Shelves, [WIDGETS])

The vendor's dialect says how objects, pages and refusals look. Cost per call does not grow with what is stored.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, Protocol

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Effect, Notice, Reply
from brownout_simulators.vendor import Refused, Route

Object = dict[str, Any]
Kind = Literal["text", "integer", "number", "boolean", "object", "list"]

VERSIONS_LIMIT: Final = 8
PAGE_LIMIT: Final = 100
_TYPES: Final[Mapping[str, tuple[type, ...]]] = {
    "text": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "object": (dict,),
    "list": (list, tuple),
}


@dataclass(slots=True)
class _Record:
    place: int
    versions: list[tuple[float, Object | None]]
    """(written at, object; None: deleted), newest last."""


class Collection:
    """Objects of one kind, newest first, with enough history for reads that lag behind."""

    def __init__(self) -> None:
        self._records: dict[str, _Record] = {}
        self._order: list[str | None] = []
        self._holes = 0

    def __len__(self) -> int:
        return len(self._order) - self._holes

    def put(self, account: Account[Any], object_id: str, value: Object) -> None:
        """Add an object, or a new version of one. A value that was handed in is never changed in place."""
        record = self._records.get(object_id)
        if record is None:
            record = self._records[object_id] = _Record(len(self._order), [])
            self._order.append(object_id)
        record.versions.append((account.clock(), value))
        if len(record.versions) > VERSIONS_LIMIT:
            del record.versions[0]

    def get(self, account: Account[Any], object_id: str) -> Object | None:
        """The object as this account's reads see it now."""
        record = self._records.get(object_id)
        return None if record is None else _seen(account, record)

    def delete(self, account: Account[Any], object_id: str) -> bool:
        """Whether there was such an object. Its last versions stay for reads that lag, until there are many."""
        record = self._records.get(object_id)
        if record is None or record.versions[-1][1] is None:
            return False
        record.versions.append((account.clock(), None))
        self._order[record.place] = None
        self._holes += 1
        if self._holes > 1_000 and self._holes > len(self._order) // 2:
            self._close_holes()
        return True

    def _close_holes(self) -> None:
        self._order = [object_id for object_id in self._order if object_id is not None]
        self._holes = 0
        kept = {}
        for place, object_id in enumerate(self._order):
            if object_id is not None:
                kept[object_id] = self._records[object_id]
                kept[object_id].place = place
        self._records = kept

    def page(
        self,
        account: Account[Any],
        limit: int,
        after: str | None = None,
        wanted: Callable[[Object], bool] = lambda _value: True,
    ) -> tuple[list[Object], bool]:
        """Up to `limit` objects, newest first, from behind `after`; and whether there are more."""
        start = self._records[after].place if after is not None and after in self._records else len(self._order)
        found: list[Object] = []
        for place in range(start - 1, -1, -1):
            object_id = self._order[place]
            value = _seen(account, self._records[object_id]) if object_id is not None else None
            if value is not None and wanted(value):
                if len(found) == limit:
                    return found, True
                found.append(value)
        return found, False


def _seen(account: Account[Any], record: _Record) -> Object | None:
    newest = record.versions[-1][1]
    as_of_s = account.as_of_s
    if as_of_s is None:
        return newest
    if account.hides_new_only:
        seen = newest if record.versions[0][0] <= as_of_s else None
    else:
        seen = next((value for at_s, value in reversed(record.versions) if at_s <= as_of_s), None)
    if seen is not newest:
        account.was_stale = True
    return seen


@dataclass(frozen=True, slots=True)
class Field:
    """One field that a caller may give."""

    kind: Kind
    required: bool = False
    default: Any = None
    fixed: bool = False
    """Set when the object is created, and not changed afterwards."""
    choices: Sequence[Any] = ()
    refers_to: str = ""
    """The name of a resource: the value must be the id of one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One kind of object and its five endpoints."""

    name: str
    path: str
    prefix: str
    fields: Mapping[str, Field]
    id_length: int = 16
    defaults: Mapping[str, Any] = field(default_factory=dict)
    """Fields that only the vendor sets, with their values at creation."""
    effect: str = ""
    """The kind of effect that creating one has: `till.charge`."""
    amount: str = ""
    """The field with the effect's amount."""
    notices: bool = False
    """Tell of `<name>.created`, `.updated`, `.deleted`."""
    methods: Sequence[str] = ("create", "list", "fetch", "update", "delete")


class Dialect(Protocol):
    """How a vendor of resources speaks."""

    update_method: str
    """`PATCH`, `PUT` or `POST`."""

    def show(self, status: int, resource: Resource, value: Object) -> Reply: ...
    def page(self, call: Call, resource: Resource, values: Sequence[Object], more: bool) -> Reply: ...
    def deleted(self, resource: Resource, object_id: str) -> Reply: ...
    def missing(self, call: Call, resource: Resource, object_id: str) -> Reply: ...
    def invalid(self, call: Call, name: str, why: str) -> Reply: ...
    def paging(self, call: Call) -> tuple[int, str | None]:
        """(how many, the id of the last one seen)."""
        ...

    def stamp(self, wall_s: float) -> Mapping[str, Any]:
        """The date fields of an object that is made or changed now: a new one takes all of them, a changed one those
        whose name is not that of its creation (`created…`)."""
        ...


class Shelves:
    """The state of an account: a collection per resource."""

    def __init__(self, resources: Sequence[Resource]) -> None:
        self.of = {resource.name: Collection() for resource in resources}


class Crud:
    """The five actions of one resource."""

    def __init__(self, resource: Resource, dialect: Dialect) -> None:
        self.resource = resource
        self.dialect = dialect

    def routes(self) -> list[Route[Shelves]]:
        """One per method that the resource has."""
        one = self.resource.path + "/{id}"
        every = {
            "create": Route("POST", self.resource.path, self.create),
            "list": Route("GET", self.resource.path, self.list),
            "fetch": Route("GET", one, self.fetch),
            "update": Route(self.dialect.update_method, one, self.update),
            "delete": Route("DELETE", one, self.delete),
        }
        return [every[method] for method in self.resource.methods]

    def create(self, call: Call, account: Account[Shelves]) -> Reply:
        """Validate, give an id, keep."""
        resource = self.resource
        given = self._checked(call, account, creating=True)
        value = {"id": resource.prefix + account.ids.base62(resource.id_length), **self.dialect.stamp(account.wall_s())}
        value |= {name: one.default for name, one in resource.fields.items()} | dict(resource.defaults) | given
        account.state.of[resource.name].put(account, value["id"], value)
        reply = self.dialect.show(201, resource, value)
        if resource.effect:
            amount = value[resource.amount] if resource.amount else 0
            reply.effects = [Effect(resource.effect, value["id"], amount, references=_texts(value))]
        reply.notices = self._notices("created", value)
        return reply

    def fetch(self, call: Call, account: Account[Shelves]) -> Reply:
        """One object, or the vendor's own 404."""
        return self.dialect.show(200, self.resource, self._find(call, account))

    def list(self, call: Call, account: Account[Shelves]) -> Reply:
        """A page; fields of the resource in the query filter it."""
        limit, after = self.dialect.paging(call)
        wanted = {name: call.data[name] for name in self.resource.fields if name in call.data}
        values, more = account.state.of[self.resource.name].page(
            account,
            max(1, min(limit, PAGE_LIMIT)),
            after,
            lambda value: all(str(value[name]) == str(asked) for name, asked in wanted.items()),
        )
        return self.dialect.page(call, self.resource, values, more)

    def update(self, call: Call, account: Account[Shelves]) -> Reply:
        """Change the fields that are given."""
        found = self._find(call, account)
        given = self._checked(call, account, creating=False)
        stamp = self.dialect.stamp(account.wall_s())
        changed = {name: at for name, at in stamp.items() if not name.lower().startswith("created")}
        value = {**found, **changed, **given}
        account.state.of[self.resource.name].put(account, value["id"], value)
        reply = self.dialect.show(200, self.resource, value)
        reply.notices = self._notices("updated", value)
        return reply

    def delete(self, call: Call, account: Account[Shelves]) -> Reply:
        """Remove it."""
        found = self._find(call, account)
        account.state.of[self.resource.name].delete(account, found["id"])
        reply = self.dialect.deleted(self.resource, found["id"])
        reply.notices = self._notices("deleted", found)
        return reply

    def _find(self, call: Call, account: Account[Shelves]) -> Object:
        value = account.state.of[self.resource.name].get(account, call.params["id"])
        if value is None:
            raise Refused(self.dialect.missing(call, self.resource, call.params["id"]))
        return value

    def _notices(self, verb: str, value: Object) -> Sequence[Notice]:
        return [Notice(f"{self.resource.name}.{verb}", value)] if self.resource.notices else []

    def _checked(self, call: Call, account: Account[Shelves], *, creating: bool) -> Object:
        """What the caller gave, if all of it may be given."""
        fields = self.resource.fields
        for name, one in fields.items():
            if creating and one.required and call.data.get(name) is None:
                raise Refused(self.dialect.invalid(call, name, "is required"))
        for name, value in call.data.items():
            why = _objection(fields.get(name), value, creating, account)
            if why:
                raise Refused(self.dialect.invalid(call, name, why))
        return dict(call.data)


def _objection(one: Field | None, value: Any, creating: bool, account: Account[Shelves]) -> str:
    """Why a field may not have this value; empty if it may."""
    if one is None:
        return "is not a field"
    if one.fixed and not creating:
        return "cannot be changed"
    if value is None:
        return "is required" if one.required else ""
    return _wrong_value(one, value, account)


def _wrong_value(one: Field, value: Any, account: Account[Shelves]) -> str:
    if not isinstance(value, _TYPES[one.kind]) or (isinstance(value, bool) and one.kind != "boolean"):
        return f"must be {one.kind}"
    if one.choices and value not in one.choices:
        return f"must be one of {', '.join(map(str, one.choices))}"
    if one.refers_to and account.state.of[one.refers_to].get(account, str(value)) is None:
        return f"names no {one.refers_to}"
    return ""


def _texts(value: Mapping[str, Any], above: str = "") -> dict[str, str]:
    """The caller's texts in an object, by dotted name: what an effect is traced by."""
    found = {}
    for name, one in value.items():
        if isinstance(one, str):
            found[above + name] = one
        elif isinstance(one, Mapping):
            found |= _texts(one, f"{above}{name}.")
    return found


def crud_routes(resources: Sequence[Resource], dialect: Dialect) -> list[Route[Shelves]]:
    """The endpoints of all resources."""
    return [route for resource in resources for route in Crud(resource, dialect).routes()]
