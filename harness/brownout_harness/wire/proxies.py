"""All the proxies of a server, by name."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from brownout_harness.wire.address import Address
from brownout_harness.wire.connection import Means
from brownout_harness.wire.proxy import Proxy
from brownout_harness.wire.toxic import Toxic

MOST: Final = 1_000
"""Proxies of a server, and toxics of a proxy."""


class Refused(Exception):
    """The status and the words of an answer that says no."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


NO_PROXY: Final = "proxy not found"
NO_TOXIC: Final = "toxic not found"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A proxy as somebody wants it."""

    name: str
    listen: Address
    upstream: Address
    enabled: bool = True
    toxics: tuple[Toxic, ...] = ()


class Proxies:
    """Those of one server."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self._proxies: dict[str, Proxy] = {}

    def __iter__(self) -> Iterator[Proxy]:
        return iter(sorted(self._proxies.values(), key=lambda proxy: proxy.name))

    def get(self, name: str) -> Proxy:
        """Raises `Refused` where there is none."""
        if name not in self._proxies:
            raise Refused(404, NO_PROXY)
        return self._proxies[name]

    def create(self, wanted: Wanted) -> Proxy:
        """Raises `Refused` where there is one of this name, or its port is taken."""
        if wanted.name in self._proxies:
            raise Refused(409, "proxy already exists")
        if len(self._proxies) >= MOST:
            raise Refused(409, f"there are {MOST} proxies already")
        proxy = Proxy(wanted.name, wanted.listen, wanted.upstream, self._means)
        if wanted.enabled:
            enable(proxy)
        for toxic in wanted.toxics:
            proxy.add(toxic)
        self._proxies[wanted.name] = proxy
        return proxy

    def populate(self, several: Sequence[Wanted]) -> Iterator[Proxy]:
        """Create what is not there, one after the other; replace what listens or leads elsewhere.

        One that is as it is wanted stays, with its connections; it is enabled or not as wanted, and has these toxics if
        any are named. Raises `Refused` at the first that cannot be.
        """
        for wanted in several:
            there = self._proxies.get(wanted.name)
            if there is not None and (there.listen, there.upstream) != (wanted.listen, wanted.upstream):
                self.delete(wanted.name)
                there = None
            if there is None:
                yield self.create(wanted)
                continue
            if wanted.enabled:
                enable(there)
            else:
                there.disable()
            if wanted.toxics:
                clear(there)
                for toxic in wanted.toxics:
                    there.add(toxic)
            yield there

    def delete(self, name: str) -> None:
        """Raises `Refused` where there is none."""
        self.get(name).disable()
        del self._proxies[name]

    def reset(self) -> None:
        """All are enabled, and have no toxics. Raises `Refused` where a port is taken, with the others reset."""
        refused: Refused | None = None
        for proxy in self:
            clear(proxy)
            try:
                enable(proxy)
            except Refused as error:
                refused = refused or error
        if refused is not None:
            raise refused

    def close(self) -> None:
        """None listens any longer."""
        for proxy in self:
            proxy.disable()


def enable(proxy: Proxy) -> None:
    """Raises `Refused` where its port is taken."""
    try:
        proxy.enable()
    except OSError as error:
        raise unheard(proxy.listen, error) from None


def lead(proxy: Proxy, listen: Address, upstream: Address) -> None:
    """See `Proxy.lead`. Raises `Refused` where the new port is taken."""
    try:
        proxy.lead(listen, upstream)
    except OSError as error:
        raise unheard(listen, error) from None


def unheard(listen: Address, error: OSError) -> Refused:
    """In Toxiproxy's words, which clients look for."""
    return Refused(500, f"listen tcp {listen}: bind: {(error.strerror or str(error)).lower()}")


def clear(proxy: Proxy) -> None:
    """Remove all its toxics."""
    for toxic in proxy.toxics:
        proxy.remove(toxic.name)
