"""Drives any Toxiproxy, ours or a real one, by `toxiproxy-python` 0.1.1. What is wrong with that is put right here:

- Host and port belong to a class, so that two servers in one process would share them: each driver has a class of its
  own, which is put in the library's place while it works.
- It waits for ever: every request here has a limit. It obeys `HTTP_PROXY`: nothing on loopback needs that.
- Of the statuses it knows 400, 404 and 409; a port that is taken (500) comes out as `KeyError: 'name'`. A toxic that is
  there already is told as a proxy that is. Here every refusal is a `WireError` in the server's own words.
- It cannot change a toxic: that request is made here, as it makes its others.
- It puts names into a path as they are: here a name has only letters, digits, and `._-`.
- It reads all the proxies before nearly everything; asked for one that is not there, it ends with an `AttributeError`.
"""

import json
import re
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

from brownout_harness.problems import BadInput
from brownout_harness.safety.loopback import require_loopback
from brownout_harness.wire.toxic import Toxic

try:
    import toxiproxy.proxy
    import toxiproxy.server
    from toxiproxy.api import APIConsumer
    from toxiproxy.exceptions import InvalidToxic, NotFound, ProxyExists
except ImportError as missing:
    raise BadInput(f"to drive a Toxiproxy needs brownout[wire]: pip install 'brownout[wire]' ({missing})") from None

PATIENCE_S: Final = 5.0
BINARY: Final = "toxiproxy-server"

_NAME: Final = re.compile(r"[A-Za-z0-9._-]{1,200}")
_NO_PROXY: Final = {"http": None, "all": None}
_SWAP: Final = threading.Lock()

T = TypeVar("T")


class WireError(Exception):
    """The server does not answer, or says no; one line."""

    def __init__(self, why: str, status: int = 0) -> None:
        super().__init__(why)
        self.status = status
        """Of its answer; 0: there was none."""


