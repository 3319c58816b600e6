"""`brownout fault`: faults changed by hand, while `brownout up` or a real run serves.

Examples:
  brownout fault add stripe 'POST /v1/payment_intents' respond.status=503 share=50%
  brownout fault add twilio latency=2s
  brownout fault list
  brownout fault save scenarios/tried-out.yaml
"""

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import quote

import typer

from brownout_harness.commands.console import make_console
from brownout_harness.commands.extras import needing
from brownout_harness.problems import BadInput

if TYPE_CHECKING:
    from brownout_harness.live.reach import InForce, Reach


class What(StrEnum):
    """What is done."""

    ADD = "add"
    LIST = "list"
    CLEAR = "clear"
    SAVE = "save"


def fault(
    what: Annotated[What, typer.Argument(help="What to do.", show_default=False)],
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="WORDS",
            help="add: VENDOR [REQUESTS] and the fault, key=value as in a scenario. clear: [VENDOR] [ID]. save: FILE.",
        ),
    ] = None,
    *,
    at: Annotated[
        list[str] | None,
        typer.Option(metavar="URL", help="A simulator's address; several times for several. [default: all found here]"),
    ] = None,
    name: Annotated[str | None, typer.Option("--id", metavar="NAME", help="With add: what it is called.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="With list: the same for a script.")] = False,
) -> None:
    """Change faults by hand while simulators serve, and save them.

    Each change is in the simulator's own books, with its instant. A real run that is changed so is inconclusive.
    """
    given = words or []
    if name is not None and what is not What.ADD:
        raise BadInput("--id goes with add; what is called so is named as it is: brownout fault clear VENDOR ID")
    if as_json and what is not What.LIST:
        raise BadInput("--json goes with list")
    if what is What.ADD:
        _add(given, at, name)
    elif what is What.LIST:
        _list(given, at, as_json=as_json)
    elif what is What.CLEAR:
        _clear(given, at)
    else:
        needing("run", "fault save", _save)(given, at)


def _reach(at: list[str] | None) -> "Reach":
    from brownout_harness.live.reach import reach
    from brownout_harness.real.served_here import serving

    return reach(at or [], serving())


def _add(words: list[str], at: list[str] | None, name: str | None) -> None:
    from brownout_harness.live.reach import BY
    from brownout_harness.live.typed import read

    typed = read(words)
    own = {} if name is None else {"id": name}
    made = _reach(at).ask(typed.vendor, "POST", f"faults?by={BY}", {**typed.fault.rule, **own})
    print(f"{typed.vendor} {made['id']}: {typed.fault.text}")


def _list(words: list[str], at: list[str] | None, *, as_json: bool) -> None:
    from brownout_harness.live import show

    reached = _reach(at)
    found = [each for vendor in words or reached.vendors() for each in reached.in_force(vendor)]
    if as_json:
        print(json.dumps(show.as_json(found), indent=1))
    else:
        show.show(make_console(), found)


def _clear(words: list[str], at: list[str] | None) -> None:
    from brownout_harness.live.reach import BY

    reached = _reach(at)
    for each in _meant(words, reached):
        reached.ask(each.vendor, "DELETE", f"faults/{quote(each.id, safe='')}?by={BY}")
        print(f"{each.vendor} {each.id}: cleared; it struck {each.rule['struck']} of {each.rule['matched']}")


def _meant(words: list[str], reached: "Reach") -> "list[InForce]":
    """Those that are to be cleared. Without an id, of those that somebody put in force by hand."""
    vendors = reached.vendors()
    asked = [words[0]] if words and words[0] in vendors else list(vendors)
    ids = words[1:] if words and words[0] in vendors else words
    found = [each for vendor in asked for each in reached.in_force(vendor)]
    if len(ids) > 1:
        raise BadInput("clear takes a vendor and an id, or one of them: brownout fault clear VENDOR fault.1")
    if not ids:
        return [each for each in found if each.by]
    chosen = [each for each in found if each.id == ids[0]]
    if not chosen:
        there = ", ".join(f"{each.vendor} {each.id}" for each in found) or "none"
        raise BadInput(f"no fault {ids[0]} is in force; there is {there}")
    if len(chosen) > 1:
        raise BadInput(f"{ids[0]} is at {' and at '.join(each.vendor for each in chosen)}: name the vendor before it")
    return chosen


def _save(words: list[str], at: list[str] | None) -> None:
    from brownout_harness.beginning.copied import name_for, write_new
    from brownout_harness.live.saved import scenario_of, tried
    from brownout_harness.running.orders import runnable

    if len(words) != 1:
        raise BadInput("say which file: brownout fault save scenarios/tried-out.yaml")
    file = Path(words[0])
    name = name_for(file, "tried-out.yaml")
    reached = _reach(at)
    books = [reached.book(vendor) for vendor in reached.vendors()]
    faults = tried(books)
    seed = reached.ask(faults[0].vendor, "GET", "")["seed"]
    write_new(file, scenario_of(name, faults, seed))
    runnable(words[0])
    last = max(one.end_s for one in faults)
    counted = f"{len(faults)} fault{'s' if len(faults) > 1 else ''}"
    print(f"wrote {words[0]}: {counted} over {last:g} s, at the instants at which they were in force")
    print(f"next: make what it says of the target your own, then brownout run {words[0]}")
