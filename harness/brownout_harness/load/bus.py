"""What master and workers say to each other, on Locust's own connection. Needs gevent's patched sockets.

master → worker
    clock   {asked_s}                 what time is it with you?
    lot     {planned}                 a part of what you ask for
    share   {asking, planned}         so many arrivals that was, and this is how
    refused {why}                     you have no part in it
    begin   {start_at_s}              on your own clock
worker → master
    joined  {name, address, version}  the name is empty of one that somebody had join, from that address
    clock   {asked_s, told_s}
    set     {}                        the share is read, Locust has spawned the user: it only waits for `begin`
    rows    {rows}                    operations that have ended
    counts  {counts}                  how far it is
    stall   {since_s, until_s}        it was kept from running, on its own clock
    over    {counts, failed}          the last word
"""

import os
from collections.abc import Callable, Mapping
from typing import Any

from locust.rpc import zmqrpc
from locust.runners import DistributedRunner

from brownout_harness.load import keys
from brownout_harness.problems import BadInput

Heard = Callable[[str, dict[str, Any]], None]
"""(who says it by Locust's id, what)."""


def secure(guard: Callable[[Any, str], None]) -> None:
    """From now on Locust's sockets are made with `guard`: `keys.serve` or `keys.join`, and what the environment says.

    Raises:
        BadInput: the environment holds no token.
    """
    token = os.environ.get(keys.VARIABLE, "")
    if not keys.is_token(token):
        raise BadInput(f"{keys.VARIABLE} holds no token: it has 64 hexadecimal digits, and the master prints it")
    socket: Any = zmqrpc.BaseSocket
    made = socket.__init__

    def make(self: Any, *arguments: Any) -> None:
        made(self, *arguments)
        guard(self.socket, token)

    # Locust makes its sockets in one place and binds them in the next line: there is no other moment.
    socket.__init__ = make


def listen(runner: DistributedRunner, heard: Mapping[str, Heard]) -> None:
    """Have what the others say heard."""
    for kind, hear in heard.items():
        runner.register_message(kind, _listener(hear))


def _listener(hear: Heard) -> Callable[..., None]:
    def listener(*, msg: Any, **_other: Any) -> None:
        hear(msg.node_id, msg.data or {})

    return listener
