"""The rows of a run: one record for each kind, from which everything else about it follows.

    OperationRow   what the driver asked for, and was answered
    LedgerRow      what the vendors' own books say: a request, or an effect
    EventRow       what the target says of itself
    DeliveryRow    whom the vendors told what, and what was answered
    StrikeRow      what a fault did to a connection of a link
    LetterRow      what the target had set aside, as it shows it at the end

Rows are kept in columns, whose types follow from the annotations: `read` fills them with what another process sent, by
the names of the fields; `frame_of` with records; `records_in` takes records out again. Instants are seconds since the
run's start, on one clock. To add a source of evidence: a record here, and a line in `TABLES`.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Final, Generic, NamedTuple, TypeVar, Union, get_args, get_origin, get_type_hints

import polars as pl

from brownout_reports.fields import Instant, Json, StateSeen
from brownout_reports.strikes import StrikeRow

R = TypeVar("R", bound=NamedTuple)


class Outcome(StrEnum):
    """What the driver made of an operation's last answer."""

    DONE = "done"
    ACCEPTED = "accepted"  # the target took it on and will finish it: a dead letter, a queue
    REFUSED = "refused"  # the target said no, and the caller knows it
    UNKNOWN = "unknown"  # no answer, or one that leaves open whether it was done


class OperationRow(NamedTuple):
    """One operation as the driver saw it."""

    operation_id: str
    name: str
    """The operation's: `pay`."""
    intended_s: float
    """When the arrival process wanted it."""
    sent_s: float
    """When the driver really sent it, for the first time."""
    finished_s: float
    """When the last answer was in."""
    longest_ask_s: float
    """Of all asks, the longest from sent to answered (or given up)."""
    asks: int
    """How often the driver asked: again where told to; 0: never, as too many were in flight."""
    status: int
    """Of the last answer; 0: none."""
    outcome: Outcome
    detail: str = ""
    """The error's class or code, a dead letter's id."""
    again_at: Json = ""
    """An array: when each ask after the first was sent, in seconds since the run's start; empty: there was none."""
    leaked: str = ""
    """What stood around a credential in an answer, the credential replaced; empty: there was none."""
    as_asked: Json = ""
    """An object: by the kind of effect, what each must hold, field by field; empty: nobody said it."""
    answered: Json = ""
    """An object: what the last answer named of its effects, by the path in it; empty: nothing."""
    states: Json = ""
    """An array of `[at_s, state, means]`: the changes of state, and the last look after the drain; empty: no look."""
    after_refusal_s: float | None = None
    """When it was last asked for again because it had been refused; None: it never was."""
    group: str = ""
    """The group of users that asked for it; empty where there is only one."""
    asked_of: str = ""
    """The vendor that was asked directly, by somebody else than the target; empty: the target was asked."""
    replicas: tuple[str, ...] = ()
    """The process that each ask went to, in order; empty: the target is one process."""
    first_piece_s: float | None = None
    """When the first piece of the last answer was in; None: it had none, or came whole."""
    longest_gap_s: float | None = None
    """The longest wait between two pieces, or from one to the answer's end, of all answers that came in pieces."""

    @property
    def states_seen(self) -> tuple[StateSeen, ...]:
        """The same, read."""
        return tuple(StateSeen(*each) for each in json.loads(self.states)) if self.states else ()

    @property
    def latency_s(self) -> float:
        """From the instant at which the arrival process wanted it, so that a stalled driver hides nothing."""
        return self.finished_s - self.intended_s


REQUEST: Final = "request"
EFFECT: Final = "effect"
NOTICE_SHOWN: Final = "notice_shown"  # no telemetry: what the target showed, at the end, of what it was told


class LedgerRow(NamedTuple):
    """One request in a vendor's ledger, or one effect; what does not apply is empty."""

    entry: str
    """`request` or `effect`."""
    seq: int
    """Position in its vendor's ledger."""
    vendor: str
    account: str
    operation_id: str
    """Empty where the target passed none on."""
    at_s: Instant
    """Of a request: received; of an effect: committed."""
    finished_s: Instant
    """Of a request: answered, or dropped; of an effect: as `at_s`."""
    route: str
    """Of a request: `POST /v1/payment_intents`; of an effect its kind, `stripe.charge`."""
    id: str
    """The request's id, or the effect's."""
    request_id: str = ""
    """Of the request that caused it."""
    idempotency_key: str = ""
    replayed: bool = False
    status: int = 0
    """0: nothing went out."""
    ending: str = ""
    """Of a request: complete, close, reset, hang, or left where the client had gone."""
    chunks: int = 0
    """Of a request: how many of a stream, or messages of a session, went out; of a plain body 1 or 0."""
    received: int = 0
    """Of a request: the messages that a session's client sent."""
    faults: tuple[str, ...] = ()
    """The ids of the rules that struck it."""
    amount: int = 0
    asked_delay_s: float | None = None
    """Injected latency, as drawn."""
    given_delay_s: float | None = None
    """And as it really was."""
    retry_after_s: float | None = None
    """The wait that the answer asked for; None: none."""
    references: Json = ""
    """An object: the caller's own ids that the vendor stores with an effect."""
    fields: Json = ""
    """An object: what is kept of an effect besides id and amount; of a request, its answer's `changes`. Empty: none."""
    queued_s: float = 0.0
    """How long it waited for its turn, where the vendor works on so many at a time."""
    asked_work_s: float = 0.0
    """How long the vendor was to work on it then: as drawn, or until it would give the call up."""
    given_work_s: float = 0.0
    """And how long it really did."""
    connection: int = 0
    """Of a request: the port that it came from, by which those of one connection are known. 0: it came over none."""

    @property
    def kind(self) -> str:
        """Of an effect: what it is, `stripe.charge`."""
        return self.route


