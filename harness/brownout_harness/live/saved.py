"""What was tried out by hand, as a scenario: the same faults at the same instants, relative to the first of them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from brownout_core.flows import FLOWS
from brownout_harness.asked.gateway import GATEWAY_OPERATIONS
from brownout_harness.faults.by_hand import Changed
from brownout_harness.live.reach import Book
from brownout_harness.live.rules import as_written
from brownout_harness.problems import BadInput
from brownout_scenarios import units, yaml_tree

STEADY_S: Final = 20.0
RECOVERY_S: Final = 40.0
LEAST_S: Final = 0.001
"""What was over sooner than an instant can be written was not there."""

RATE_PER_S: Final = 2
"""Of each operation: no vendor of the reference application's is asked for more than it takes."""

SCENARIO: Final = """\
# Faults that were tried out by hand, at the instants at which they were in force, counted from the first of them.
# What nobody tried is a proposal, to be made your own: the target, what it is asked for, the phases around, and what is
# expected.
name: {name}
about: Tried out by hand, and saved.
seed: {seed}
target: gateway
workload:
  arrivals: {{rate: {rate}/s}}
  operations: {operations}
  # Who is left without an answer asks again until there is one.
  ask_again: {{after: 3s, times: 20}}
phases:
{phases}
drain: 30s
expect:
{expect}
"""


@dataclass(frozen=True, slots=True)
class Tried:
    """One fault, and when it was in force, in seconds from the first of all."""

    vendor: str
    entry: dict[str, Any]
    start_s: float
    end_s: float


def tried(books: Sequence[Book]) -> list[Tried]:
    """All that anybody put in force by hand, the earliest first.

    Raises:
        BadInput: nobody did, or too long ago for the books.
    """
    if lost := [book.vendor for book in books if book.dropped]:
        raise BadInput(
            f"{lost[0]} has forgotten the first of its changes: save what you try out before there are so many"
        )
    spans = [(book, each, *span) for book in books for each in book.changes if (span := _span(book, each)) is not None]
    if not spans:
        raise BadInput("nobody has put a fault in force by hand since they serve: `brownout fault add` does")
    first_s = min(start_s for _, _, start_s, _ in spans)
    found = [
        Tried(book.vendor, as_written(book.vendor, each.rule), round(start_s - first_s, 3), round(end_s - first_s, 3))
        for book, each, start_s, end_s in spans
    ]
    return sorted(found, key=lambda one: (one.start_s, one.end_s))


def _span(book: Book, changed: Changed) -> tuple[float, float] | None:
    """When it was in force, on the clock of the books; what came with a schedule is in that."""
    if changed.on_s is None:
        return None
    window = changed.rule.get("window", {})
    start_s = max(changed.on_s, book.start_at_s + window.get("start_s", 0.0))
    ends = [book.now_s if changed.off_s is None else changed.off_s]
    if "end_s" in window:
        ends.append(book.start_at_s + window["end_s"])
    return (start_s, min(ends)) if min(ends) - start_s >= LEAST_S else None


def scenario_of(name: str, faults: Sequence[Tried], seed: int) -> str:
    """The file's text."""
    operations = _operations(one.vendor for one in faults)
    expect: list[dict[str, Any]] = [
        *({"exactly_once": {"effect": effect}} for effect in _effects(operations)),
        {"nothing_lost": {}},
        *({"success_rate": {"operation": each, "at_least": "95%", "during": "steady"}} for each in operations),
        {"no_secrets": {}},
    ]
    return SCENARIO.format(
        name=name,
        seed=seed,
        rate=RATE_PER_S * len(operations),
        operations=yaml_tree.write_line([{"name": operation} for operation in operations]),
        phases="\n".join(_phases(faults)),
        expect=_listed(expect, 2),
    )


def _phases(faults: Sequence[Tried]) -> Iterator[str]:
    """A phase for each stretch in which something was in force, and one for each calm in between."""
    yield f"  - {{name: steady, for: {units.duration(STEADY_S)}}}"
    stretches = _stretches(faults)
    for number, (start_s, end_s, within) in enumerate(stretches, 1):
        yield f"  - name: explored{f'-{number}' if len(stretches) > 1 else ''}"
        yield f"    for: {units.duration(end_s - start_s)}"
        yield f"    faults:\n{_listed([_placed(one, start_s, end_s) for one in within], 6)}"
        if number < len(stretches):
            yield f"  - {{name: calm-{number}, for: {units.duration(stretches[number][0] - end_s)}}}"
    yield f"  - name: recovery\n    for: {units.duration(RECOVERY_S)}"
    yield "    # What was set aside is sent again.\n    actions: [{at: 20s, redrive: {}}]"


def _listed(items: Sequence[Mapping[str, Any]], by: int) -> str:
    return "\n".join(f"{' ' * by}- {yaml_tree.write_line(each)}" for each in items)


def _stretches(faults: Sequence[Tried]) -> list[tuple[float, float, list[Tried]]]:
    """Faults that follow each other without a gap, together."""
    found: list[tuple[float, float, list[Tried]]] = []
    for one in faults:
        if found and one.start_s <= found[-1][1]:
            start_s, end_s, within = found[-1]
            found[-1] = (start_s, max(end_s, one.end_s), [*within, one])
        else:
            found.append((one.start_s, one.end_s, [one]))
    return found


def _placed(one: Tried, start_s: float, end_s: float) -> dict[str, Any]:
    window = {}
    if one.start_s > start_s:
        window["start"] = units.duration(round(one.start_s - start_s, 3))
    if one.end_s < end_s:
        window["end"] = units.duration(round(one.end_s - start_s, 3))
    return {**one.entry, **({"window": window} if window else {})}


def _operations(vendors: Iterable[str]) -> list[str]:
    """Of the reference application, for each of these vendors the one that uses least besides."""
    using = [[name for name in GATEWAY_OPERATIONS if vendor in _used(name)] for vendor in vendors]
    return list(dict.fromkeys(min(names, key=lambda name: len(_used(name))) for names in using))


def _used(operation: str) -> list[str]:
    return [adapter.name for adapter in FLOWS[operation].uses]


def _effects(operations: Sequence[str]) -> list[str]:
    left = [leaves for each in operations for leaves in GATEWAY_OPERATIONS[each].leaves]
    flat = [effect for leaves in left for effect in ((leaves,) if isinstance(leaves, str) else leaves)]
    return list(dict.fromkeys(flat))
