import orjson
import pytest

from brownout_harness.wire import bodies
from brownout_harness.wire.proxies import Refused


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ({"name": "a", "upstream": "db.example:1"}, "upstream aims at db.example, not this machine: only loopback"),
        ({"name": "a", "upstream": "127.0.0.1:1", "listen": "0.0.0.0:1"}, "listen aims at 0.0.0.0, not this machine"),
        ({"name": "a", "upstream": "127.0.0.1:1", "lisen": "x"}, "no such field: lisen; do you mean listen?"),
        ({"name": "a" * 201, "upstream": "127.0.0.1:1"}, "name is longer than 200 characters"),
        ({"name": "a", "upstream": "127.0.0.1:1", "toxics": [1]}, "an object is needed, got 1"),
        ({"name": 1}, "name must be a text, got 1"),
        ([], r"an object is needed, got \[\]"),
    ],
)
def test_a_bad_proxy_is_told_in_one_line(body: object, why: str) -> None:
    with pytest.raises(Refused, match=rf"^bad request body: {why}".replace("?", r"\?")) as refused:
        bodies.wanted_proxy(body)
    assert refused.value.status == 400
    assert "\n" not in str(refused.value)


def test_of_several_it_is_told_which() -> None:
    with pytest.raises(Refused, match=r"^bad request body: enabled must be true or false at proxy 2, got 'yes'$"):
        bodies.wanted_proxies([{"name": "a", "upstream": "127.0.0.1:1"}, {"name": "b", "enabled": "yes"}])
    with pytest.raises(Refused, match=r"^bad request body: a list of proxies is needed, got {}$"):
        bodies.wanted_proxies({})


def test_two_toxics_of_one_name_are_refused() -> None:
    wanted = {"name": "a", "upstream": "127.0.0.1:1", "toxics": [{"type": "noop"}, {"type": "noop"}]}
    with pytest.raises(Refused, match=r"^toxic already exists$"):
        bodies.wanted_proxy(wanted)


def test_names_of_fields_are_read_as_go_reads_them() -> None:
    wanted = bodies.wanted_proxy({"Name": "a", "UPSTREAM": "localhost:5", "listen": None, "Logger": {}})
    assert (wanted.name, str(wanted.upstream), str(wanted.listen)) == ("a", "127.0.0.1:5", "127.0.0.1:0")


@pytest.mark.parametrize(("given", "why"), [("latnecy", "do you mean latency?"), ("zzz", "one of latency, bandwidth,")])
def test_an_unknown_toxic_is_told_with_what_there_is(given: str, why: str) -> None:
    with pytest.raises(Refused, match=r"^invalid toxic type") as refused:
        bodies.wanted_toxic({"type": given})
    assert why in str(refused.value)


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 100_000, b"NaN", orjson.dumps({}) + b"x"])
def test_what_is_no_json_is_refused(body: bytes) -> None:
    with pytest.raises(Refused, match=r"^bad request body: "):
        bodies.value_of(body)