class EventRow(NamedTuple):
    """One thing that the target says of itself: a claim, not the truth."""

    at_s: Instant
    kind: str
    vendor: str = ""
    call: str = ""
    operation_id: str = ""
    attempt: int = 0
    outcome: str = ""
    duration_s: float = 0.0
    detail: str = ""
    process: str = ""
    """Which of several processes says it."""


class LetterRow(NamedTuple):
    """One dead letter. What the target does not show of it is empty, and is judged as lacking."""

    id: str = ""
    flow: str = ""  # whose request it is: `pay`
    state: str = ""
    """under_way, pending, redriving, redriven, refused, poison, incident or discarded."""
    operation_id: str = ""
    idempotency_key: str = ""
    payload: Json = ""
    payload_hash: str = ""
    error_class: str = ""
    reason: str = ""
    first_attempt_at: Instant | None = None
    last_attempt_at: Instant | None = None
    attempts: int = 0
    """How often the whole call was tried: once live, and once for each redrive."""
    generation: int = 0  # how often a redrive of it has failed
    resolved_at: Instant | None = None
    outcome: str = ""  # what the redrive that resolved it came to
    standing: str = ""  # what work of several steps has left: `vendor what id, …`

    @property
    def redrives(self) -> int:
        """How often it was sent again."""
        return max(self.generation, self.attempts - 1, 0)


class DeliveryRow(NamedTuple):
    """One attempt of a vendor to deliver a notice, and the receiver's answer."""

    vendor: str
    delivery: int
    """One notice on its way to one receiver: the same number through all its attempts."""
    attempt: int
    """From 1."""
    account: str
    type: str
    """`charge.succeeded`."""
    url: str
    operation_id: str
    """Of the call that the notice goes back to; empty where it carried none."""
    request_id: str
    at_s: Instant
    """Sent."""
    finished_s: Instant
    """Answered, or given up."""
    status: int = 0
    """0: no connection, or no answer in time."""
    is_forged: bool = False
    """A fault had forged or aged its signature: to be refused."""
    is_last: bool = False
    """The vendor makes no further attempt."""
    faults: tuple[str, ...] = ()  # the rules that struck the notice, by id


@dataclass(frozen=True, slots=True)
class Table(Generic[R]):
    """One file of a run folder."""

    record: type[R]
    order: tuple[str, ...]
    """The columns by which its rows are sorted; ties stay as they came."""


TABLES: Final[Mapping[str, Table[Any]]] = {
    "operations": Table(OperationRow, ("intended_s", "operation_id")),
    "ledger": Table(LedgerRow, ("vendor", "seq", "entry", "id")),
    "events": Table(EventRow, ("at_s",)),
    "deliveries": Table(DeliveryRow, ("at_s", "vendor", "delivery", "attempt")),
    "strikes": Table(StrikeRow, ("at_s", "process", "peer", "number", "rule", "stream")),
    "dead_letters": Table(LetterRow, ("first_attempt_at", "id")),
}


class RowError(ValueError):
    """What cannot be a row of its kind. The message names record and field."""


@dataclass(frozen=True, slots=True)
class _Column:
    """What a field's annotation says."""

    name: str
    required: bool
    empty: Any
    dtype: pl.DataType
    takes: frozenset[type]
    """What another process may send for it: polars would take more, `true` for a number and a text for a list."""
    is_instant: bool
    to_column: Callable[[list[Any]], list[Any]] | None
    """From what another process may send to what the column holds; raises `ValueError`."""
    to_record: Callable[[Any], Any] | None
    """From a cell to what the record holds."""


def schema_of(record: type[R]) -> pl.Schema:
    """The columns of a record, in its order."""
    return pl.Schema({column.name: column.dtype for column in _columns(record)})


