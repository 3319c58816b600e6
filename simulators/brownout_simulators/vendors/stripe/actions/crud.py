"""The plain endpoints, made from a resource's declaration: create, retrieve, update, list, delete, search, verbs.

A resource that needs more than storing what was given hands in `prepare`, which sees the new object and the
parameters before anything is kept or told. What is told is what Stripe has an event for.
"""

from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any

from brownout_simulators.call import Call, Reply
from brownout_simulators.vendor import Route
from brownout_simulators.vendors.stripe import errors
from brownout_simulators.vendors.stripe.event_names import KNOWN_EVENTS
from brownout_simulators.vendors.stripe.paging import limit_of, page
from brownout_simulators.vendors.stripe.parameters import PARAMETERS, RETRIEVE, SEARCH, Parameters
from brownout_simulators.vendors.stripe.resource import Resource, Verb
from brownout_simulators.vendors.stripe.resources import RESOURCES
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
    if "created" in made:
        made["created"] = work.now
    for name, value in given.items():
        if name in resource.stored:
            made[name] = shaped(resource.template.get(name), value)
    if given.get("metadata"):
        made["metadata"] = merged({}, given["metadata"])
    return made


def changes_of(resource: Resource, kept: Object, given: Given) -> dict[str, Any]:
    """What an update sets: the stored parameters, back to what a new object has where they are unset, and metadata
    merged."""
    stored = ((name, value) for name, value in given.items() if name in resource.stored)
    changes = {name: shaped(resource.template.get(name), value, kept.get(name)) for name, value in stored}
    if "metadata" in given:
        changes["metadata"] = merged(kept["metadata"], given["metadata"])
    return changes


def shaped(default: Any, given: Any, kept: Any = None) -> Any:
    """What was given as it is stored: unset, it is what a new object has; a hash is laid over the one that is
    always there, if there is one, and a text in it becomes what it replaces: a boolean, a number."""
    if given is None:
        return default
    if type(given) is dict:
        under: Object = {}
        if type(default) is dict:
            under = kept if type(kept) is dict else default
        return {**under, **{name: shaped(under.get(name), value) for name, value in given.items()}}
    if type(default) is bool and given in ("true", "false"):
        return given == "true"
    if type(default) is int and type(given) is str and given.isascii() and given.isdecimal() and len(given) < 19:
        return int(given)
    return given


def check_given(work: Work, resource: Resource, given: Given, *, is_new: bool) -> None:
    """What a declaration asks of the parameters."""
    for name in resource.required if is_new else ():
        if given.get(name) is None:
            raise errors.empty(work.call, name) if name in given else errors.missing(work.call, name)
    for name, words in resource.choices.items():
        if given.get(name) is not None and given[name] not in words:
            raise errors.invalid(work.call, name, f"Invalid {name}: must be one of {', '.join(words)}")
    for name, kind in resource.names.items():
        if given.get(name) is not None:
            named = work.find(kind, given[name], name, RESOURCES[kind].noun)
            if named.get("deleted"):
                raise errors.no_such(work.call, RESOURCES[kind].noun, given[name], name, in_path=False)


def tell(work: Work, resource: Resource, what: str, about: Object, previous: Given | None = None) -> None:
    """The event of a plain endpoint, where Stripe has one."""
    event = f"{resource.told_as}.{what}"
    if event in KNOWN_EVENTS:
        work.emit(event, about, previous)


def creation(kind: str, prepare: Prepare | None = None, after: Prepare | None = None) -> StripeRoute:
    """POST to the collection; tells `<kind>.created`. `after` sees what is kept and told already."""
    resource = RESOURCES[kind]
    allowed = taken(f"POST {resource.path}")

    def create(call: Call, account: StripeAccount) -> Reply:
        work = Work(call, account)
        given = work.read(allowed)
        check_given(work, resource, given, is_new=True)
        made = blank(work, resource, given)
        if prepare is not None:
            prepare(work, given, made)
        work.keep(made)
        tell(work, resource, "created", made)
        if after is not None:
            after(work, given, made)
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


