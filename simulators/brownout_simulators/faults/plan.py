"""The rules in force, and which of them strike a call.

Rules are looked up by the call's route, in stage order, among those whose window is open: a schedule of fifty rules
costs a call nothing but the ones that could strike it.
"""

import fnmatch
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

from brownout_simulators.faults.fault import Memory, Stage
from brownout_simulators.faults.flapping import Switch
from brownout_simulators.faults.lose_capacity import LoseCapacity
from brownout_simulators.faults.rule import Dice, Matcher, Rule, in_sequence, word_of
from brownout_simulators.faults.serve import Serve
from brownout_simulators.faults.webhooks import Webhooks

KEYS_LIMIT = 200_000


@dataclass(slots=True, eq=False)
class Standing:
    """A rule in force: its draws, what it remembers, and how often it matched and struck."""

    rule: Rule
    order: int
    dice: Dice
    matcher: Matcher
    since_s: float
    """Flapping and ramps count from here."""
    start_s: float
    end_s: float
    is_steady: bool
    """The share does not change with time."""
    switch: Switch | None
    """Of one that flaps."""
    memory: Memory = field(default_factory=Memory)
    matched: int = 0
    struck: int = 0
    by_key: dict[str, int] = field(default_factory=dict)

    def share(self, now_s: float) -> float:
        """The share at this instant; 0 while flapping is off."""
        rule = self.rule
        if self.switch is not None and not self.switch.is_on(now_s):
            return 0.0
        if rule.ramp is not None:
            part = min(1.0, max(0.0, (now_s - self.since_s) / rule.ramp.over_s))
            return rule.ramp.from_share + (rule.ramp.to_share - rule.ramp.from_share) * part
        return rule.share

    def _forget_half(self) -> None:
        """Forget the keys that came first."""
        for key in list(islice(self.by_key, KEYS_LIMIT // 2)):
            del self.by_key[key]

    def decide(self, key: str, now_s: float, words: dict[int, int]) -> float | None:
        """Count a call that matches; the fault's chance in (0, 1) if the rule is to strike it, else None.

        `words` holds what was already made of the key for other rules, by ordinal.
        """
        rule = self.rule
        ordinal = overall = self.matched
        self.matched = overall + 1
        if key:
            by_key = self.by_key
            ordinal = by_key.get(key, 0)
            by_key[key] = ordinal + 1
            if ordinal == 0 and len(by_key) > KEYS_LIMIT:
                self._forget_half()
        if rule.sequence and not in_sequence(rule.sequence, ordinal if rule.sequence_per == "key" else overall):
            return None
        if rule.calls is not None and not rule.calls.holds(overall):
            return None
        share = rule.share if self.is_steady else self.share(now_s)
        if share <= 0.0:
            return None
        if share >= 1.0 and not rule.fault.draws:
            return 0.5
        if ordinal not in words:
            words[ordinal] = word_of(key, ordinal)
        return self.dice.hit(words[ordinal], share)


class Subject(NamedTuple):
    """What rules look at."""

    route: str
    method: str
    path: str
    headers: Mapping[str, str]
    account: str
    operation_id: str
    key: str
    """The operation id, else the idempotency key, else empty."""


Chosen = list[tuple[Standing, float]]


class Plan:
    """The schedule of one simulator. Not safe for use from several threads."""

    def __init__(self, vendor: str, seed: int, start_at_s: float) -> None:
        self.vendor = vendor
        self.seed = seed
        self.start_at_s = start_at_s
        self.standing: dict[str, Standing] = {}
        self.is_empty = True
        self.serves = False
        """Some rule says how many calls are worked on at a time."""
        self._numbered = 0
        self._valid_until_s = float("-inf")
        self._calls: list[Standing] = []
        self._notices: list[Standing] = []
        self._serving: Standing | None = None
        self._losing: list[Standing] = []
        self.on_changed: Callable[[], None] | None = None
        """Called when rules were added or taken away: what waits for a capacity may have it now."""
        self._by_route: dict[str, list[tuple[Standing, bool]]] = {}

    def add(self, rule: Rule, now_s: float, *, live: bool = False) -> None:
        """Put a rule in force, in place of one with the same id.

        A live rule without a window flaps and ramps from now on, a scheduled one from the schedule's start.
        """
        if rule.vendor != self.vendor:
            raise ValueError(f"rule {rule.id} is for {rule.vendor}, this is {self.vendor}")
        self._numbered += 1
        window = rule.window
        start_s = self.start_at_s + window.start_s if window is not None else float("-inf")
        since_s = start_s if window is not None else now_s if live else self.start_at_s
        dice = rule.dice(self.seed)
        self.standing[rule.id] = Standing(
            rule=rule,
            order=self._numbered,
            dice=dice,
            matcher=Matcher(rule.match),
            since_s=since_s,
            start_s=start_s,
            end_s=self.start_at_s + window.end_s if window is not None else float("inf"),
            is_steady=rule.flapping is None and rule.ramp is None,
            switch=None if rule.flapping is None else Switch(rule.flapping, since_s, dice.spell),
            memory=Memory(since_s=since_s),
        )
        self._changed()

    def replace(self, rules: Iterable[Rule], *, seed: int, start_at_s: float) -> None:
        """A whole new schedule. Nothing changes if a rule cannot be."""
        new = Plan(self.vendor, seed, start_at_s)
        for rule in rules:
            if rule.id in new.standing:
                raise ValueError(f"two rules have the id {rule.id}")
            new.add(rule, start_at_s)
        self.seed, self.start_at_s, self.standing = seed, start_at_s, new.standing
        self._numbered = new._numbered
        self._changed()

    def new_id(self) -> str:
        """An id for a rule that was given none."""
        number = self._numbered + 1
        while f"fault.{number}" in self.standing:
            number += 1
        return f"fault.{number}"

    def remove(self, rule_id: str | None = None) -> bool:
        """Take a rule (or all) out of force; False if there is none of that id."""
        if rule_id is None:
            self.standing.clear()
        elif self.standing.pop(rule_id, None) is None:
            return False
        self._changed()
        return True

    def _changed(self) -> None:
        self.is_empty = not self.standing
        self.serves = any(one.rule.fault.stage is Stage.SERVE for one in self.standing.values())
        self._valid_until_s = float("-inf")
        if self.on_changed is not None:
            self.on_changed()

    def _refresh(self, now_s: float) -> None:
        """Sort out which windows are open, and until when that holds."""
        every = self.standing.values()
        ahead = [edge for one in every for edge in (one.start_s, one.end_s) if edge > now_s]
        self._valid_until_s = min(ahead, default=float("inf"))
        in_force = [one for one in every if one.start_s <= now_s < one.end_s]
        in_force.sort(key=lambda one: (one.rule.fault.stage, one.order))
        self._calls = [one for one in in_force if one.rule.fault.stage < Stage.NOTICE]
        self._notices = [one for one in in_force if one.rule.fault.stage is Stage.NOTICE]
        self._serving = next((one for one in reversed(in_force) if isinstance(one.rule.fault, Serve)), None)
        self._losing = [one for one in in_force if isinstance(one.rule.fault, LoseCapacity)]
        self._by_route = {}

    def serving(self, now_s: float) -> tuple[Standing | None, float]:
        """The rule that says how many calls are worked on at a time, if any is in force, and until when nothing
        changes by itself. Of several in force it is the one that was added last."""
        if now_s >= self._valid_until_s:
            self._refresh(now_s)
        return self._serving, self._valid_until_s

    def losing(self, places: int) -> tuple[int, list[Standing]]:
        """How many of so many places are left, and the rules that take the others; to be asked after `serving`."""
        takers = []
        for one in self._losing:
            fault = one.rule.fault
            left = fault.left(places) if isinstance(fault, LoseCapacity) else places
            if left < places:
                takers.append(one)
            places = left
        return places, takers

    def _of_route(self, route: str) -> list[tuple[Standing, bool]]:
        method, _, template = route.partition(" ")
        found = []
        for one in self._calls:
            matches = one.matcher.route(method, template)
            if matches is not False:
                found.append((one, matches is True and one.matcher.is_plain))
        self._by_route[route] = found
        return found

    def choose(self, route: str, key: str, subject: Callable[[], Subject], now_s: float) -> Chosen:
        """The rules that are to strike this call, in stage order, each with its chance. What more there is to look at
        is asked for where a rule looks at more than the route."""
        if now_s >= self._valid_until_s:
            self._refresh(now_s)
        candidates = self._by_route.get(route)
        if candidates is None:
            candidates = self._of_route(route)
        chosen: Chosen = []
        words: dict[int, int] = {}
        for one, always in candidates:
            if always or matches(one.matcher, subject()):
                chance = one.decide(key, now_s, words)
                if chance is not None:
                    chosen.append((one, chance))
        return chosen

    def choose_refusal(self, subject: Subject, now_s: float) -> Chosen:
        """Those that are to strike a call which is refused at the door: few kinds do."""
        if now_s >= self._valid_until_s:
            self._refresh(now_s)
        chosen: Chosen = []
        words: dict[int, int] = {}
        for one in self._calls:
            if one.rule.fault.strikes_refusals and matches(one.matcher, subject):
                chance = one.decide(subject.key, now_s, words)
                if chance is not None:
                    chosen.append((one, chance))
        return chosen

    def choose_notice(self, subject: Subject, now_s: float, event: str) -> Chosen:
        """The webhook rules that are to strike a notice of type `event`; `subject` is the call that caused it."""
        if now_s >= self._valid_until_s:
            self._refresh(now_s)
        chosen: Chosen = []
        words: dict[int, int] = {}
        for one in self._notices:
            fault = one.rule.fault
            if isinstance(fault, Webhooks) and fault.wants(event) and matches(one.matcher, subject):
                chance = one.decide(subject.key, now_s, words)
                if chance is not None:
                    chosen.append((one, chance))
        return chosen


def matches(matcher: Matcher, subject: Subject) -> bool:
    """Whether everything that the match asks for holds."""
    wanted = matcher.match
    if wanted.method not in ("*", subject.method):
        return False
    if wanted.path not in ("*", subject.route.partition(" ")[2]) and not matcher.path(subject.path):
        return False
    if wanted.account != "*" and not fnmatch.fnmatchcase(subject.account, wanted.account):
        return False
    if wanted.operation != "*" and not fnmatch.fnmatchcase(subject.operation_id, wanted.operation):
        return False
    if wanted.header:
        name, _, pattern = wanted.header.partition(":")
        value = subject.headers.get(name.strip().lower())
        return value is not None and fnmatch.fnmatchcase(value, pattern.strip())
    return True