class Driver:
    """Of the server at one URL. Safe for use from several threads: one request at a time is made."""

    def __init__(self, url: str) -> None:
        """Raises `BadInput` where the URL is not one of loopback."""
        self.url = require_loopback(url, "Toxiproxy's URL")
        parts = urlsplit(self.url)
        self._consumer = _consumer(parts.hostname or "", parts.port or 80)
        self._server = toxiproxy.server.Toxiproxy()

    def version(self) -> str:
        """Of the API."""
        return str(self._said_of_itself()["version"])

    @property
    def is_ours(self) -> bool:
        """Whether it keeps books of its connections, is seeded and knows its schedule."""
        return self._said_of_itself().get("server") == "brownout"

    def create(self, name: str, upstream: str, *, listen: str = "127.0.0.1:0", enabled: bool = True) -> str:
        """A new proxy; returns where it listens. Raises `WireError`, as all of these do."""
        _check(name)
        made = self._do(lambda: self._server.create(upstream, name, listen, enabled))
        return str(made.listen)

    def delete(self, proxy: str) -> None:
        """Listen no longer, and close what is open."""
        self._do(self._proxy(proxy).destroy)

    def enable(self, proxy: str) -> None:
        """Listen."""
        self._do(self._proxy(proxy).enable)

    def disable(self, proxy: str) -> None:
        """Refuse new connections, and close those that are open."""
        self._do(self._proxy(proxy).disable)

    def add(self, proxy: str, toxic: Toxic) -> None:
        """Set a toxic, behind those that are set."""
        _check(toxic.name)
        self._do(
            lambda: self._proxy(proxy).add_toxic(
                type=toxic.type,
                name=toxic.name,
                stream=toxic.stream.value,
                toxicity=toxic.toxicity,
                attributes=_whole(toxic),
            )
        )

    def change(self, proxy: str, toxic: Toxic) -> None:
        """Give the one of this name these attributes and this toxicity."""
        self._proxy(proxy)
        _check(toxic.name)
        changed = {"attributes": _whole(toxic), "toxicity": toxic.toxicity}
        self._do(lambda: self._consumer.post(f"/proxies/{proxy}/toxics/{toxic.name}", json=changed))

    def remove(self, proxy: str, name: str) -> None:
        """Take a toxic away."""
        _check(name)
        self._do(lambda: self._proxy(proxy).destroy_toxic(name))

    def toxics(self, proxy: str) -> Mapping[str, Mapping[str, Any]]:
        """By name, as the API shows them."""
        return {name: vars(each) for name, each in self._do(self._proxy(proxy).toxics).items()}

    def listens(self) -> Mapping[str, str]:
        """Where each proxy listens that is there, by name."""
        return {name: str(proxy.listen) for name, proxy in self._do(self._server.proxies).items()}

    def reset(self) -> None:
        """Every proxy listens, and has no toxics."""
        self._do(self._server.reset)

    def connections(self) -> Mapping[str, Any] | None:
        """What `GET /_brownout/connections` tells; None of a real Toxiproxy, which keeps no books."""
        try:
            told: Mapping[str, Any] = self._do(lambda: self._consumer.get("/_brownout/connections")).json()
        except WireError as error:
            if error.status == 404:
                return None
            raise
        return told

    def _proxy(self, name: str) -> Any:
        """As the library has one: nothing is asked of the server."""
        _check(name)
        return toxiproxy.proxy.Proxy(name=name, upstream="", enabled=True, listen="")

    def _said_of_itself(self) -> Mapping[str, Any]:
        said: Mapping[str, Any] = self._do(lambda: self._consumer.get("/version")).json()
        return said

    def _do(self, call: Callable[[], T]) -> T:
        with self._in_its_place():
            try:
                return call()
            except (InvalidToxic, NotFound, ProxyExists) as refused:
                status = {InvalidToxic: 400, NotFound: 404, ProxyExists: 409}[type(refused)]
                raise WireError(_words(refused.args[0]), status) from None
            except OSError as error:
                raise WireError(f"Toxiproxy at {self.url} does not answer: {type(error).__name__}") from None
            except ValueError as error:
                raise WireError(f"what answers at {self.url} is no Toxiproxy: {error}") from None

    @contextmanager
    def _in_its_place(self) -> Iterator[None]:
        with _SWAP:
            before = toxiproxy.proxy.APIConsumer
            toxiproxy.proxy.APIConsumer = toxiproxy.server.APIConsumer = self._consumer
            try:
                yield
            finally:
                toxiproxy.proxy.APIConsumer = toxiproxy.server.APIConsumer = before


def installed_server() -> str | None:
    """A real `toxiproxy-server` on PATH."""
    return shutil.which(BINARY)


def _consumer(to_host: str, to_port: int) -> Any:
    """The library's way to ask, for one server, with a limit, and for each status."""

    class Consumer(APIConsumer):  # type: ignore[misc]  # the library has no types
        host = f"[{to_host}]" if ":" in to_host else to_host
        port = to_port

        @classmethod
        def get(cls, url: str, params: Any = None, **options: Any) -> Any:
            return _checked(super().get(url, params, timeout=PATIENCE_S, proxies=_NO_PROXY, **options))

        @classmethod
        def delete(cls, url: str, **options: Any) -> Any:
            return _checked(super().delete(url, timeout=PATIENCE_S, proxies=_NO_PROXY, **options))

        @classmethod
        def post(cls, url: str, data: Any = None, json: Any = None, **options: Any) -> Any:
            return _checked(super().post(url, data, json, timeout=PATIENCE_S, proxies=_NO_PROXY, **options))

    return Consumer


def _checked(response: Any) -> Any:
    if response.status_code >= 300:
        raise WireError(_words(response.content), response.status_code)
    return response


def _words(content: bytes | str) -> str:
    """The words of a refusal, on one line."""
    try:
        said = json.loads(content)["error"]
    except (ValueError, KeyError, TypeError):
        said = content.decode(errors="replace") if isinstance(content, bytes) else content
    return " ".join(str(said).split())[:300]


def _whole(toxic: Toxic) -> dict[str, int]:
    """The API has whole numbers only."""
    return {name: round(value) for name, value in toxic.kind.as_attributes().items()}


def _check(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise WireError(f"a proxy or toxic is named by letters, digits and ._-, not {name!r}")
