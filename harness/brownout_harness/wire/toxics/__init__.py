"""What the wire can do to bytes: one module per toxic, and the table of them.

Semantics and attributes are Toxiproxy's (2.12.0), but that attributes are checked, and where a module says so. To add
one: a frozen dataclass that is a `Kind`, and a line here.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from brownout_harness.wire.toxics.bandwidth import Bandwidth
from brownout_harness.wire.toxics.kind import Kind
from brownout_harness.wire.toxics.latency import Latency
from brownout_harness.wire.toxics.limit_data import LimitData
from brownout_harness.wire.toxics.noop import Noop
from brownout_harness.wire.toxics.reset_peer import ResetPeer
from brownout_harness.wire.toxics.slicer import Slicer
from brownout_harness.wire.toxics.slow_close import SlowClose
from brownout_harness.wire.toxics.timeout import Timeout

KINDS: Final[Mapping[str, type[Kind]]] = MappingProxyType(
    {
        "latency": Latency,
        "bandwidth": Bandwidth,
        "slow_close": SlowClose,
        "timeout": Timeout,
        "reset_peer": ResetPeer,
        "slicer": Slicer,
        "limit_data": LimitData,
        "noop": Noop,
    }
)
"""By the name that Toxiproxy's API has for it."""
