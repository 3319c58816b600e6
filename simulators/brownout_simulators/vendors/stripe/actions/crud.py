"""The plain endpoints, made from a resource's declaration: create, retrieve, update, list, delete, search.

A resource that needs more than storing what was given hands in `prepare`, which sees the new object and the
parameters before anything is kept or told.
"""

from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any

from brownout_simulators.call import Call, Reply
from brownout_simulators.vendor import Route
from brownout_simulators.vendors.stripe import errors
from brownout_simulators.vendors.stripe.paging import limit_of, page
from brownout_simulators.vendors.stripe.parameters import PARAMETERS, RETRIEVE, SEARCH, Parameters
from brownout_simulators.vendors.stripe.resources import RESOURCES, Resource
from brownout_simulators.vendors.stripe.search import compiled, matching
from brownout_simulators.vendors.stripe.state import Object, State, StripeAccount
from brownout_simulators.vendors.stripe.work import Work, merged

Action = Callable[[Call, StripeAccount], Reply]
Given = Mapping[str, Any]
Prepare = Callable[[Work, Given, Object], None]
StripeRoute = Route[State]


def taken(route: str) -> Parameters:
    """The parameters of an endpoint; those of a plain retrieval where the table has no entry of its own."""
    return PARAMETERS.get(route, RETRIEVE)


def route(method: str, path: str, action: Action) -> StripeRoute:
    """One endpoint."""
    return Route(method, path, action)


def blank(work: Work, resource: Resource, given: Given) -> Object:
    """A new object with its id, its date and what was given; not kept yet."""
    made = dict(resource.template)
    made["id"] = work.id(resource.prefix)
    made["created"] = work.now
    for name, value in given.items():
        if name in resource.stored:
            made[name] = resource.template.get(name) if value is None else value
    if given.get("metadata"):
        made["metadata"] = merged({}, given["metadata"])
    return made


def changes_of(resource: Resource, kept: Object, given: Given) -> dict[str, Any]:
    """What an update sets: the stored parameters, back to what a new object has where they are unset, and metadata
    merged."""
    stored = ((name, value) for name, value in given.items() if name in resource.stored)
    changes = {name: resource.template.get(name) if value is None else value for name, value in stored}
    if "metadata" in given:
        changes["metadata"] = merged(kept["metadata"], given["metadata"])
    return changes


def creation(kind: str, prepare: Prepare | None = None, *, told: bool = True) -> StripeRoute:
    """POST to the collection; tells `<kind>.created`."""
    resource = RESOURCES[kind]
    allowed = taken(f"POST {resource.path}")

    def create(call: Call, account: StripeAccount) -> Reply:
        work = Work(call, account)
        given = work.read(allowed)
        made = blank(work, resource, given)
        if prepare is not None:
            prepare(work, given, made)
        work.keep(made)
        if told:
            work.emit(f"{kind}.created", made)
        return work.reply(made)

    return route("POST", resource.path, create)


def retrieval(kind: str) -> StripeRoute:
    """GET of one object."""
    resource = RESOURCES[kind]
    path = resource.path + "/{id}"
    allowed = taken(f"GET {path}")

    def retrieve(call: Call, account: StripeAccount) -> Reply:
        work = Work(call, account)
        if call.data:
            work.read(allowed)
        row = by_path(work, resource)
        version = work.seen(row)
        if version is None:
            raise errors.no_such(call, resource.noun, row["id"], resource.param, in_path=True)
        return work.reply(version)

    return route("GET", path, retrieve)


def update(kind: str, check: Prepare | None = None, *, told: bool = True) -> StripeRoute:
    """POST to one object; tells `<kind>.updated` with the old values. `check` may refuse, or change other fields."""
    resource = RESOURCES[kind]
    path = resource.path + "/{id}"
    allowed = taken(f"POST {path}")

    def change(call: Call, account: StripeAccount) -> Reply:
        work = Work(call, account)
        given = work.read(allowed)
        kept = alive(work, resource)
        before = kept.copy()
        work.before_change(kept)
        if check is not None:
            check(work, given, kept)
        kept.update(changes_of(resource, kept, given))
        previous = {name: value for name, value in before.items() if kept[name] != value}
        if told and previous:
            work.emit(f"{kind}.updated", kept, previous)
        return work.reply(kept)

    return route("POST", path, change)


def deletion(kind: str, check: Callable[[Work, Object], None] | None = None, *, told: bool = True) -> StripeRoute:
    """DELETE of one object, which leaves `{id, object, deleted: true}`."""
    resource = RESOURCES[kind]
    path = resource.path + "/{id}"

    def delete(call: Call, account: StripeAccount) -> Reply:
        work = Work(call, account)
        kept = alive(work, resource)
        if check is not None:
            check(work, kept)
        stub: Object = {"id": kept["id"], "object": kind, "deleted": True}
        account.state.of[kind].replace(stub, account.clock())
        if told:
            work.emit(f"{kind}.deleted", kept)
        return work.reply(stub)

    return route("DELETE", path, delete)


def listing(kind: str, also: Callable[[Work, Given], Callable[[Object], bool]] | None = None) -> StripeRoute:
    """GET of the collection; `also` makes a further test from the parameters."""
    resource = RESOURCES[kind]
    allowed = taken(f"GET {resource.path}")

    def list_objects(call: Call, account: StripeAccount) -> Reply:
        work = Work(call, account)
        given = work.read(allowed)
        equal = {name: value for name, value in given.items() if name in resource.filters and value is not None}
        further = also(work, given) if also is not None else None

        def wanted(row: Object) -> bool:
            if row.get("deleted") or (further is not None and not further(row)):
                return False
            return all(row.get(name) == value for name, value in equal.items())

        found = page(call, account.state.of[kind], given, url=resource.path, noun=resource.noun, wanted=wanted)
        if account.as_of_s is not None:
            found["data"] = [version for row in found["data"] if (version := work.seen(row)) is not None]
            found["has_more"] = found["has_more"] and bool(found["data"])
        return work.reply(found)

    return route("GET", resource.path, list_objects)


def searching(kind: str) -> StripeRoute:
    """GET of `…/search`: over an index that is a little behind, as the real one is."""
    resource = RESOURCES[kind]
    path = resource.path + "/search"

    def search(call: Call, account: StripeAccount) -> Reply:
        work = Work(call, account)
        given = work.read(SEARCH)
        query = given.get("query")
        if query is None:
            raise errors.missing(call, "query")
        try:
            wanted = compiled(query, resource.searchable)
        except ValueError as wrong:
            raise errors.invalid(call, "query", str(wrong)) from None
        limit = limit_of(call, given)
        rows = account.state.of[kind].all_as_of(account.clock() - account.state.search_lag_s, wanted.metadata)
        found = list(islice(matching(rows, wanted.test, given.get("page")), limit + 1))
        has_more = len(found) > limit
        del found[limit:]
        # The real token is opaque; here it is the last id of the page.
        next_page = found[-1]["id"] if has_more else None
        result = {"object": "search_result", "data": found, "has_more": has_more, "next_page": next_page, "url": path}
        return work.reply(result)

    return route("GET", path, search)


def by_path(work: Work, resource: Resource) -> Object:
    """The object that the path names, deleted or not; 404 where there is none."""
    return work.find(resource.kind, work.call.params["id"], resource.param, resource.noun, in_path=True)


def alive(work: Work, resource: Resource) -> Object:
    """The object that the path names; 404 where there is none any more."""
    kept = by_path(work, resource)
    if kept.get("deleted"):
        raise errors.no_such(work.call, resource.noun, kept["id"], resource.param, in_path=True)
    return kept
