"""The rows of a vendor's ledger as a test looks at them."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request, written down when its last byte was out or its client had gone. Instants in seconds since the
    account was opened."""

    at_s: float
    finished_s: float
    route: str
    """`POST /v1/payment_intents`; what was asked for, where the vendor has no such route."""
    status: int
    """0: nothing went out."""
    ending: str
    """`complete`; `close`, `reset` or `hang` where a fault ended it; `left`: the client had gone."""
    faults: tuple[str, ...]
    """Ids of those that struck it."""
    idempotency_key: str
    replayed: bool
    """The answer was remembered under the key."""
    operation_id: str
    request_id: str
    account: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """Something that the vendor did: a charge, a message sent. `effect["currency"]` is one of its fields."""

    at_s: float
    kind: str
    """`stripe.charge`"""
    id: str
    """The vendor's, of the thing."""
    amount: int
    """In the currency's minor unit; 0 where no money moved."""
    fields: Mapping[str, Any]
    """What the vendor can tell of one of its kind."""
    references: Mapping[str, str]
    """The caller's ids that the vendor stored with it, by dotted name: `metadata.order`."""
    idempotency_key: str
    operation_id: str
    request_id: str
    account: str

    def __getitem__(self, name: str) -> Any:
        return self.fields[name]


@dataclass(frozen=True, slots=True)
class Ledger:
    """What the vendor has written down of one account since it was opened, in the order of writing."""

    requests: tuple[Request, ...]
    effects: tuple[Effect, ...]


def ledger_of(rows: Iterable[Mapping[str, Any]], since_s: float) -> Ledger:
    """Rows as `brownout_simulators` has them; `since_s` is the instant that theirs are told from."""
    requests, effects = [], []
    for row in rows:
        if row["entry"] == "request":
            requests.append(_request(row, since_s))
        else:
            effects.append(_effect(row, since_s))
    return Ledger(tuple(requests), tuple(effects))


def _request(row: Mapping[str, Any], since_s: float) -> Request:
    return Request(
        at_s=row["at_s"] - since_s,
        finished_s=row["finished_s"] - since_s,
        route=row["route"],
        status=row["status"],
        ending=row["ending"],
        faults=tuple(row["faults"]),
        idempotency_key=row["idempotency_key"],
        replayed=row["replayed"],
        operation_id=row["operation_id"],
        request_id=row["request_id"],
        account=row["account"],
    )


def _effect(row: Mapping[str, Any], since_s: float) -> Effect:
    return Effect(
        at_s=row["at_s"] - since_s,
        kind=row["route"],
        id=row["id"],
        amount=row["amount"],
        fields=json.loads(row["fields"]) if row["fields"] else {},
        references=json.loads(row["references"]) if row["references"] else {},
        idempotency_key=row["idempotency_key"],
        operation_id=row["operation_id"],
        request_id=row["request_id"],
        account=row["account"],
    )
