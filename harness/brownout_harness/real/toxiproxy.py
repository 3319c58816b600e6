"""A Toxiproxy of somebody else's in the links of a run: told at each instant, and watched from behind.

    target ── Toxiproxy ── the run's own proxy ── vendor

It has no schedule and keeps no books. So the harness tells it, by a thread of its own, and writes down when it had
been told; and the run's own proxy stands behind it, with no toxic but one that holds up nothing, and sees which
connections something went over meanwhile. What cannot be seen from there is refused before anything starts.
"""

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from brownout_harness.faults.agenda import LATE_S
from brownout_harness.faults.linked import DOWN, Acted, Linked, act
from brownout_harness.faults.strikes import CUT
from brownout_harness.judging.evidence import Gap, GapKind
from brownout_harness.problems import NotJudged
from brownout_harness.wire.driver import Driver, WireError
from brownout_harness.wire.toxic import Toxic


class Remote:
    """The Toxiproxy of one run."""

    def __init__(self, url: str) -> None:
        self._driver = Driver(url)
        self._agenda: list[tuple[float, Callable[[], None]]] = []
        self._acted: dict[str, tuple[Sequence[Linked], Acted]] = {}
        self._refused: list[Gap] = []
        self._laid: list[str] = []
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def lay(self, name: str, upstream_port: int, port: int) -> int:
        """A proxy before that port; where it listens. Raises `NotJudged`."""
        try:
            listen = self._driver.create(name, f"127.0.0.1:{upstream_port}", listen=f"127.0.0.1:{port}")
        except WireError as error:
            raise NotJudged(f"the Toxiproxy at {self._driver.url} makes no proxy {name}: {error}") from None
        self._laid.append(name)
        return int(listen.rpartition(":")[2])

    def begin(self, rules: Mapping[str, Sequence[Linked]], start_at_s: float) -> None:
        """Tell it at each instant, from now on."""
        self._start_at_s = start_at_s
        for name, theirs in rules.items():
            acted = act(
                theirs, _Told(self._driver, name), start_at_s=start_at_s, clock=time.monotonic, call_at=self._at
            )
            self._acted[name] = theirs, acted
        self._agenda.sort(key=lambda due: due[0])
        self._thread = threading.Thread(target=self._tell, name="toxiproxy", daemon=True)
        self._thread.start()

    def _at(self, at_s: float, callback: Callable[[], None]) -> None:
        self._agenda.append((at_s, callback))

    def _tell(self) -> None:
        for at_s, callback in self._agenda:
            if self._over.wait(max(0.0, at_s - time.monotonic())):
                return
            try:
                callback()
            except WireError as error:
                self._refused.append(Gap(GapKind.NOT_STAGED, f"Toxiproxy: {error}", at_s - self._start_at_s))

    def end(self, until_s: float) -> list[Gap]:
        """Nothing more is told. Where what was to happen did not, or came late, is in the gaps."""
        self._over.set()
        if self._thread is not None:
            self._thread.join()
        for name in self._laid:
            with suppress(WireError):  # it is gone itself
                self._driver.delete(name)
        gaps = [gap for rules, acted in self._acted.values() for gap in acted.gaps(rules, until_s)]
        return [*self._refused, *gaps]

    def told(self, name: str, passages: Iterable[Mapping[str, Any]]) -> tuple[Mapping[str, Any], ...]:
        """The connections of that link; those that it closed as it went down, say so."""
        rules, acted = self._acted.get(name, ((), Acted()))
        cuts = [
            self._start_at_s + acted.began_s[rule.id]
            for rule in rules
            if rule.kind == DOWN and rule.id in acted.began_s
        ]

        def is_cut(passage: Mapping[str, Any]) -> bool:
            closed_s = passage["closed_s"]
            return closed_s is not None and any(abs(closed_s - cut_s) <= LATE_S for cut_s in cuts)

        return tuple({**each, "fate": CUT} if is_cut(each) else each for each in passages)


class _Told:
    """One of its proxies."""

    def __init__(self, driver: Driver, name: str) -> None:
        self._driver = driver
        self._name = name

    def add(self, toxic: Toxic) -> None:
        self._driver.add(self._name, toxic)

    def remove(self, name: str) -> None:
        self._driver.remove(self._name, name)

    def enable(self) -> None:
        self._driver.enable(self._name)

    def disable(self) -> None:
        self._driver.disable(self._name)
