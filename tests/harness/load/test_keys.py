"""A token opens one master's ear, and no other."""

import pytest
import zmq

from brownout_harness.load import keys

HEARD_WITHIN_MS = 2000
SILENCE_MS = 300


def heard(secret: str, token: str, within_ms: int) -> bool:
    with zmq.Context() as context, context.socket(zmq.ROUTER) as server, context.socket(zmq.DEALER) as client:
        for each in (server, client):
            each.linger = 0
        keys.serve(server, secret)
        port = server.bind_to_random_port("tcp://127.0.0.1")
        if token:
            keys.join(client, token)
        client.connect(f"tcp://127.0.0.1:{port}")
        client.send(b"hello")
        return bool(server.poll(within_ms))


def test_who_has_the_token_is_heard() -> None:
    assert heard(*keys.new_keys(), HEARD_WITHIN_MS)


@pytest.mark.parametrize("token", ["", keys.new_keys()[1]], ids=["none", "another's"])
def test_who_has_it_not_is_not(token: str) -> None:
    assert not heard(keys.new_keys()[0], token, SILENCE_MS)


@pytest.mark.parametrize("text", ["", "ab", "z" * 64, "a" * 63])
def test_what_is_no_token_is_told_from_one(text: str) -> None:
    assert not keys.is_token(text)
    assert all(map(keys.is_token, keys.new_keys()))
