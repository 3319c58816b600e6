"""The accounts of one simulator, and what the engine keeps beside each."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from brownout_simulators.account import Account, Ids, LazyStream
from brownout_simulators.acting import Acting
from brownout_simulators.clock import Clock
from brownout_simulators.idempotency import Keys
from brownout_simulators.limiter import Limiter
from brownout_simulators.setups import SetUp
from brownout_simulators.vendor import Vendor

S = TypeVar("S")

ACCOUNTS_LIMIT: Final = 100_000
CREDENTIALS_LIMIT: Final = 100_000
KEYS: Final = "idempotency key"
"""As the counts of objects call what is remembered under one."""


class TooManyAccounts(Exception):
    """There is no room for another account until the simulator is reset."""


@dataclass(slots=True)
class World(Generic[S]):
    """An account, the keys it used, and the ids of its requests."""

    account: Account[S]
    keys: Keys
    request_ids: Ids


class Worlds(Generic[S]):
    """Any credential opens an account of its own on first use; forgetting one costs the same, however full it is."""

    def __init__(
        self,
        vendor: Vendor[S],
        clock: Clock,
        acting: Acting,
        limiter: Limiter,
        *,
        seed: int,
        base_url: str,
        setup: SetUp,
    ) -> None:
        self.seed = seed
        self.base_url = base_url
        """Where a host serves the simulator: for accounts that open from now on."""
        self._vendor = vendor
        self._clock = clock
        self._acting = acting
        self._limiter = limiter
        self._first_setup = self.setup = setup
        """What the accounts are set up with."""
        self._known: dict[str, World[S]] = {}
        self.stray_ids = Ids(LazyStream(seed, vendor.name, "requests"))
        """For requests that belong to no account."""

    def __len__(self) -> int:
        return len(self._known)

    def of(self, label: str) -> World[S]:
        """The world of that account, new if it is not known. Raises `TooManyAccounts`."""
        world = self._known.get(label)
        if world is None:
            world = self._known[label] = self._open(label)
        return world

    def _open(self, label: str) -> World[S]:
        if len(self._known) >= ACCOUNTS_LIMIT:
            raise TooManyAccounts
        vendor, clock, acting, limiter, seed = self._vendor, self._clock, self._acting, self._limiter, self.seed
        names = (vendor.name, label)
        account: Account[S] = Account(
            label,
            vendor.new_state(),
            clock=clock.vendor_s,
            epoch_s=clock.epoch_s,
            ids=Ids(LazyStream(seed, *names, "ids")),
            stream=LazyStream(seed, *names, "random"),
            later=lambda delay_s, step: acting.later(account, delay_s, step),
            publish=lambda topic, message: acting.publish(account, topic, message),
            limits=lambda call: (
                limiter.states(call, label, clock.vendor_s(), clock.machine_s()) if limiter.is_on else {}
            ),
            base_url=self.base_url,
            setup=self.setup.read,
        )
        keys = Keys(vendor.idempotency.kept_s(label) if vendor.idempotency is not None else 0.0)
        return World(account, keys, Ids(LazyStream(seed, *names, "requests")))

    def set_up(self, setup: SetUp) -> None:
        """From now on all accounts are set up so, those that are open too."""
        self.setup = setup
        for world in self._known.values():
            world.account.setup = setup.read

    @property
    def accounts(self) -> Mapping[str, Account[S]]:
        """The accounts there are, by label."""
        return {label: world.account for label, world in self._known.items()}

    def objects(self) -> dict[str, dict[str, int]]:
        """By kind: how many the accounts hold, how many went for want of room, and how many of those were open."""
        counts: dict[str, dict[str, int]] = {}
        for world in self._known.values():
            for kind, store in (*self._vendor.stores(world.account.state).items(), (KEYS, world.keys.store)):
                of_kind = counts.setdefault(kind, {"kept": 0, "forgotten": 0, "forgotten_open": 0})
                of_kind["kept"] += len(store)
                of_kind["forgotten"] += store.forgotten
                of_kind["forgotten_open"] += store.forgotten_open
        return counts

    def forget(self, label: str) -> Account[S] | None:
        """Drop one account."""
        world = self._known.pop(label, None)
        return None if world is None else world.account

    def begin_anew(self, seed: int) -> None:
        """Drop them all; those that open from now on draw from `seed`, and are set up as at the start."""
        self.seed = seed
        self.setup = self._first_setup
        self._known = {}
        self.stray_ids = Ids(LazyStream(seed, self._vendor.name, "requests"))


class Credentials:
    """When each credential was first used, by a hash of it: the credential itself is not kept."""

    def __init__(self) -> None:
        self._since_s: dict[int, float] = {}

    def first_used(self, credential: str, now_s: float) -> float:
        """Now, if it was never used before. Bounded: the one that was first used first is forgotten first."""
        name = hash(credential)
        since_s = self._since_s.get(name)
        if since_s is None:
            since_s = self._since_s[name] = now_s
            if len(self._since_s) > CREDENTIALS_LIMIT:
                del self._since_s[next(iter(self._since_s))]
        return since_s
