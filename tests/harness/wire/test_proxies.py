"""Proxies without connections. What passes through them is the contract's (`contract/`)."""

import socket

import pytest

from brownout_harness.wire.address import Address
from brownout_harness.wire.proxies import Refused, Wanted, clear
from tests.harness.wire.fakes import World, wanted
from tests.harness.wire.links import toxic

pytestmark = pytest.mark.real


@pytest.fixture
def world() -> World:
    return World()


def test_one_listens_until_it_is_deleted(world: World) -> None:
    proxy = world.proxies.create(wanted("a"))
    assert (proxy.enabled, len(world.loop.readers), proxy.listen.port > 0) == (True, 1, True)
    world.proxies.delete("a")
    assert (proxy.enabled, world.loop.readers) == (False, set())
    with pytest.raises(Refused, match=r"^proxy not found$"):
        world.proxies.delete("a")


def test_a_taken_port_leaves_nothing_behind(world: World) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Refused, match=rf"^listen tcp 127.0.0.1:{port}: bind: address already in use$"):
            world.proxies.create(wanted("a", port))
        proxy = world.proxies.create(wanted("b"))
        proxy.disable()
        proxy.lead(Address("127.0.0.1", port), proxy.upstream)
        assert not proxy.enabled
        with pytest.raises(Refused):
            world.proxies.reset()
    world.proxies.reset()
    assert ([each.name for each in world.proxies], proxy.enabled) == (["b"], True)
    world.proxies.close()
    assert world.loop.readers == set()


def test_populate_keeps_the_toxics_of_one_that_stays_unless_it_is_given_others(world: World) -> None:
    proxy = world.proxies.create(wanted("a"))
    proxy.add(toxic("noop"))
    same = wanted("a", proxy.listen.port)
    assert list(world.proxies.populate([same])) == [proxy]
    assert [each.name for each in proxy.toxics] == ["noop"]
    others = Wanted(name="a", listen=proxy.listen, upstream=proxy.upstream, toxics=(toxic("timeout"),))
    list(world.proxies.populate([others]))
    assert [each.name for each in proxy.toxics] == ["timeout"]
    clear(proxy)
    assert proxy.toxics == ()
    (replaced,) = world.proxies.populate([wanted("a", proxy.listen.port, upstream=10)])
    assert replaced is not proxy
    world.proxies.close()
