"""What an adapter declares, so that nothing else in this package has to name its vendor.

    @dataclass(frozen=True, slots=True, kw_only=True)
    class Access:
        base_url: str = variable("ACME_API_BASE", read=url, default="http://127.0.0.1:12120")
        api_key: str = variable("ACME_API_KEY", secret=True)

    ADAPTER = Adapter(name="acme", access=Access, client=connect, recommended=recommended(3.0, 10.0))

An access record says by itself where each of its fields is found in the environment: the gateway's settings and the
virtual server read it by the same function.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields
from typing import Any, Generic, NamedTuple, TypeVar
from urllib.parse import urlsplit

from brownout_core.clock import WallClock
from brownout_core.errors import ConfigError
from brownout_core.live_keys import is_live
from brownout_core.policies.inbox import News
from brownout_core.policies.settings import VendorPolicies
from brownout_core.policies.shapes import RenewalShape
from brownout_core.redaction import Redactor
from brownout_core.sessions import NoSessions, SessionTransport
from brownout_core.transport import Transport

A = TypeVar("A")
C = TypeVar("C")

NO_SESSIONS = NoSessions()

_VARIABLE = "variable"


class _Variable(NamedTuple):
    name: str
    is_secret: bool
    read: Callable[[str], Any]


def variable(
    name: str, *, default: Any = MISSING, secret: bool = False, read: Callable[[str], Any] = str
) -> Any:  # a dataclass's field, which mypy takes for its value
    """A field that is found in the environment variable `name`; without a `default` it has to be there.

    A `secret` is neither shown by `repr` nor written down anywhere. `read` makes the value of the variable's text,
    or raises `ValueError` with what it must be.
    """
    metadata = {_VARIABLE: _Variable(name, secret, read)}
    return field(default=default, repr=not secret, metadata=metadata)


def url(text: str) -> str:
    """Reads an address of a vendor: http or https, without its trailing slash."""
    try:
        parts = urlsplit(text)
        is_fit = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        is_fit = False
    if not is_fit:
        raise ValueError("must be an http or https URL")
    return text.rstrip("/")


def several(text: str) -> tuple[str, ...]:
    """Reads values that are separated by commas."""
    return tuple(each.strip() for each in text.split(",") if each.strip())


class Wire(NamedTuple):
    """What a client is made of besides its access."""

    transport: Transport
    wall_clock: WallClock
    """Judges dates in the vendor's headers."""
    redactor: Redactor
    sessions: SessionTransport = NO_SESSIONS
    """Opens websockets, for the adapters that have any."""
    renewal: RenewalShape | None = None
    """Renews a credential that the client's calls share; None: as a client of its own would."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhooks(Generic[A]):
    """How a vendor's webhooks are told from forged ones. They arrive at `/webhooks/<vendor>`."""

    secrets: Callable[[A], Sequence[str]]
    """The signing secrets; without one there is no route."""
    verify: Callable[[bytes, Mapping[str, str], Sequence[str], float], Mapping[str, Any]]
    """(body as it arrived, headers in lower case, secrets, wall-clock seconds) to the event, which has an `id`. Raises
    `SignatureInvalid`."""
    read: Callable[[Mapping[str, Any]], News | None] = lambda _event: None
    """What a genuine event says of an operation of ours; None: nothing that anybody wants to know. Never raises."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapter(Generic[A, C]):
    """One vendor, as the core knows it: where it is, how it is talked to, how it is guarded."""

    name: str
    access: type[A]
    """A frozen dataclass of `variable`s."""
    client: Callable[[A, Wire], C]
    recommended: VendorPolicies
    original: VendorPolicies | None = None
    """The settings of the systems that this one replaces; None: as for any vendor that they did not state."""
    webhooks: Webhooks[A] | None = None


@dataclass(frozen=True, slots=True)
class Hearing:
    """A vendor that is heard: how its notices are verified and read, and by which secrets."""

    webhooks: Webhooks[Any]
    secrets: Sequence[str]


def hearings(adapters: Mapping[str, Adapter[Any, Any]], access: Mapping[str, Any]) -> dict[str, Hearing]:
    """By vendor, for those that there is access to, with a signing secret."""
    found = {}
    for name, adapter in adapters.items():
        webhooks = adapter.webhooks
        if webhooks is not None and name in access and (secrets := webhooks.secrets(access[name])):
            found[name] = Hearing(webhooks, secrets)
    return found


def by_name(*adapters: Adapter[Any, Any]) -> Mapping[str, Adapter[Any, Any]]:
    """A table of adapters. Two of one name are a mistake."""
    table = {adapter.name: adapter for adapter in adapters}
    if len(table) < len(adapters):
        raise ConfigError("two adapters have one name")
    return table


def read_access(adapters: Mapping[str, Adapter[Any, Any]], environment: Mapping[str, str]) -> dict[str, Any]:
    """Each adapter's access record, by its name, from the environment. A variable that is empty counts as missing.

    Raises:
        ConfigError: variables are missing, all named in one line; a value cannot be; a key is live. No message quotes
            a value.
    """
    missing = [
        variable.name
        for adapter in adapters.values()
        for each, variable in _variables(adapter.access)
        if each.default is MISSING and not environment.get(variable.name)
    ]
    if missing:
        raise ConfigError(f"missing in the environment: {', '.join(missing)}")
    return {name: _read(adapter.access, environment) for name, adapter in adapters.items()}


def _read(access: type[A], environment: Mapping[str, str]) -> A:
    values = {}
    for each, variable in _variables(access):
        text = environment.get(variable.name)
        if not text:
            continue
        if is_live(text):
            raise ConfigError(f"{variable.name} is a live key: only test keys (sk_test_...) are accepted")
        try:
            values[each.name] = variable.read(text)
        except ValueError as error:
            raise ConfigError(f"{variable.name} {error}") from None
    return access(**values)


def secrets_of(access: Any) -> Iterable[str]:
    """The values in an access record that must never be written down."""
    for each, variable in _variables(type(access)):
        if variable.is_secret:
            value = getattr(access, each.name)
            yield from (value,) if isinstance(value, str) else value


def variables_of(adapter: Adapter[Any, Any]) -> Sequence[str]:
    """The names of the environment variables by which an adapter finds its vendor."""
    return [variable.name for _, variable in _variables(adapter.access)]


def _variables(access: type[Any]) -> list[tuple[Any, _Variable]]:
    return [(each, each.metadata[_VARIABLE]) for each in fields(access) if _VARIABLE in each.metadata]
