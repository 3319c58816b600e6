"""What both servers answer: the same statuses, the same JSON."""

import socket
from typing import Any

import pytest

from tests.support.toxiproxies import Behind, Toxiproxy, answers, connect, port_of, round_trip

pytestmark = pytest.mark.real

UPSTREAM = "127.0.0.1:9"
LATENCY = {"latency": 100, "jitter": 10}
ATTRIBUTES: dict[str, dict[str, int]] = {
    "latency": LATENCY,
    "bandwidth": {"rate": 100},
    "slow_close": {"delay": 100},
    "timeout": {"timeout": 100},
    "reset_peer": {"timeout": 100},
    "slicer": {"average_size": 100, "size_variation": 10, "delay": 5},
    "limit_data": {"bytes": 100},
    "noop": {},
}


def test_it_says_its_version(server: Toxiproxy) -> None:
    reply = server.call("GET", "/version")
    assert (reply.status, reply.json["version"]) == (200, "2.12.0")
    assert reply.headers["Content-Type"] == "application/json;charset=utf-8"


def test_a_proxy_is_made_shown_listed_and_deleted(server: Toxiproxy) -> None:
    made = server.call("POST", "/proxies", {"name": "a", "listen": "127.0.0.1:0", "upstream": UPSTREAM})
    port = port_of(made.json["listen"])
    shown = {"name": "a", "listen": f"127.0.0.1:{port}", "upstream": UPSTREAM, "enabled": True, "toxics": []}
    assert (made.status, made.json, made.headers["Content-Type"]) == (201, shown, "application/json")
    listed, one = server.call("GET", "/proxies"), server.call("GET", "/proxies/a")
    assert (listed.status, listed.json, one.status, one.json) == (200, {"a": shown}, 200, shown)
    assert server.call("POST", "/proxies", {"name": "a", "upstream": UPSTREAM}).json == {
        "error": "proxy already exists",
        "status": 409,
    }
    deleted = server.call("DELETE", "/proxies/a")
    assert (deleted.status, deleted.body) == (204, b"")
    assert not answers(port)
    gone = server.call("GET", "/proxies/a")
    assert (gone.status, gone.json) == (404, {"error": "proxy not found", "status": 404})


def test_a_name_of_this_machine_is_shown_as_its_address(server: Toxiproxy) -> None:
    made = server.call("POST", "/proxies", {"name": "a", "upstream": UPSTREAM, "listen": "localhost:0"}).json
    assert made["listen"].rpartition(":")[0] in {"127.0.0.1", "[::1]"}


def test_one_that_is_disabled_does_not_listen(server: Toxiproxy) -> None:
    made = server.call(
        "POST", "/proxies", {"name": "a", "upstream": UPSTREAM, "listen": "127.0.0.1:0", "enabled": False}
    )
    assert (made.status, made.json["enabled"]) == (201, False)


@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_a_proxy_is_disabled_enabled_and_led_elsewhere(server: Toxiproxy, behind: Behind, method: str) -> None:
    port = server.proxy("a", 9)
    off = server.call(method, "/proxies/a", {"enabled": False})
    assert (off.status, off.json["enabled"], answers(port)) == (200, False, False)
    on = server.call(method, "/proxies/a", {"enabled": True})
    assert (on.status, on.json["enabled"], port_of(on.json["listen"]), answers(port)) == (200, True, port, True)
    led = server.call(method, "/proxies/a", {"upstream": f"127.0.0.1:{behind.port}"})
    assert (led.status, led.json["upstream"]) == (200, f"127.0.0.1:{behind.port}")
    with connect(port) as client:
        assert round_trip(client) > 0
    moved = server.call(method, "/proxies/a", {"listen": "127.0.0.1:0", "name": "b"})
    assert (moved.status, moved.json["name"], answers(port)) == (200, "a", False)
    assert answers(port_of(moved.json["listen"]))


def test_a_port_that_is_taken_is_told(server: Toxiproxy, behind: Behind) -> None:
    reply = server.call("POST", "/proxies", {"name": "a", "upstream": UPSTREAM, "listen": f"127.0.0.1:{behind.port}"})
    taken = f"listen tcp 127.0.0.1:{behind.port}: bind: address already in use"
    assert (reply.status, reply.json) == (500, {"error": taken, "status": 500})
    assert server.call("GET", "/proxies").json == {}


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"upstream": UPSTREAM}, "missing required field: name"),
        ({"name": "", "upstream": UPSTREAM}, "missing required field: name"),
        ({"name": "a"}, "missing required field: upstream"),
        (None, "missing required field: name"),
    ],
)
def test_a_proxy_needs_a_name_and_an_upstream(server: Toxiproxy, body: Any, error: str) -> None:
    reply = server.call("POST", "/proxies", b"null" if body is None else body)
    assert (reply.status, reply.json) == (400, {"error": error, "status": 400})


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"name": 5}', b'{"enabled": "yes"}', b'"a"'])
@pytest.mark.parametrize("path", ["/proxies", "/proxies/a", "/proxies/a/toxics"])
def test_what_is_no_proxy_and_no_toxic_is_a_bad_body(server: Toxiproxy, path: str, body: bytes) -> None:
    if "toxics" in path and b"enabled" in body:
        body = b'{"stream": 1}'
    server.proxy("a", 9)
    reply = server.call("POST", path, body)
    assert reply.status == reply.json["status"] == 400
    assert reply.json["error"].startswith("bad request body: ")


