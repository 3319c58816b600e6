"""The plain endpoints of what belongs to another object: `/v1/customers/{id}/tax_ids/{item}`.

As in `crud.py`, but found by two ids; the list is that of one owner.
"""

from collections.abc import Callable, Mapping
from typing import Final

from brownout_simulators.call import Call, Reply
from brownout_simulators.vendors.stripe import errors
from brownout_simulators.vendors.stripe.actions import crud
from brownout_simulators.vendors.stripe.actions.crud import Given, StripeRoute
from brownout_simulators.vendors.stripe.paging import page
from brownout_simulators.vendors.stripe.resource import Resource
from brownout_simulators.vendors.stripe.resources import RESOURCES
from brownout_simulators.vendors.stripe.state import Object, StripeAccount
from brownout_simulators.vendors.stripe.work import Work

Prepare = Callable[[Work, Given, Object, Object], None]
"""Sees the new object and its owner before anything is kept or told."""


class Nested:
    """What belongs to an owner: which kind, whose, and by which of its fields it names the owner."""

    def __init__(self, kind: str, owner: str, field: str) -> None:
        self.resource: Final = RESOURCES[kind]
        self.owner: Final = RESOURCES[owner]
        self.field: Final = field

    def found(self, work: Work) -> Object:
        """The object that the path names, of the owner that it names."""
        owner, id = crud.alive(work, self.owner), work.call.params["item"]  # noqa: A001
        kept = work.state.of[self.resource.kind].get(id)
        if kept is None or kept.get("deleted") or kept[self.field] != owner["id"]:
            raise errors.no_such(work.call, self.resource.noun, id, self.resource.param, in_path=True)
        return kept


def routes(
    kind: str,
    owner: str,
    field: str,
    *,
    does: str,
    prepare: Prepare | None = None,
    leave: Callable[[Work, Object, Object], None] | None = None,
) -> tuple[StripeRoute, ...]:
    """The endpoints named by `does`, of: create retrieve update list delete."""
    one = Nested(kind, owner, field)
    path, item = one.resource.path, one.resource.path + "/{item}"
    made: Mapping[str, Callable[[], StripeRoute]] = {
        "create": lambda: crud.route("POST", path, _creation(one, prepare)),
        "retrieve": lambda: crud.route("GET", item, _retrieval(one)),
        "update": lambda: crud.route("POST", item, _update(one)),
        "list": lambda: crud.route("GET", path, _listing(one)),
        "delete": lambda: crud.route("DELETE", item, _deletion(one, leave)),
    }
    return tuple(made[name]() for name in does.split())


def _creation(one: Nested, prepare: Prepare | None) -> Callable[[Call, StripeAccount], Reply]:
    resource, allowed = one.resource, crud.taken(f"POST {one.resource.path}")

    def create(call: Call, account: StripeAccount) -> Reply:
        work = Work(call, account)
        given = work.read(allowed)
        owner = crud.alive(work, one.owner)
        crud.check_given(work, resource, given, is_new=True)
        made = crud.blank(work, resource, given)
        made[one.field] = owner["id"]
        if prepare is not None:
            prepare(work, given, made, owner)
        work.keep(made)
        crud.tell(work, resource, "created", made)
        return work.reply(made)

    return create


def _retrieval(one: Nested) -> Callable[[Call, StripeAccount], Reply]:
    allowed = crud.taken(f"GET {one.resource.path}/{{item}}")

    def retrieve(call: Call, account: StripeAccount) -> Reply:
        work = Work(call, account)
        work.read(allowed)
        return work.reply(one.found(work))

    return retrieve


def _update(one: Nested) -> Callable[[Call, StripeAccount], Reply]:
    resource: Resource = one.resource
    allowed = crud.taken(f"POST {resource.path}/{{item}}")

    def update(call: Call, account: StripeAccount) -> Reply:
        work = Work(call, account)
        given = work.read(allowed)
        kept = one.found(work)
        previous = work.change(kept, crud.changes_of(resource, kept, given))
        if previous:
            crud.tell(work, resource, "updated", kept, previous)
        return work.reply(kept)

    return update


def _listing(one: Nested) -> Callable[[Call, StripeAccount], Reply]:
    resource, allowed = one.resource, crud.taken(f"GET {one.resource.path}")

    def list_objects(call: Call, account: StripeAccount) -> Reply:
        work = Work(call, account)
        given = work.read(allowed)
        owner = crud.alive(work, one.owner)

        def wanted(row: Object) -> bool:
            return not row.get("deleted") and bool(row[one.field] == owner["id"])

        rows = account.state.of[resource.kind]
        return work.reply(page(call, rows, given, url=call.path, noun=resource.noun, wanted=wanted))

    return list_objects


def _deletion(
    one: Nested, leave: Callable[[Work, Object, Object], None] | None
) -> Callable[[Call, StripeAccount], Reply]:
    resource = one.resource

    def delete(call: Call, account: StripeAccount) -> Reply:
        work = Work(call, account)
        kept = one.found(work)
        if leave is not None:
            leave(work, kept, crud.alive(work, one.owner))
        stub: Object = {"id": kept["id"], "object": resource.kind, "deleted": True}
        account.state.of[resource.kind].replace(stub, account.clock())
        crud.tell(work, resource, "deleted", kept)
        return work.reply(stub)

    return delete
