"""The console, all of it: over simulators that serve already, from when it is started until it is stopped."""

import time
from collections.abc import Iterable, Sequence
from threading import Thread
from typing import Final

from brownout_core.clock import system_wall_clock
from brownout_harness.problems import BadInput
from brownout_harness.real.console.answers import Desk
from brownout_harness.real.console.asking import Simulated, Unanswered
from brownout_harness.real.console.masking import Masking
from brownout_harness.real.console.run_view import RunView
from brownout_harness.real.console.server import Server
from brownout_harness.real.console.watch import Watch
from brownout_harness.safety.secret_forms import secrets_in

PORT: Final = 12100
"""The documented one; where it is taken, and nobody asked for it, any that is free."""
CALLS_KEPT: Final = 500
"""By each simulator, whole."""
END_WITHIN_S: Final = 0.05
"""So often the server looks whether it is to end."""


class WebConsole:
    """One. Its threads end with the process, too."""

    def __init__(
        self, simulated: Sequence[Simulated], *, secrets: Iterable[str] = (), run: RunView | None = None
    ) -> None:
        """`secrets` are hidden, beside those in the simulators' environments. With a `run` it only looks on."""
        known = {secret for each in simulated for secret in secrets_in(each.environment)}
        masking = Masking(known.union(secrets))
        wall_s = system_wall_clock() - time.monotonic()
        self._watch = Watch(simulated, wall_s=wall_s, mask=masking.text, on_look=None if run is None else run.looked)
        self._desk = Desk({each.vendor: each for each in simulated}, self._watch, masking, wall_s, run)
        self._server: Server | None = None

    def start(self, port: int | None = None) -> str:
        """Have the simulators keep their calls, and serve; returns the address. Without a `port`, the documented one or
        a free one; 0: a free one.

        Raises:
            BadInput: that port is taken.
        """
        server = self._server = self._bound(port)
        for each in self._desk.simulated.values():
            try:
                each.ask("PUT", "calls", body={"keep": CALLS_KEPT})
            except Unanswered:
                continue  # the page says of a simulator that it does not answer
        Thread(target=self._watch.run, name="console-watch", daemon=True).start()
        Thread(target=server.serve_forever, args=(END_WITHIN_S,), name="console", daemon=True).start()
        return server.url

    def _bound(self, port: int | None) -> Server:
        try:
            return Server(self._desk, PORT if port is None else port)
        except OSError as error:
            if port is None:
                return Server(self._desk, 0)
            why = error.strerror or "it cannot be had"
            raise BadInput(f"--console-port {port}: {why}; choose another, or 0 for a free one") from None

    def stop(self) -> None:
        """Send everybody home."""
        self._watch.end()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
