"""The rows that callers and machines make: who asks again, who dies, what is gone, and too much of everything."""

from collections.abc import Iterator, Mapping
from typing import Final

from brownout_harness.audit.coverage.seen import Seen, Struck
from brownout_harness.judging.evidence import Deed
from brownout_scenarios.schema import Scenario
from brownout_scenarios.workload import Rising

MOMENTS: Final = ("received", "committed", "answered", "store.write")
ENDS: Final[Mapping[str, str]] = {"kill": "killed (SIGKILL)", "stop": "stopped (SIGTERM)", "pause": "paused (SIGSTOP)"}
LASTS_S: Final[Mapping[str, float]] = {"store": 4.0}
"""Who comes within this much later is met by it, too."""
HERD: Final = 10
"""So many letters that are sent again at once are one."""
BURST: Final = 1.5
"""So many times the usual rate is one."""

ROWS: Final[Mapping[str, str]] = {
    "caller.asks_again": "a caller asks again",
    "caller.hangs_up": "a caller hangs up",
    "caller.another_body": "a caller asks again, with another body",
    "caller.another_flow": "a caller asks again, for something else",
    **{f"{end}.instant": f"the application is {words}" for end, words in ENDS.items()},
    **{f"{end}.{moment}": f"it is {words} at {moment}" for end, words in ENDS.items() for moment in MOMENTS},
    "kill.one_of_several": "one of several processes dies",
    "store.pause": "the store answers nobody",
    "store.kill": "the store is gone, and comes back empty",
    "store.empty": "the store is emptied",
    "store.restore": "the store is put back",
    "clock.vendor": "a vendor's clock moves on",
    "clock.gateway": "the application's clock is wrong",
    "load.burst": "a burst",
    "load.herd": "a herd of dead letters",
}


def surroundings(seen: Seen) -> Iterator[Struck]:
    """Every operation that something befell which no vendor did."""
    yield from _callers(seen)
    for deed in seen.inputs.deeds:
        for row in _rows_of(deed, seen.scenario):
            for operation_id in _under_way(seen, deed.at_s, LASTS_S.get(row.partition(".")[0], 0.0)):
                yield Struck(row, deed.at_s, deed.at_s, operation_id)
    yield from _letters(seen)
    yield from _bursts(seen)


def _under_way(seen: Seen, at_s: float, lasts_s: float) -> Iterator[str]:
    """Those that were asked for and not answered then, at a vendor, or not at their end yet: set aside."""
    at_a_vendor = {each.operation_id for each in seen.requests if each.at_s <= at_s <= each.finished_s}
    for operation in seen.operations:
        named = operation.operation_id
        is_asked = operation.sent_s <= at_s + lasts_s and operation.finished_s >= at_s
        if is_asked or named in at_a_vendor or (operation.sent_s <= at_s and seen.is_sent_again_after(named, at_s)):
            yield named


def _callers(seen: Seen) -> Iterator[Struck]:
    patience = {group.name: group.answer_within_s for group in seen.scenario.workload.groups}
    for operation in seen.operations:
        named = operation.operation_id
        if operation.asks > 1:
            yield Struck("caller.asks_again", operation.sent_s, operation.finished_s, named)
        if operation.longest_ask_s >= patience.get(operation.group, min(patience.values())):
            yield Struck("caller.hangs_up", operation.sent_s, operation.finished_s, named)


def _rows_of(deed: Deed, scenario: Scenario) -> Iterator[str]:
    word, _, rest = deed.text.partition(" ")
    if "clock of" in deed.text:
        yield "clock.gateway" if "clock of gateway" in deed.text else "clock.vendor"
    elif rest.startswith("store"):
        if f"store.{word}" in ROWS:
            yield f"store.{word}"
    elif word in ENDS:
        moments = {str(each.moment.moment) for each in scenario.triggers() if each.action.text == deed.text}
        yield from (f"{word}.{moment}" for moment in moments or {"instant"})
        if word == "kill" and "." in rest:
            yield "kill.one_of_several"


def _letters(seen: Seen) -> Iterator[Struck]:
    """Those of whom several are sent again by one order."""
    for deed in seen.inputs.deeds:
        if not deed.sends_again:
            continue
        sent = [
            operation.operation_id
            for operation in seen.operations
            if any(
                deed.at_s <= event.at_s <= deed.at_s + 10
                for event in seen.told_of(Struck("", deed.at_s, deed.at_s, operation.operation_id), "redriven")
            )
        ]
        if len(sent) >= HERD:
            yield from (Struck("load.herd", deed.at_s, deed.at_s, named) for named in sent)


def _bursts(seen: Seen) -> Iterator[Struck]:
    for group in seen.scenario.workload.groups:
        if group.arrivals is None:
            continue
        usual = group.arrivals.rate_per_s
        for span in seen.scenario.spans():
            rate = group.rate_in(span.phase.name, span.phase.rate_per_s)
            top = max(rate.from_per_s, rate.to_per_s) if isinstance(rate, Rising) else rate
            if top < BURST * usual:
                continue
            for operation in seen.operations:
                if operation.group == group.name and span.start_s <= operation.intended_s < span.end_s:
                    yield Struck("load.burst", operation.sent_s, operation.finished_s, operation.operation_id)
