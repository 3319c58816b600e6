import pytest

from brownout_harness.wire.metrics import exposition
from tests.harness.wire.fakes import World, wanted

pytestmark = pytest.mark.real


def test_metrics_have_a_line_for_each_direction_and_escape_names() -> None:
    world = World()
    proxy = world.proxies.create(wanted('a"\n'))
    lines = exposition(world.proxies).decode().splitlines()
    labels = f'listener="{proxy.listen}",proxy="a\\"\\n",upstream="127.0.0.1:9"'
    assert lines == [
        line
        for name in ("received", "sent")
        for line in (
            f"# HELP toxiproxy_proxy_{name}_bytes_total ",
            f"# TYPE toxiproxy_proxy_{name}_bytes_total counter",
            f'toxiproxy_proxy_{name}_bytes_total{{direction="downstream",{labels}}} 0',
            f'toxiproxy_proxy_{name}_bytes_total{{direction="upstream",{labels}}} 0',
        )
    ]
    world.proxies.close()
