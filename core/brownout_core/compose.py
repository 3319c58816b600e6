"""Builds the whole application from a configuration: the same code for a server, a test and virtual time.

The modes differ in what is handed in (transports, stores, clock, sink) and nowhere else. What stands in the tables of
adapters and flows is built; `Replacements` is how anything inside is replaced, and every flow uses what it makes.

    app = build(config, transports=..., claims=MemoryClaimStore(loop.time), dead_letters=SqliteDeadLetterStore(...))
    ending = await app.flows["pay"](PayRequest(operation_id="order-7", amount=1200))
"""

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from types import MappingProxyType
from typing import Any

from brownout_core.adapters import ADAPTERS
from brownout_core.adapters.declaration import NO_SESSIONS, Adapter, Hearing, Wire, hearings, secrets_of
from brownout_core.application import Application
from brownout_core.clock import WallClock
from brownout_core.errors import ConfigError
from brownout_core.flows import FLOWS
from brownout_core.flows.flow import Around, Flow, KeyFunction
from brownout_core.guarded import Guarded
from brownout_core.pipeline import Pipeline
from brownout_core.policies.dead_letter import DeadLetterConfig, DeadLetters
from brownout_core.policies.idempotency import Idempotency, IdempotencyConfig
from brownout_core.policies.inbox import Inbox
from brownout_core.policies.settings import PolicyFactories, make_policies
from brownout_core.presets import PoliciesOf, policies_of, read_policies
from brownout_core.records import ClaimStore, DeadLetterStore, Spill
from brownout_core.redaction import Redactor
from brownout_core.sessions import SessionTransport
from brownout_core.spelling import nearest
from brownout_core.strict import read_strictly
from brownout_core.telemetry import Sink
from brownout_core.transport import Transport


