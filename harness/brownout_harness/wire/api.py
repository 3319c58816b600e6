"""Toxiproxy's HTTP API, route by route, without HTTP: a method, a path and a body come in, an answer goes out.

Beside it one route of our own, `GET /_brownout/connections`: which toxic struck which connection, when, how often.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import unquote

import orjson

from brownout_harness.wire import bodies
from brownout_harness.wire.books import Books
from brownout_harness.wire.metrics import CONTENT_TYPE, exposition
from brownout_harness.wire.proxies import MOST, NO_TOXIC, Proxies, Refused, enable, lead
from brownout_harness.wire.proxy import Proxy
from brownout_harness.wire.toxic import Toxic

VERSION: Final = "2.12.0"
"""The Toxiproxy whose API this is."""
JSON: Final = "application/json"
TEXT: Final = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent back."""

    status: int
    body: bytes = b""
    content_type: str = JSON


class Api:
    """Over the proxies of one server."""

    def __init__(self, proxies: Proxies, books: Books, *, clock: Callable[[], float], with_metrics: bool) -> None:
        self._proxies = proxies
        self._books = books
        self._clock = clock
        self._routes = {route: doing for route, doing in ROUTES.items() if with_metrics or route[1] != ("metrics",)}

    def answer(self, method: str, path: str, body: bytes) -> Answer:
        """To any request, whatever its body is."""
        parts = tuple(unquote(part) for part in path.partition("?")[0].split("/")[1:])
        doings = {verb: doing for (verb, pattern), doing in self._routes.items() if _fits(pattern, parts)}
        if not doings:
            return Answer(404, b"404 page not found\n", TEXT)
        if method not in doings:
            return Answer(405, b"", TEXT)
        try:
            return doings[method](self, parts, body)
        except Refused as refused:
            return Answer(refused.status, _json({"error": str(refused), "status": refused.status}))

    def _list(self, _parts: Sequence[str], _body: bytes) -> Answer:
        return Answer(200, _json({proxy.name: proxy_json(proxy) for proxy in self._proxies}))

    def _create(self, _parts: Sequence[str], body: bytes) -> Answer:
        proxy = self._proxies.create(bodies.wanted_proxy(bodies.value_of(body)))
        return Answer(201, _json(proxy_json(proxy)))

    def _populate(self, _parts: Sequence[str], body: bytes) -> Answer:
        done: list[dict[str, Any]] = []
        try:
            for proxy in self._proxies.populate(bodies.wanted_proxies(bodies.value_of(body))):
                done.append(proxy_json(proxy))  # noqa: PERF401 - what was done before a refusal is told with it
        except Refused as refused:
            failed = {"error": str(refused), "status": refused.status, "proxies": done or None}
            return Answer(refused.status, _json(failed))
        return Answer(201, _json({"proxies": done}))

    def _reset(self, _parts: Sequence[str], _body: bytes) -> Answer:
        self._proxies.reset()
        return Answer(204)

    def _show(self, parts: Sequence[str], _body: bytes) -> Answer:
        return Answer(200, _json(proxy_json(self._proxies.get(parts[1]))))

    def _update(self, parts: Sequence[str], body: bytes) -> Answer:
        proxy = self._proxies.get(parts[1])
        wanted = bodies.changed_proxy(bodies.value_of(body), proxy)
        if not wanted.enabled:
            proxy.disable()
        lead(proxy, wanted.listen, wanted.upstream)
        if wanted.enabled:
            enable(proxy)
        return Answer(200, _json(proxy_json(proxy)))

    def _delete(self, parts: Sequence[str], _body: bytes) -> Answer:
        self._proxies.delete(parts[1])
        return Answer(204)

    def _list_toxics(self, parts: Sequence[str], _body: bytes) -> Answer:
        return Answer(200, _json([toxic_json(each) for each in self._proxies.get(parts[1]).toxics]))

    def _create_toxic(self, parts: Sequence[str], body: bytes) -> Answer:
        proxy = self._proxies.get(parts[1])
        toxic = bodies.wanted_toxic(bodies.value_of(body))
        if proxy.toxic(toxic.name) is not None:
            raise Refused(409, "toxic already exists")
        if len(proxy.toxics) >= MOST:
            raise Refused(409, f"there are {MOST} toxics already")
        proxy.add(toxic)
        return Answer(200, _json(toxic_json(toxic)))  # not 201: clients look for it

    def _show_toxic(self, parts: Sequence[str], _body: bytes) -> Answer:
        return Answer(200, _json(toxic_json(self._toxic(parts))))

    def _update_toxic(self, parts: Sequence[str], body: bytes) -> Answer:
        toxic = bodies.changed_toxic(bodies.value_of(body), self._toxic(parts))
        self._proxies.get(parts[1]).change(toxic)
        return Answer(200, _json(toxic_json(toxic)))

    def _delete_toxic(self, parts: Sequence[str], _body: bytes) -> Answer:
        self._proxies.get(parts[1]).remove(self._toxic(parts).name)
        return Answer(204)

    def _toxic(self, parts: Sequence[str]) -> Toxic:
        toxic = self._proxies.get(parts[1]).toxic(parts[3])
        if toxic is None:
            raise Refused(404, NO_TOXIC)
        return toxic

    def _version(self, _parts: Sequence[str], _body: bytes) -> Answer:
        return Answer(200, _json({"version": VERSION, "server": "brownout"}) + b"\n", "application/json;charset=utf-8")

    def _metrics(self, _parts: Sequence[str], _body: bytes) -> Answer:
        return Answer(200, exposition(self._proxies), CONTENT_TYPE)

    def _connections(self, _parts: Sequence[str], _body: bytes) -> Answer:
        seen = [passage.as_json() for passage in self._books.passages]
        told = {"now_s": self._clock(), "forgotten": self._books.forgotten, "connections": seen}
        return Answer(200, _json(told))


