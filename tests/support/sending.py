"""What a host does that has no wire: everything goes out at once, to a client that waits for all of it."""

from typing import Any

from brownout_simulators.call import Ending, Sending
from brownout_simulators.simulator import Simulator


def all_sent(simulator: Simulator[Any], sending: Sending) -> Sending:
    """Tell the simulator that the whole sending went out; only a hang ends by the client's leaving."""
    chunks = len(sending.stream) if sending.stream is not None else 1
    simulator.sent(sending, chunks=chunks if sending.status else 0, left=sending.ending is Ending.HANG)
    return sending