@dataclass(frozen=True, slots=True, kw_only=True)
class AppConfig:
    """All settings of the application but those of its stores."""

    access: Mapping[str, Any]
    """Each vendor's access record, by its name; see `adapters.declaration.read_access`. Each of these vendors is
    guarded, whether or not an operation needs it."""
    operations: Sequence[str] | None = None
    """What it can be asked for, by the names of the flows; None: everything that there is. The vendors of the others
    are not needed."""
    policies: PoliciesOf = policies_of
    """The settings of the policies of an adapter's vendor."""
    idempotency: IdempotencyConfig = field(default_factory=IdempotencyConfig)
    dead_letters: DeadLetterConfig = field(default_factory=DeadLetterConfig)
    settle_s: float = 10.0
    """How long something that may have been sent can take to show up where one looks for it."""
    heard: Collection[str] | None = None
    """The vendors whose notices are counted on, by name; None: of each that there is a signing secret of."""

    def __post_init__(self) -> None:
        Shared(settle_s=self.settle_s)

    def hears(self, adapters: Mapping[str, Adapter[Any, Any]]) -> dict[str, Hearing]:
        """Which of these vendors are heard, and what their notices are verified with."""
        found = hearings(adapters, self.access)
        return {name: each for name, each in found.items() if self.heard is None or name in self.heard}

    def secrets(self) -> Sequence[str]:
        """What must never be written down."""
        return [secret for access in self.access.values() for secret in secrets_of(access)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What a policies document says besides the vendors: it holds for all of them."""

    idempotency: IdempotencyConfig = field(default_factory=IdempotencyConfig)
    dead_letters: DeadLetterConfig = field(default_factory=DeadLetterConfig)
    settle_s: float = 10.0
    """How long something that may have been sent can take to show up where one looks for it."""

    def __post_init__(self) -> None:
        if not 0 <= self.settle_s <= 86_400:
            raise ConfigError(f"settle_s must be in [0, 86400] seconds, got {self.settle_s}")


def read_document(
    document: Mapping[str, object], adapters: Mapping[str, Adapter[Any, Any]] = ADAPTERS
) -> dict[str, Any]:
    """The fields of `AppConfig` that a policies document sets.

    `{"preset": …, "vendors": {…}, "idempotency": {"lease_s": 20}, "dead_letters": {"canary": 5}, "settle_s": 10}`;
    every part may be absent. Raises `ConfigError`.
    """
    sections = {name: document[name] for name in Shared.__dataclass_fields__ if name in document}
    rest = read_strictly(Shared, sections, "policies")
    policies = read_policies({name: value for name, value in document.items() if name not in sections}, adapters)
    return {**{name: getattr(rest, name) for name in sections}, "policies": policies}


def check_document(
    document: Mapping[str, object],
    adapters: Mapping[str, Adapter[Any, Any]] = ADAPTERS,
    flows: Mapping[str, type[Flow[Any]]] = FLOWS,
) -> None:
    """Raises `ConfigError` where no application can be built by this document, as `build` would."""
    settings = read_document(document, adapters)
    deadlines_s = [
        max(settings["policies"](each).timeout.deadline_s for each in flow.waited_for()) for flow in flows.values()
    ]
    for deadline_s in deadlines_s:
        try:
            settings.get("idempotency", IdempotencyConfig()).lease_for(deadline_s)
        except ConfigError as wrong:
            raise ConfigError(f"policies.idempotency.{wrong}") from wrong
    try:
        _check_lease(settings.get("dead_letters", DeadLetterConfig()), max(deadlines_s, default=0.0))
    except ConfigError as wrong:
        raise ConfigError(f"policies.{wrong}") from wrong


def chosen(flows: Mapping[str, type[Flow[Any]]], names: Sequence[str] | None) -> dict[str, type[Flow[Any]]]:
    """The flows of these names; None: all of them. Raises `ConfigError`."""
    if names is None:
        return dict(flows)
    for name in names:
        if name not in flows:
            raise ConfigError(f"no operation named {name!r}{nearest(name, flows)}")
    return {name: flow for name, flow in flows.items() if name in names}


def adapters_of(
    flows: Mapping[str, type[Flow[Any]]], adapters: Mapping[str, Adapter[Any, Any]] = ADAPTERS
) -> dict[str, Adapter[Any, Any]]:
    """Those of the vendors that these flows use, in the order of the table. Raises `ConfigError`."""
    used = {adapter.name for flow in flows.values() for adapter in flow.uses}
    if missing := used - adapters.keys():
        raise ConfigError(f"adapters: there is none for {', '.join(sorted(missing))}")
    return {name: adapter for name, adapter in adapters.items() if name in used}


def idempotency_key(flow: str, operation_id: str) -> str:
    """The key of an operation: the same for ever, in every process, and fit for every vendor's rules."""
    return f"{flow}-{hashlib.sha256(operation_id.encode()).hexdigest()[:40]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacements(PolicyFactories):
    """What takes the place of what `build` makes; what is not named stays as it is.

    A policy's replacement gets what the usual one is made of (its vendor's name, its settings, …): those of a vendor
    are made once per vendor, `idempotency` once per flow, `dead_letters` once. Everything else gets the usual one, to
    wrap or to ignore: a client and a transport once per vendor, the rest once. The tables are replaced as a whole:
    `{**FLOWS, "pay": Other}`.
    """

    name: str = ""
    """Under which whatever runs with them says so; empty: they are nobody's but the caller's."""
    adapters: Mapping[str, Adapter[Any, Any]] = field(default_factory=lambda: ADAPTERS)
    flows: Mapping[str, type[Flow[Any]]] = field(default_factory=lambda: FLOWS)
    client: Callable[[str, Any], Any] = lambda _vendor, client: client
    transport: Callable[[str, Transport], Transport] = lambda _vendor, transport: transport
    pipeline: Callable[..., Pipeline] = Pipeline
    """Once per vendor, as the vendor's policies: the order in which they stand around a call."""
    idempotency_key: KeyFunction = idempotency_key
    """Called once per asking, outside the retries; the key of the claim, and the one that the vendor sees."""
    idempotency: Callable[..., Idempotency] = Idempotency
    inbox: Callable[..., Inbox] = Inbox
    dead_letters: Callable[..., DeadLetters] = DeadLetters
    claim_store: Callable[[ClaimStore], ClaimStore] = lambda store: store
    dead_letter_store: Callable[[DeadLetterStore], DeadLetterStore] = lambda store: store
    spill: Callable[[Spill | None], Spill | None] = lambda spill: spill
    sink: Callable[[Sink], Sink] = lambda sink: sink
    wall_clock: Callable[[WallClock], WallClock] = lambda clock: clock


def build(
    config: AppConfig,
    replacements: Replacements | None = None,
    *,
    transports: Mapping[str, Transport],
    sessions: Mapping[str, SessionTransport] = MappingProxyType({}),
    claims: ClaimStore,
    dead_letters: DeadLetterStore,
    wall_clock: WallClock,
    sink: Sink | None = None,
    spill: Spill | None = None,
    seed: int = 0,
    instance: str = "",
) -> Application:
    """The application. Opens nothing by itself, starts no task; the caller closes it.

    `transports` has one per vendor that the operations need, or that there is access to; `sessions` opens the
    websockets of the vendors that have any. `instance` names this life of the application and no other one; by default
    it is made from the wall clock. Raises `ConfigError`.
    """
    put = replacements or Replacements()
    served, adapters = _served(config, put)
    wall_clock = put.wall_clock(wall_clock)
    instance = instance or f"app-{wall_clock():.6f}"
    redactor = Redactor(config.secrets())
    emit = None if sink is None else put.sink(sink)
    store = put.claim_store(claims)
    letters = put.dead_letters(
        put.dead_letter_store(dead_letters),
        config.dead_letters,
        wall_clock=wall_clock,
        instance=instance,
        spill=put.spill(spill),
        sink=emit,
        redactor=redactor,
    )
    wires = {
        vendor: Wire(put.transport(vendor, transport), wall_clock, redactor, sessions=sessions.get(vendor, NO_SESSIONS))
        for vendor, transport in _for_each(adapters, transports, "transports").items()
    }
    guarded = _guarded(config, put, adapters, wires, seed=seed, sink=emit)
    inbox = put.inbox(store, config.hears(adapters), sink=emit)
    around = Around(
        guarded=guarded,
        idempotency=lambda flow, deadline_s: put.idempotency(
            store, config.idempotency, deadline_s=deadline_s, instance=f"{instance}:{flow}", sink=emit
        ),
        dead_letters=letters,
        inbox=inbox,
        key=put.idempotency_key,
        wall_clock=wall_clock,
        settle_s=config.settle_s,
        random=lambda name: Random(f"{seed}:{name}"),
        sink=emit,
    )
    flows = {name: flow(around) for name, flow in served.items()}
    _check_lease(config.dead_letters, max((flow.deadline_s for flow in flows.values()), default=0.0))
    closed = {vendor: wire.transport for vendor, wire in wires.items()}
    return Application(flows=flows, letters=letters, guarded=guarded, claims=store, inbox=inbox, transports=closed)


def _served(
    config: AppConfig, put: Replacements
) -> tuple[Mapping[str, type[Flow[Any]]], Mapping[str, Adapter[Any, Any]]]:
    """The flows, and the adapters of the vendors that they need, or that there is access to."""
    flows = chosen(put.flows, config.operations)
    needed = adapters_of(flows, put.adapters)
    return flows, {name: each for name, each in put.adapters.items() if name in needed or name in config.access}


def _guarded(
    config: AppConfig,
    put: Replacements,
    adapters: Mapping[str, Adapter[Any, Any]],
    wires: Mapping[str, Wire],
    *,
    seed: int,
    sink: Sink | None,
) -> dict[str, Guarded[Any]]:
    """Each vendor's client behind its policies."""
    guarded = {}
    for vendor, access in _for_each(adapters, config.access, "access").items():
        policies = make_policies(vendor, config.policies(adapters[vendor]), seed=seed, sink=sink, factories=put)
        wire = wires[vendor]._replace(renewal=policies.renewal)
        client = put.client(vendor, adapters[vendor].client(access, wire))
        guarded[vendor] = Guarded(client, put.pipeline(vendor, policies, sink=sink), policies)
    return guarded


def _for_each(adapters: Mapping[str, Any], things: Mapping[str, Any], what: str) -> dict[str, Any]:
    missing = [vendor for vendor in adapters if vendor not in things]
    if missing:
        raise ConfigError(f"{what}: there is none for {', '.join(missing)}")
    return {vendor: things[vendor] for vendor in adapters}


def _check_lease(config: DeadLetterConfig, longest_s: float) -> None:
    if config.lease_s <= longest_s:
        raise ConfigError(
            f"dead_letters.lease_s must be longer than the longest deadline_s ({longest_s}), got {config.lease_s}"
        )