Doing = Callable[[Api, Sequence[str], bytes], Answer]
_PROXY: Final = ("proxies", "*")
_TOXICS: Final = ("proxies", "*", "toxics")
_TOXIC: Final = ("proxies", "*", "toxics", "*")


ROUTES: Final[Mapping[tuple[str, tuple[str, ...]], Doing]] = {
    ("GET", ("proxies",)): Api._list,
    ("POST", ("proxies",)): Api._create,
    ("POST", ("populate",)): Api._populate,
    ("POST", ("reset",)): Api._reset,
    ("GET", _PROXY): Api._show,
    ("PATCH", _PROXY): Api._update,
    ("POST", _PROXY): Api._update,
    ("DELETE", _PROXY): Api._delete,
    ("GET", _TOXICS): Api._list_toxics,
    ("POST", _TOXICS): Api._create_toxic,
    ("GET", _TOXIC): Api._show_toxic,
    ("PATCH", _TOXIC): Api._update_toxic,
    ("POST", _TOXIC): Api._update_toxic,
    ("DELETE", _TOXIC): Api._delete_toxic,
    ("GET", ("version",)): Api._version,
    ("GET", ("metrics",)): Api._metrics,
    ("GET", ("_brownout", "connections")): Api._connections,
}


def _fits(pattern: Sequence[str], parts: Sequence[str]) -> bool:
    if len(pattern) != len(parts):
        return False
    return all(wanted == part or (wanted == "*" and part) for wanted, part in zip(pattern, parts, strict=True))


def proxy_json(proxy: Proxy) -> dict[str, Any]:
    """As the API shows one."""
    return {
        "name": proxy.name,
        "listen": str(proxy.listen),
        "upstream": str(proxy.upstream),
        "enabled": proxy.enabled,
        "toxics": [toxic_json(each) for each in proxy.toxics],
    }


def toxic_json(toxic: Toxic) -> dict[str, Any]:
    """As the API shows one."""
    return {
        "attributes": toxic.kind.as_attributes(),
        "name": toxic.name,
        "type": toxic.type,
        "stream": toxic.stream.value,
        "toxicity": toxic.toxicity,
    }


def _json(value: Any) -> bytes:
    return orjson.dumps(value)
