"""Builds the whole application from a configuration: the same code for a server, a test and virtual time.

The modes differ in what is handed in (transports, stores, clock, sink) and nowhere else. `Parts` is how anything
inside is replaced: give another factory, and every flow uses what it makes.

    app = build(config, transports=..., claims=MemoryClaimStore(loop.time), dead_letters=SqliteDeadLetterStore(...))
    outcome = await app.pay(PayRequest(operation_id="order-7", amount=1200))
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from brownout_core.adapters.sales import SalesClient
from brownout_core.adapters.stripe import StripeClient
from brownout_core.adapters.twilio import TwilioClient
from brownout_core.application import Application
from brownout_core.clock import WallClock
from brownout_core.errors import ConfigError
from brownout_core.flows.notify import Notify
from brownout_core.flows.operation import KeyFunction, SetAside, Tools
from brownout_core.flows.pay import Pay
from brownout_core.flows.place_order import PlaceOrder
from brownout_core.policies.dead_letter import DeadLetterConfig, DeadLetters, Spill
from brownout_core.policies.idempotency import Idempotency, IdempotencyConfig
from brownout_core.presets import PolicyParts, VendorPolicies, parts_for, policies_for, read_policies
from brownout_core.records import ClaimStore, DeadLetterStore
from brownout_core.redaction import Redactor
from brownout_core.telemetry import Sink
from brownout_core.transport import Transport

VENDORS = ("stripe", "twilio", "sales")


@dataclass(frozen=True, slots=True, kw_only=True)
class StripeAccess:
    """Where Stripe is, and with which key."""

    base_url: str
    api_key: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class TwilioAccess:
    """Where Twilio is, and as whom."""

    base_url: str
    account_sid: str
    auth_token: str = field(repr=False)
    sender: str = "+15005550006"
    """The number that messages come from."""
    verify_service: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SalesAccess:
    """Where the sales system is, and as whom."""

    base_url: str
    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AppConfig:
    """All settings of the application but those of its stores."""

    stripe: StripeAccess
    twilio: TwilioAccess
    sales: SalesAccess
    policies: Callable[[str], VendorPolicies] = policies_for
    """The settings of a vendor's policies, by its name."""
    idempotency: IdempotencyConfig = field(default_factory=IdempotencyConfig)
    dead_letters: DeadLetterConfig = field(default_factory=DeadLetterConfig)
    settle_s: float = 10.0
    """How long a message that may have been sent can take to show up at Twilio; it is not sent again before."""

    def __post_init__(self) -> None:
        if not 0 <= self.settle_s <= 86_400:
            raise ConfigError(f"settle_s must be in [0, 86400] seconds, got {self.settle_s}")

    def secrets(self) -> Sequence[str]:
        """What must never be written down."""
        return (self.stripe.api_key, self.twilio.auth_token, self.sales.client_secret)


def read_document(document: Mapping[str, object]) -> dict[str, Any]:
    """The fields of `AppConfig` that a policies document sets.

    `{"preset": …, "vendors": {…}, "idempotency": {"lease_s": 20}, "dead_letters": {"canary": 5}, "settle_s": 10}`;
    every part may be absent. Raises `ConfigError`.
    """
    rest: dict[str, Any] = dict(document)
    fields: dict[str, Any] = {}
    sections: Mapping[str, type[Any]] = {"idempotency": IdempotencyConfig, "dead_letters": DeadLetterConfig}
    for name, kind in sections.items():
        if name in rest:
            fields[name] = _section(name, kind, rest.pop(name))
    if "settle_s" in rest:
        settle_s = rest.pop("settle_s")
        if not isinstance(settle_s, int | float) or isinstance(settle_s, bool):
            raise ConfigError(f"policies.settle_s: must be a number, got {settle_s!r}")
        fields["settle_s"] = settle_s
    policies = read_policies(rest)
    for vendor in rest.get("vendors") or ():
        if vendor not in VENDORS:
            raise ConfigError(f"policies.vendors.{vendor}: no such vendor; there are {', '.join(VENDORS)}")
    return {**fields, "policies": policies}


def _section(name: str, kind: type[Any], values: object) -> Any:
    if not isinstance(values, Mapping):
        raise ConfigError(f"policies.{name}: must be a mapping, got {values!r}")
    known = kind.__dataclass_fields__
    for key, value in values.items():
        if key not in known:
            raise ConfigError(f"policies.{name}.{key}: no such field; there are {', '.join(known)}")
        if value is not None and (not isinstance(value, int | float) or isinstance(value, bool)):
            raise ConfigError(f"policies.{name}.{key}: must be a number, got {value!r}")
    try:
        return kind(**values)
    except ConfigError as error:
        raise ConfigError(f"policies.{name}.{error}") from None