def update(kind: str, check: Prepare | None = None) -> StripeRoute:
    """POST to one object; tells `<kind>.updated` with the old values. `check` may refuse, or change other fields."""
    resource = RESOURCES[kind]
    path = resource.path + "/{id}"
    allowed = taken(f"POST {path}")

    def change(call: Call, account: StripeAccount) -> Reply:
        work = Work(call, account)
        given = work.read(allowed)
        kept = alive(work, resource)
        check_given(work, resource, given, is_new=False)
        before = kept.copy()
        work.before_change(kept)
        if check is not None:
            check(work, given, kept)
        kept.update(changes_of(resource, kept, given))
        previous = {name: value for name, value in before.items() if kept[name] != value}
        if previous:
            tell(work, resource, "updated", kept, previous)
        return work.reply(kept)

    return route("POST", path, change)


def deletion(kind: str, check: Callable[[Work, Object], None] | None = None) -> StripeRoute:
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
        tell(work, resource, "deleted", kept)
        return work.reply(stub)

    return route("DELETE", path, delete)


def verb(kind: str, declared: Verb, then: Prepare | None = None) -> StripeRoute:
    """POST to `…/{id}/<verb>`: another status, where the present one allows it. `then` does what goes with it."""
    resource = RESOURCES[kind]
    path = f"{resource.path}/{{id}}/{declared.name}"
    allowed = taken(f"POST {path}")

    def act(call: Call, account: StripeAccount) -> Reply:
        work = Work(call, account)
        given = work.read(allowed)
        kept = alive(work, resource)
        require(work, resource, kept, declared)
        changes: dict[str, Any] = {"status": declared.to} if declared.to else {}
        if declared.stamp:
            changes[declared.stamp] = work.now
        work.change(kept, changes)
        if then is not None:
            then(work, given, kept)
        tell(work, resource, declared.told, kept)
        return work.reply(kept)

    return route("POST", path, act)


def require(work: Work, resource: Resource, kept: Object, declared: Verb) -> None:
    """Refuse a verb that the object's status does not allow."""
    if kept["status"] not in declared.may:
        may = ", ".join(sorted(declared.may))
        message = (
            f"You cannot {declared.name} this {resource.noun} because it has a status of {kept['status']}. Only one "
            f"with one of the following statuses may be used: {may}."
        )
        code = f"{resource.kind.rpartition('.')[2]}_unexpected_state"
        raise errors.wrong_state(work.call, message, code)


def routes(
    kind: str,
    *,
    prepare: Prepare | None = None,
    after: Prepare | None = None,
    check: Prepare | None = None,
    leave: Callable[[Work, Object], None] | None = None,
    also: Callable[[Work, Given], Callable[[Object], bool]] | None = None,
    then: Mapping[str, Prepare] | None = None,
) -> tuple[StripeRoute, ...]:
    """All the endpoints that a declaration asks for, with what its family does besides."""
    resource, acts = RESOURCES[kind], then or {}
    made: Mapping[str, Callable[[], StripeRoute]] = {
        "create": lambda: creation(kind, prepare, after),
        "retrieve": lambda: retrieval(kind),
        "update": lambda: update(kind, check),
        "list": lambda: listing(kind, also),
        "delete": lambda: deletion(kind, leave),
        "search": lambda: searching(kind),
    }
    plain = (make() for name, make in made.items() if name in resource.does)
    return (*plain, *(verb(kind, each, acts.get(each.name)) for each in resource.verbs))


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
        at_s = account.clock() - account.state.search_lag_s
        rows = account.state.of[kind].all_as_of(at_s, wanted.metadata)
        found = list(islice(matching(rows, wanted.test, given.get("page")), limit + 1))
        has_more = len(found) > limit
        del found[limit:]
        # The real token is opaque; here it is the last id of the page.
        next_page = found[-1]["id"] if has_more else None
        result = {"object": "search_result", "data": found, "has_more": has_more, "next_page": next_page, "url": path}
        if "total_count" in (given.get("expand") or ()):
            every = account.state.of[kind].all_as_of(at_s, wanted.metadata)
            result["total_count"] = sum(1 for _ in matching(every, wanted.test, None))
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