def test_a_toxic_has_defaults(server: Toxiproxy) -> None:
    server.proxy("a", 9)
    made = server.call("POST", "/proxies/a/toxics", {"type": "latency", "attributes": LATENCY})
    shown = {
        "attributes": LATENCY,
        "name": "latency_downstream",
        "type": "latency",
        "stream": "downstream",
        "toxicity": 1,
    }
    assert (made.status, made.json, made.headers["Content-Type"]) == (200, shown, "application/json")
    one, several = server.call("GET", "/proxies/a/toxics/latency_downstream"), server.call("GET", "/proxies/a/toxics")
    assert (one.status, one.json, several.status, several.json) == (200, shown, 200, [shown])
    assert server.call("GET", "/proxies/a").json["toxics"] == [shown]


def test_toxics_are_listed_upstream_first_in_their_order(server: Toxiproxy) -> None:
    server.proxy("a", 9)
    for name, stream in (("x", "downstream"), ("y", "upstream"), ("z", "downstream"), ("w", "UPSTREAM")):
        server.call("POST", "/proxies/a/toxics", {"name": name, "type": "noop", "stream": stream})
    assert [toxic["name"] for toxic in server.call("GET", "/proxies/a/toxics").json] == ["y", "w", "x", "z"]


@pytest.mark.parametrize("type_", ATTRIBUTES)
@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_each_toxic_is_set_changed_and_removed(server: Toxiproxy, type_: str, method: str) -> None:
    server.proxy("a", 9)
    attributes = ATTRIBUTES[type_]
    body = {"name": "t", "type": type_, "stream": "upstream", "toxicity": 0.5, "attributes": attributes}
    made = server.call("POST", "/proxies/a/toxics", body)
    assert (made.status, made.json) == (200, body)
    more = {name: value + 1 for name, value in list(attributes.items())[:1]}
    changed = server.call(method, "/proxies/a/toxics/t", {"attributes": more})
    assert (changed.status, changed.json) == (200, {**body, "attributes": {**attributes, **more}})
    rarer = server.call(method, "/proxies/a/toxics/t", {"toxicity": 0.25})
    assert (rarer.status, rarer.json) == (200, {**changed.json, "toxicity": 0.25})
    removed = server.call("DELETE", "/proxies/a/toxics/t")
    assert (removed.status, removed.body) == (204, b"")
    assert server.call("GET", "/proxies/a/toxics").json == []


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        ({"name": "t", "type": "noop", "stream": "upstream"}, 409, "toxic already exists"),
        ({"type": "noop", "stream": "sideways"}, 400, "stream was invalid, can be either upstream or downstream"),
        ({"type": "gremlin"}, 400, "invalid toxic type"),
        ({}, 400, "invalid toxic type"),
        ({"type": "latency", "attributes": {"latency": 1.5}}, 400, "bad request body: "),
        ({"type": "latency", "attributes": {"latency": "1"}}, 400, "bad request body: "),
        ({"type": "latency", "attributes": []}, 400, "bad request body: "),
    ],
)
def test_a_toxic_that_cannot_be_is_refused(server: Toxiproxy, body: Any, status: int, error: str) -> None:
    server.proxy("a", 9)
    server.call("POST", "/proxies/a/toxics", {"name": "t", "type": "noop"})
    reply = server.call("POST", "/proxies/a/toxics", body)
    assert reply.status == reply.json["status"] == status
    assert reply.json["error"].startswith(error)
    assert [each["name"] for each in server.call("GET", "/proxies/a/toxics").json] == ["t"]


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE"])
def test_what_is_not_there_is_not_found(server: Toxiproxy, method: str) -> None:
    server.proxy("a", 9)
    for path, error in (("/proxies/b", "proxy"), ("/proxies/a/toxics/t", "toxic"), ("/proxies/b/toxics/t", "proxy")):
        reply = server.call(method, path, b"{}" if method in {"POST", "PATCH"} else None)
        assert (reply.status, reply.json) == (404, {"error": f"{error} not found", "status": 404})