def read(record: type[R], given: Iterable[Mapping[str, Any]], *, start_s: float = 0.0) -> pl.DataFrame:
    """Rows from what another process sent, by the names of the fields; `start_s` is the run's start on the clock of
    their instants. What is missing, or null, is empty; unknown names are ignored. Raises `RowError`.
    """
    rows = list(given)
    columns = []
    for column in _columns(record):
        try:
            series = _series(column, [row.get(column.name) for row in rows])
        except ValueError as error:
            raise RowError(f"{record.__name__}: {column.name} {error}") from None
        columns.append(series - start_s if column.is_instant and start_s else series)
    return pl.DataFrame(columns)


def _series(column: _Column, values: list[Any]) -> pl.Series:
    if None in values:
        if column.required:
            raise ValueError("is missing")
        values = [column.empty if value is None else value for value in values]
    if strange := set(map(type, values)) - column.takes - {NoneType}:
        raise ValueError(_told(next(value for value in values if type(value) in strange)))
    if column.to_column is not None:
        values = column.to_column(values)
    try:
        return _filled(column, values)
    except (TypeError, pl.exceptions.PolarsError):
        raise ValueError(_told(_first_wrong(column, values))) from None


def _told(wrong: Any) -> str:
    return f"cannot be {str(wrong)[:40]!r}"


def _filled(column: _Column, values: Sequence[Any]) -> pl.Series:
    if not isinstance(column.dtype, pl.List):
        return pl.Series(column.name, values, dtype=column.dtype)
    # A list takes a hundred times as long as a text to put into a column, and most of them are the same.
    places: dict[Any, int] = {}
    at = [places.setdefault(tuple(value), len(places)) for value in values]
    return pl.Series(column.name, list(places), dtype=column.dtype).gather(at)


def _first_wrong(column: _Column, values: list[Any]) -> Any:
    for value in values:
        try:
            pl.Series([value], dtype=column.dtype)
        except (TypeError, pl.exceptions.PolarsError):
            return value
    return values


def frame_of(record: type[R], rows: Iterable[R]) -> pl.DataFrame:
    """The rows as columns, in their order. A value of another type than its field's is an error of polars."""
    columns = _columns(record)
    values: list[Any] = list(zip(*rows, strict=True)) or [()] * len(columns)
    return pl.DataFrame([_filled(column, each) for column, each in zip(columns, values, strict=True)])


def records_in(record: type[R], frame: pl.DataFrame) -> Iterator[R]:
    """The rows of a frame with the record's columns, in their order."""
    cells: list[Iterable[Any]] = []
    for column in _columns(record):
        values = frame[column.name].to_list()
        cells.append(values if column.to_record is None else map(column.to_record, values))
    return map(record._make, zip(*cells, strict=True))


@cache
def _columns(record: type[NamedTuple]) -> tuple[_Column, ...]:
    hints = get_type_hints(record, include_extras=True)
    return tuple(_column(name, hints[name], record._field_defaults) for name in record._fields)


def _column(name: str, hint: Any, defaults: Mapping[str, Any]) -> _Column:
    parts = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
    kind = next(part for part in parts if part is not NoneType)
    dtype, takes, to_column, to_record = _kind_of(kind)
    return _Column(
        name=name,
        required=name not in defaults and NoneType not in parts,
        empty=defaults.get(name),
        dtype=dtype,
        takes=frozenset(takes),
        is_instant=kind is Instant,
        to_column=to_column,
        to_record=to_record,
    )


Kind = tuple[pl.DataType, set[type], Callable[[list[Any]], list[Any]] | None, Callable[[Any], Any] | None]


def _kind_of(kind: Any) -> Kind:
    """The column's type, what may be sent for it, and the two conversions."""
    if kind is Json:
        return pl.String(), {str, dict, list}, _json_texts, None
    if kind is Instant:
        return pl.Float64(), {float, int}, None, None
    if get_origin(kind) is tuple:
        return pl.List(pl.String()), {list, tuple}, None, tuple
    if issubclass(kind, StrEnum):
        # By a dictionary: an enumeration's own call is five times slower, and a run has a million of these.
        members = {member.value: member for member in kind}
        return pl.String(), {str, kind}, lambda values: _among(members, values), members.__getitem__
    dtype = {str: pl.String(), int: pl.Int64(), float: pl.Float64(), bool: pl.Boolean()}[kind]
    return dtype, {float, int} if kind is float else {kind}, None, None


def _json_texts(values: list[Any]) -> list[str]:
    return [value if isinstance(value, str) else json.dumps(value, sort_keys=True) for value in values]


def _among(members: Mapping[str, Any], values: list[Any]) -> list[Any]:
    for value in values:
        if value not in members:
            raise ValueError(f"{_told(value)}: it is none of {', '.join(members)}")
    return values
