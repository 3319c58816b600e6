"""The clinic: five resources and nothing else, to show what a vendor by declaration takes."""

import json
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any
from urllib.parse import parse_qsl

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Reply
from brownout_simulators.crud import Field, Object, Resource, Shelves, crud_routes
from brownout_simulators.vendor import Credential, IdempotencyRules, Refused, Vendor

PATIENTS = Resource(
    name="patient",
    path="/v1/patients",
    prefix="pat_",
    notices=True,
    fields={
        "name": Field("text", required=True),
        "email": Field("text"),
        "born": Field("text", fixed=True),
        "metadata": Field("object", default={}),
    },
)
DOCTORS = Resource(
    name="doctor",
    path="/v1/doctors",
    prefix="doc_",
    fields={
        "name": Field("text", required=True),
        "speciality": Field("text", choices=("heart", "bones", "general"), default="general"),
    },
)
ROOMS = Resource(
    name="room",
    path="/v1/rooms",
    prefix="room_",
    methods=("create", "list", "fetch"),
    fields={"number": Field("integer", required=True), "equipped": Field("boolean", default=False)},
)
VISITS = Resource(
    name="visit",
    path="/v1/visits",
    prefix="vis_",
    notices=True,
    defaults={"status": "planned"},
    fields={
        "patient": Field("text", required=True, fixed=True, refers_to="patient"),
        "doctor": Field("text", required=True, refers_to="doctor"),
        "room": Field("text", refers_to="room"),
        "notes": Field("list", default=()),
    },
)
BILLS = Resource(
    name="bill",
    path="/v1/bills",
    prefix="bill_",
    effect="clinic.bill",
    amount="amount",
    fields={
        "visit": Field("text", required=True, fixed=True, refers_to="visit"),
        "amount": Field("integer", required=True, fixed=True),
        "discount": Field("number", default=0),
        "metadata": Field("object", default={}),
    },
)
RESOURCES = (PATIENTS, DOCTORS, ROOMS, VISITS, BILLS)


def answer(status: int, body: Any) -> Reply:
    return Reply(status, json.dumps(body).encode(), {"content-type": "application/json"})


def refusal(status: int, code: str, message: str) -> Reply:
    reply = answer(status, {"error": {"code": code, "message": message}})
    reply.executed = False
    return reply


class Speech:
    """Pages by `limit` and `after`; errors in an envelope."""

    update_method = "PATCH"

    def show(self, status: int, resource: Resource, value: Object) -> Reply:
        return answer(status, {"object": resource.name, **value})

    def page(self, call: Call, resource: Resource, values: Sequence[Object], more: bool) -> Reply:
        return answer(200, {"data": [{"object": resource.name, **value} for value in values], "more": more})

    def deleted(self, resource: Resource, object_id: str) -> Reply:
        return answer(200, {"object": resource.name, "id": object_id, "deleted": True})

    def missing(self, call: Call, resource: Resource, object_id: str) -> Reply:
        return refusal(404, "not_found", f"no {resource.name} {object_id}")

    def invalid(self, call: Call, name: str, why: str) -> Reply:
        return refusal(422, "invalid", f"{name} {why}")

    def paging(self, call: Call) -> tuple[int, str | None]:
        limit = str(call.data.get("limit", 10))
        if not limit.isdigit():
            raise Refused(self.invalid(call, "limit", "must be a number"))
        return int(limit), call.data.get("after")

    def stamp(self, wall_s: float) -> Mapping[str, Any]:
        return {"created": int(wall_s), "updated": int(wall_s)}


class Errors:
    def unknown_route(self, call: Call) -> Reply:
        return refusal(404, "no_route", call.path)

    def malformed(self, call: Call, why: str) -> Reply:
        return refusal(400, "malformed", why)

    def unauthenticated(self, call: Call) -> Reply:
        return refusal(401, "unauthenticated", "a key is needed")

    def token_expired(self, call: Call) -> Reply:
        return refusal(401, "expired", "the key is too old")

    def throttled(self, call: Call, retry_after_s: float | None, reason: str) -> Reply:
        return refusal(429, "throttled", reason)

    def quota_exhausted(self, call: Call) -> Reply:
        return refusal(402, "quota", "none left")

    def server_error(self, call: Call, status: int) -> Reply:
        return refusal(status, "server", "not your fault")


ERRORS = Errors()


def authenticate(call: Call) -> Credential:
    key = call.headers.get("authorization", "").removeprefix("Bearer ")
    if not key.startswith("clinic_test_"):
        raise Refused(ERRORS.unauthenticated(call))
    return Credential(key.removeprefix("clinic_test_"))


def parse(call: Call) -> Mapping[str, Any]:
    data = json.loads(call.body) if call.body else dict(parse_qsl(call.query))
    if not isinstance(data, dict):
        raise ValueError("an object is needed")  # noqa: TRY004  what a vendor raises for a bad body
    return data


def decorate(call: Call, account: Account[Shelves] | None, reply: Reply) -> None:
    reply.headers["x-request"] = call.request_id


CLINIC: Vendor[Shelves] = Vendor(
    name="clinic",
    port=12998,
    routes=crud_routes(RESOURCES, Speech()),
    new_state=partial(Shelves, RESOURCES),
    authenticate=authenticate,
    parse=parse,
    errors=ERRORS,
    decorate=decorate,
    environment=lambda url, key: {"CLINIC_URL": url, "CLINIC_KEY": key},
    test_key=lambda name: f"clinic_test_{name}",
    idempotency=IdempotencyRules(
        key_of=lambda call: call.headers.get("idempotency-key") if call.method == "POST" else None,
        fingerprint=lambda call: call.route.encode() + call.body,
        in_progress=lambda _call: refusal(409, "in_progress", "wait"),
        mismatch=lambda _call: refusal(422, "key_reused", "another request had this key"),
        saved=lambda reply: reply.executed,
        replayed=lambda _call, first, _request_id: Reply(
            first.status, first.body, {**first.headers, "x-replayed": "1"}
        ),
    ),
    correlate=("header.x-correlation-id", "body.metadata.operation_id"),
    effects=("clinic.bill",),
)