def test_populate_makes_keeps_and_replaces(server: Toxiproxy, behind: Behind) -> None:
    port = server.proxy("a", 9)
    server.proxy("b", 9)
    for name in "ab":
        server.toxic(name, "noop")
    listens = {each["name"]: each["listen"] for each in server.call("GET", "/proxies").json.values()}
    wanted = [
        {"name": "a", "listen": listens["a"], "upstream": UPSTREAM},
        {"name": "b", "listen": listens["b"], "upstream": f"127.0.0.1:{behind.port}"},
        {"name": "c", "listen": "127.0.0.1:0", "upstream": UPSTREAM, "enabled": False},
    ]
    reply = server.call("POST", "/populate", wanted)
    assert reply.status == 201
    assert [(each["name"], each["enabled"], len(each["toxics"])) for each in reply.json["proxies"]] == [
        ("a", True, 1),
        ("b", True, 0),
        ("c", False, 0),
    ]
    assert sorted(server.call("GET", "/proxies").json) == ["a", "b", "c"]
    assert answers(port)


@pytest.mark.parametrize(
    ("second", "error"),
    [({"upstream": UPSTREAM}, "name"), ({"name": "b"}, "upstream")],
)
def test_populate_makes_nothing_of_a_list_in_which_something_is_missing(
    server: Toxiproxy, second: Any, error: str
) -> None:
    reply = server.call("POST", "/populate", [{"name": "a", "upstream": UPSTREAM, "listen": "127.0.0.1:0"}, second])
    missing = f"missing required field: {error} at proxy 2"
    assert (reply.status, reply.json) == (400, {"error": missing, "status": 400, "proxies": None})
    assert server.call("GET", "/proxies").json == {}


def test_populate_tells_what_it_made_before_it_failed(server: Toxiproxy, behind: Behind) -> None:
    first = {"name": "a", "upstream": UPSTREAM, "listen": "127.0.0.1:0"}
    second = {"name": "b", "upstream": UPSTREAM, "listen": f"127.0.0.1:{behind.port}"}
    reply = server.call("POST", "/populate", [first, second])
    assert (reply.status, reply.json["status"], reply.headers["Content-Type"]) == (500, 500, "application/json")
    assert "address already in use" in reply.json["error"]
    assert [each["name"] for each in reply.json["proxies"]] == ["a"]
    assert list(server.call("GET", "/proxies").json) == ["a"]


def test_reset_enables_all_and_removes_their_toxics(server: Toxiproxy) -> None:
    port = server.proxy("a", 9)
    server.toxic("a", "noop")
    server.toxic("a", "noop", stream="upstream")
    server.call("PATCH", "/proxies/a", {"enabled": False})
    reply = server.call("POST", "/reset")
    assert (reply.status, reply.body) == (204, b"")
    shown = server.call("GET", "/proxies/a").json
    assert (shown["enabled"], shown["toxics"], answers(port)) == (True, [], True)


def test_browsers_are_refused(server: Toxiproxy) -> None:
    reply = server.call("GET", "/proxies", headers={"User-Agent": "Mozilla/5.0 (X11; Linux x86_64)"})
    assert (reply.status, reply.body.strip()) == (403, b"User agent not allowed")
    assert reply.headers["Content-Type"].startswith("text/plain")


def test_each_answer_has_its_own_id(server: Toxiproxy) -> None:
    paths = ["/version", "/proxies", "/proxies/none", "/version"]
    ids = [server.call("GET", path).headers["X-Toxiproxy-Request-Id"] for path in paths]
    assert len(set(ids)) == 4
    assert all(len(each) == 20 for each in ids)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 404),
        ("GET", "/nowhere", 404),
        ("DELETE", "/proxies", 405),
        ("GET", "/reset", 405),
        ("PUT", "/proxies/a", 405),
    ],
)
def test_what_there_is_no_route_for(server: Toxiproxy, method: str, path: str, status: int) -> None:
    assert server.call(method, path).status == status


def test_the_bytes_of_a_connection_are_counted(server: Toxiproxy, behind: Behind) -> None:
    port = server.proxy("a", behind.port)
    with connect(port) as client:
        round_trip(client, b"x" * 1000)
        client.shutdown(socket.SHUT_WR)
        assert client.recv(1) == b""
    labels = f'listener="127.0.0.1:{port}",proxy="a",upstream="127.0.0.1:{behind.port}"'
    line = f'toxiproxy_proxy_received_bytes_total{{direction="upstream",{labels}}} 1000'
    assert line in server.call("GET", "/metrics").body.decode().splitlines()