def idempotency_key(flow: str, operation_id: str) -> str:
    """The key of an operation: the same for ever, in every process, and fit for every vendor's rules."""
    return f"{flow}-{hashlib.sha256(operation_id.encode()).hexdigest()[:40]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts(PolicyParts):
    """What the application is made of: one factory or function per part, each replaceable.

    Factories are called once per vendor at `build` (stores and sink: once). A store's or the sink's factory is given
    the one that was handed to `build`, to wrap or to replace.
    """

    idempotency_key: KeyFunction = idempotency_key
    """Called once per asking, outside the retries; the key of the claim, and the one that the vendor sees."""
    claims: Callable[[ClaimStore], ClaimStore] = lambda store: store
    dead_letters: Callable[[DeadLetterStore], DeadLetterStore] = lambda store: store
    sink: Callable[[Sink], Sink] = lambda sink: sink


def build(
    config: AppConfig,
    parts: Parts | None = None,
    *,
    transports: Mapping[str, Transport],
    claims: ClaimStore,
    dead_letters: DeadLetterStore,
    wall_clock: WallClock,
    sink: Sink | None = None,
    spill: Spill | None = None,
    seed: int = 0,
    instance: str = "",
) -> Application:
    """The application. Opens nothing by itself, starts no task; the caller closes it.

    `transports` has one per vendor in `VENDORS`. `instance` names this life of the application and no other one; by
    default it is made from the wall clock. Raises `ConfigError`.
    """
    parts = parts or Parts()
    missing = [vendor for vendor in VENDORS if vendor not in transports]
    if missing:
        raise ConfigError(f"transports: there is none for {', '.join(missing)}")
    instance = instance or f"app-{wall_clock():.6f}"
    redactor = Redactor(config.secrets())
    emit = None if sink is None else parts.sink(sink)
    claim_store = parts.claims(claims)
    letters = DeadLetters(
        parts.dead_letters(dead_letters),
        config.dead_letters,
        wall_clock=wall_clock,
        instance=instance,
        spill=spill,
        sink=emit,
        redactor=redactor,
    )
    policies = {vendor: config.policies(vendor) for vendor in VENDORS}
    _check_leases(config.dead_letters, policies)
    vendors = {vendor: parts_for(vendor, policies[vendor], seed=seed, sink=emit, parts=parts) for vendor in VENDORS}

    def tools(vendor: str, sets_aside: SetAside) -> Tools:
        return Tools(
            parts=vendors[vendor],
            idempotency=_claiming(vendor, config, policies, claim_store, instance=instance, sink=emit),
            dead_letters=letters,
            key=parts.idempotency_key,
            wall_clock=wall_clock,
            sink=emit,
            sets_aside=sets_aside,
        )

    stripe, twilio, sales = _clients(config, transports, wall_clock, redactor)
    return Application(
        # A payment or a message that was not sent is refused: the caller is there and can decide. An order can wait.
        pay=Pay(tools("stripe", SetAside.UNKNOWN), stripe),
        notify=Notify(tools("twilio", SetAside.UNKNOWN), twilio, sender=config.twilio.sender, settle_s=config.settle_s),
        place_order=PlaceOrder(tools("sales", SetAside.TRANSIENT), sales),
        letters=letters,
        vendors=vendors,
        claims=claim_store,
        transports=transports,
    )


def _claiming(
    vendor: str,
    config: AppConfig,
    policies: Mapping[str, VendorPolicies],
    store: ClaimStore,
    *,
    instance: str,
    sink: Sink | None,
) -> Idempotency:
    deadline_s = policies[vendor].timeout.deadline_s
    return Idempotency(store, config.idempotency, deadline_s=deadline_s, instance=f"{instance}:{vendor}", sink=sink)


def _check_leases(config: DeadLetterConfig, policies: Mapping[str, VendorPolicies]) -> None:
    longest_s = max(each.timeout.deadline_s for each in policies.values())
    if config.lease_s <= longest_s:
        raise ConfigError(
            f"dead_letters.lease_s must be longer than the longest deadline_s ({longest_s}), got {config.lease_s}"
        )


def _clients(
    config: AppConfig, transports: Mapping[str, Transport], wall_clock: WallClock, redactor: Redactor
) -> tuple[StripeClient, TwilioClient, SalesClient]:
    stripe = StripeClient(
        config.stripe.base_url,
        config.stripe.api_key,
        transports["stripe"],
        wall_clock=wall_clock,
        redactor=redactor,
    )
    twilio = TwilioClient(
        config.twilio.base_url,
        config.twilio.account_sid,
        config.twilio.auth_token,
        transports["twilio"],
        verify_service=config.twilio.verify_service,
        wall_clock=wall_clock,
        redactor=redactor,
    )
    sales = SalesClient(
        config.sales.base_url,
        config.sales.client_id,
        config.sales.client_secret,
        transports["sales"],
        wall_clock=wall_clock,
        redactor=redactor,
    )
    return stripe, twilio, sales
