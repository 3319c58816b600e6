"""What happened at an account, as text for a test that failed: the books, the faults, and what nearly was a hit."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from brownout_harness.testing.effects import in_words
from brownout_harness.testing.faults import Fault
from brownout_harness.testing.rows import Effect, Ledger, Request

if TYPE_CHECKING:
    from brownout_harness.testing.account import Account

LINES: Final = 60
"""Of the books: a test that made more calls is shown the last ones."""


def of(account: "Account") -> str:
    """The journal of one account, a line for each thing."""
    return "\n".join(_lines(account))


def _lines(account: "Account") -> Iterator[str]:
    yield f"{account.vendor} at {account.url}, account {account.name}"
    try:
        books = account.books()
    except RuntimeError as lost:  # said, and no more: the journal goes beside what a test failed by
        yield f"  {lost}"
        return
    every: list[Request | Effect] = [*books.requests, *books.effects]
    own = [one for one in every if one.account == account.label]
    own.sort(key=lambda one: one.at_s)
    if len(own) > LINES:
        yield f"  … {len(own) - LINES} earlier lines"
    texts = {fault.id: fault.text for fault in account.faults}
    yield from (f"  {one.at_s:9.3f} s  {_line(one, texts)}" for one in own[-LINES:])
    if not own:
        yield "  no call of this account has come"
    if under_way := account.stand.do(lambda: account.simulator.under_way):
        yield f"  {under_way} calls are still under way"
    for fault in account.faults:
        yield f"  fault {fault.text}: {_told(fault, books)}"
    yield from (f"  not of this account: {line}" for line in strays(account, books))
    yield from (f"  refused: {line}" for line in _refused(account, books))
    yield from (f"  defect of the simulator: {line}" for line in account.problems)


def _line(one: Request | Effect, texts: dict[str, str]) -> str:
    if isinstance(one, Effect):
        return f"  effect {one.kind} {in_words(one)}"
    told = [f"key {one.idempotency_key}"] if one.idempotency_key else []
    told += ["replayed"] * one.replayed
    told += [f"struck by {', '.join(texts.get(fault, fault) for fault in one.faults)}"] if one.faults else []
    told += [{"left": "the client had gone"}.get(one.ending, f"ended: {one.ending}")] * (one.ending != "complete")
    return f"{one.route}  {one.status or 'no answer'}" + (f"  ({'; '.join(told)})" if told else "")


def _told(fault: Fault, books: Ledger) -> str:
    matched, struck = fault.count
    told = f"struck {struck} of {matched} calls that it was meant for"
    return told if matched else f"{told}; {came(books.requests)}"


def came(requests: Iterable[Request]) -> str:
    """Which calls did come, for a fault that none was meant by."""
    counts = Counter(one.route for one in requests)
    listed = ", ".join(f"{route} ({number})" if number > 1 else route for route, number in counts.most_common(5))
    return f"what came was {listed}" if listed else "no call came at all"


def strays(account: "Account", books: Ledger) -> list[str]:
    """Calls that came with another key, and what they did: an application that is not pointed at this account."""
    public = {f"{route.method} {route.path}" for route in account.simulator.vendor.routes if route.public}
    found = [one for one in books.requests if one.account not in ("", account.label) and one.route not in public]
    done = [one for one in books.effects if one.account != account.label]
    counts = Counter(f"{one.route} of account {one.account}" for one in found)
    counts.update(f"effect {one.kind} of account {one.account}" for one in done)
    return [f"{what} ({number})" if number > 1 else what for what, number in counts.items()]


def _refused(account: "Account", books: Ledger) -> Iterator[str]:
    """Calls that belong to no account: no such route, or no credential that opens one."""
    router = account.simulator.router
    for route, status in dict.fromkeys((one.route, one.status) for one in books.requests if not one.account):
        known = route in router.names
        near = "" if known else f": no such route; the nearest is {router.nearest(*_split(route))}"
        yield f"{route} {status}{near}"


def _split(route: str) -> tuple[str, str]:
    method, _, path = route.partition(" ")
    return method, path
