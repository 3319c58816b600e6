"""The console, all of it: over simulators that serve already, from when it is started until it is stopped."""

import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
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
from brownout_harness.real.served import Served
from brownout_harness.safety.secret_forms import secrets_in

PORT: Final = 12100
"""The documented one; where it is taken, and nobody asked for it, any that is free."""
CALLS_KEPT: Final = 500
"""By each simulator, whole."""
END_WITHIN_S: Final = 0.05
"""So often the server looks whether it is to end."""


class WebConsole:
    """One. Its threads end with the process, too."""

    def __init__(self, run: RunView | None = None) -> None:
        """With a `run` it only looks on: nothing can be switched."""
        self._masking = Masking(())
        wall_s = system_wall_clock() - time.monotonic()
        on_look = None if run is None else run.looked
        self._watch = Watch(wall_s=wall_s, mask=self._masking.text, on_look=on_look)
        self._desk = Desk(self._watch, self._masking, wall_s, run)
        self._server: Server | None = None

    def over(self, simulators: Sequence[Served], secrets: Iterable[str] = ()) -> None:
        """Look at these from now on, and have them keep their calls. `secrets` are hidden, beside those in their
        environments."""
        self._masking.learn(secrets)
        self._masking.learn(secret for one in simulators for secret in secrets_in(one.environment))
        simulated = [Simulated(one.vendor, one.url, one.environment) for one in simulators]
        for each in simulated:
            with suppress(Unanswered):  # the page says of a simulator that it does not answer
                each.ask("PUT", "calls", body={"keep": CALLS_KEPT})
        self._watch.turn_to(simulated)

    def start(self, port: int | None = None) -> str:
        """Serve; returns the address. Without a `port`, the documented one or a free one; 0: a free one.

        Raises:
            BadInput: that port is taken.
        """
        server = self._server = self._bound(port)
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
