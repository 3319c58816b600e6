"""The table of all routes: the token, companies, each entity set with its lines and actions, batches, jobs."""

from collections.abc import Iterator
from typing import Final

import orjson

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Reply
from brownout_simulators.vendor import Route
from brownout_simulators.vendors.erp import batches, jobs, metadata, subscriptions
from brownout_simulators.vendors.erp.access import issue_token
from brownout_simulators.vendors.erp.documents import STEPS, act
from brownout_simulators.vendors.erp.errors import ERRORS, JSON, problem
from brownout_simulators.vendors.erp.jobs import may_be_async
from brownout_simulators.vendors.erp.reading import Action, count, fetch, fetch_lines, fetch_list, id_in
from brownout_simulators.vendors.erp.resources import State
from brownout_simulators.vendors.erp.schema import CUSTOM, KINDS, STANDARD, Kind
from brownout_simulators.vendors.erp.writing import delete, insert, insert_line, patch

ROOTS: Final = {api: f"/v2.0/{{tenant}}/{{environment}}/{api}" for api in (STANDARD, CUSTOM)}
COMPANY: Final = "/companies({company})"


def list_companies(call: Call, account: Account[State]) -> Reply:
    """GET …/companies: the one that there is."""
    body = {
        "@odata.context": f"{account.base_url}{call.path.partition('/companies')[0]}/$metadata#companies",
        "value": [_company(account)],
    }
    return Reply(200, orjson.dumps(body), {"content-type": JSON, "odata-version": "4.0"})


def fetch_company(call: Call, account: Account[State]) -> Reply:
    """GET …/companies({id})."""
    if id_in(call.params["company"]) != account.state.company_id:
        return ERRORS.unknown_route(call)
    return Reply(200, orjson.dumps(_company(account)), {"content-type": JSON, "odata-version": "4.0"})


def service_document(call: Call, account: Account[State]) -> Reply:
    """GET …/companies({id})/: the entity sets."""
    sets = [{"name": kind.set, "kind": "EntitySet", "url": kind.set} for kind in _kinds_of(call.path)]
    root = f"{account.base_url}{call.path.partition('/companies')[0]}"
    body = {"@odata.context": f"{root}/$metadata", "value": sets}
    return Reply(200, orjson.dumps(body), {"content-type": JSON, "odata-version": "4.0"})


def not_allowed(call: Call, _account: Account[State]) -> Reply:
    """405: the set is there, this cannot be done to it."""
    return problem(call, "BadRequest_MethodNotAllowed")


def _kinds_of(path: str) -> list[Kind]:
    api = CUSTOM if f"/{CUSTOM}" in path else STANDARD
    return [kind for kind in KINDS.values() if kind.api == api]


def _company(account: Account[State]) -> dict[str, str]:
    id = account.state.company_id  # noqa: A001
    return {"id": id, "systemVersion": "26.0", "name": account.name[:30], "displayName": account.name[:30]}


def _of_set(kind: Kind) -> Iterator[Route[State]]:
    """What can be done with one entity set."""
    root = f"{ROOTS[kind.api]}{COMPANY}/{kind.set}"
    one = f"{root}({{id}})"
    if not kind.header:
        yield Route("GET", root, fetch_list(kind))
        yield Route("GET", f"{root}/$count", count(kind))
    yield Route("GET", one, fetch(kind))
    yield Route("POST", root, may_be_async(insert(kind)) if kind.inserts else not_allowed)
    yield Route("PATCH", one, may_be_async(patch(kind)) if kind.patches else not_allowed)
    yield Route("DELETE", one, delete(kind) if kind.deletes else not_allowed)
    if kind.lines:
        yield Route("GET", f"{one}/{kind.lines_as}", fetch_lines(kind))
        yield Route("POST", f"{one}/{kind.lines_as}", may_be_async(insert_line(kind)))
    for step in STEPS:
        if step.kind is kind:
            yield Route("POST", f"{one}/{step.name}", may_be_async(act(step)))


def _of_root(root: str) -> Iterator[Route[State]]:
    """What an API has beside its entity sets. Clients take the company for their service's root, or the API."""
    yield Route("GET", f"{root}/companies", list_companies)
    yield Route("GET", f"{root}{COMPANY}", fetch_company)
    yield Route("GET", f"{root}{COMPANY}/", service_document)
    for service in (root, f"{root}{COMPANY}"):
        yield Route("GET", f"{service}/$metadata", metadata.document)
        yield Route("POST", f"{service}/$batch", may_be_async(batches.carry_out))
        yield Route("GET", f"{service}/$jobs({{job}})", jobs.monitor)
        yield Route("DELETE", f"{service}/$jobs({{job}})", jobs.cancel)
    yield from subscriptions.routes(root)


def _routes() -> Iterator[Route[State]]:
    yield Route("POST", "/{tenant}/oauth2/v2.0/token", issue_token, grants=True)
    for root in ROOTS.values():
        yield from _of_root(root)
    for kind in KINDS.values():
        yield from _of_set(kind)


ROUTES: Final[tuple[Route[State], ...]] = tuple(_routes())

__all__ = ["ROUTES", "Action"]
