"""The load generator's process as the runner sees it: its plan, its start, how it is doing, what it recorded."""

import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from typing import Any

from brownout_harness.asked.arrivals import Arrival
from brownout_harness.asked.operations import all_operations_of, operations_of
from brownout_harness.asked.outsiders import outsiders_of
from brownout_harness.asked.terms import asked_text
from brownout_harness.asked.tokens import keeper_of
from brownout_harness.asked.users import Turn
from brownout_harness.load.plan import Asking, Planned, write_plan
from brownout_harness.load.reading import followings_of, readings_of
from brownout_harness.progress import Counted, Recent
from brownout_harness.real.processes import Child, json_lines
from brownout_scenarios.schema import Scenario
from brownout_scenarios.workload import Group
from brownout_simulators.outsiders import KeyHolder

NAME = "load"
OPERATIONS_FILE = "operations.ndjson"
AFTER_LAST_ANSWER_S = 15.0


def write_load_plan(
    scratch: Path,
    scenario: Scenario,
    arrivals: Sequence[Arrival],
    urls: Mapping[str, str],
    secrets: Collection[str] = (),
    *,
    turns: Sequence[Turn] = (),
    outside: Mapping[str, tuple[str, KeyHolder]] = MappingProxyType({}),
) -> None:
    """Every arrival with its whole request, and the credentials that no answer may hold; the file appears whole, and
    the load process waits for it. `urls` are those of the target's processes, by name; `outside`: by vendor, where it
    is asked directly, and by whom."""
    groups = scenario.workload.groups
    holders = {vendor: each for vendor, (_, each) in outside.items()}
    operations = {**operations_of(scenario), **outsiders_of(scenario, holders)}
    asking = Asking(
        urls=urls,
        **_manners(groups[0]),
        groups={
            group.name: {**_manners(group), **({"urls": _only(outside[group.asks][0])} if group.asked_of else {})}
            for group in groups
            if group.name
        },
        ends_s=scenario.duration_s,
        secrets=sorted(secrets),
        tokens_of=keeper_of(holders),
        readings=readings_of(scenario),
        follow=followings_of(scenario),
    )
    planned = (_planned(arrival, operations[arrival.name].request(arrival)) for arrival in arrivals)
    users = (
        _planned(turn.arrival, operations[turn.arrival.name].request(turn.arrival))._replace(
            user=turn.user, think_s=turn.think_s
        )
        for turn in turns
    )
    write_plan(scratch / "plan.new", asking, chain(planned, users))
    (scratch / "plan.new").rename(scratch / "plan.ndjson")


def _manners(group: Group) -> dict[str, Any]:
    """How patient its users are, in the words of `Asking`."""
    again = group.ask_again
    return {
        "answer_within_s": group.answer_within_s,
        "ask_again_after_s": again.after_s if again else 0.0,
        "ask_again_times": again.times if again else 0,
        "ask_again_on": again.on if again else (),
        "in_flight_limit": group.users or group.in_flight_limit,
    }


def _only(url: str) -> dict[str, str]:
    return {"": url}


def _planned(arrival: Arrival, request: Any) -> Planned:
    return Planned(
        arrival.at_s,
        arrival.operation_id,
        arrival.name,
        request.method,
        request.path,
        dict(request.headers),
        request.body.decode(),
        arrival.group,
        find=request.find,
        asked_of=arrival.asked_of,
        token=request.token,
        is_streamed=request.is_streamed,
    )


def command(scratch: Path, logs: Path) -> list[str]:
    """Starts it; it waits for `write_load_plan` and `begin`."""
    return _process("brownout_harness.load", *_files(scratch, logs))


def master_command(
    scratch: Path, logs: Path, *, address: str, names: Iterable[str], joining: Iterable[str], web: int | None
) -> list[str]:
    """The same, where workers of these names make the load, who join it at `address`; those of `joining` are not
    started here. On the port `web` Locust has its page."""
    who = ["--listen", address, "--names", ",".join(names), "--joining", ",".join(joining)]
    who += [] if web is None else ["--web", str(web)]
    return _process("brownout_harness.load.master", *who, *_files(scratch, logs))


def worker_command(address: str, name: str = "") -> list[str]:
    """Starts one of them; without a name one that joins a master of somebody else's."""
    return _process("brownout_harness.load.worker", "--join", address, *(("--name", name) if name else ()))


def _files(scratch: Path, logs: Path) -> list[str]:
    arguments = ["--plan", str(scratch / "plan.ndjson"), "--out", str(scratch / OPERATIONS_FILE)]
    return [*arguments, "--stats", str(logs / "locust.json"), "--start-file", str(scratch / "start")]


def _process(module: str, *arguments: str) -> list[str]:
    return [sys.executable, "-P", "-m", module, *arguments]


def recorded(scratch: Path, scenario: Scenario, arrivals: Sequence[Arrival]) -> list[dict[str, Any]]:
    """What it wrote down of each operation, with what that was to leave, which it need not know: operations' rows."""
    operations = all_operations_of(scenario)
    asked = {each.operation_id: asked_text(operations[each.name], each) for each in arrivals}
    told, _ = json_lines(scratch / OPERATIONS_FILE)
    return [{**row, "as_asked": asked.get(row["operation_id"], "")} for row in told]


def begin(scratch: Path, start_at_s: float) -> None:
    """Tell it the start instant; the file appears whole."""
    (scratch / "start.new").write_text(repr(start_at_s), encoding="ascii")
    (scratch / "start.new").rename(scratch / "start")


class LoadWatch:
    """Reads what the load process tells of itself."""

    def __init__(self, child: Child) -> None:
        self._child = child
        self._offset = 0
        self.recent = Recent()
        self.is_ready = False
        self.joined: list[str] = []
        """Of several workers, those that the master knows, by name."""
        self.latest: dict[str, Any] = {}

    def look(self) -> None:
        """Read what is new."""
        lines, self._offset = json_lines(self._child.output, after=self._offset)
        for line in lines:
            self.is_ready = self.is_ready or line.get("ready", False)
            self.joined += [line["joined"]] if "joined" in line else []
            if "at_s" in line:
                self.latest = line
                done = line["outcomes"].get("done", 0)
                self.recent.look(Counted(line["at_s"], line["offered"], line["answered"], done))

    @property
    def finished(self) -> bool:
        """Whether every arrival was dispatched and every answer is in, by its own word."""
        return bool(self.latest.get("finished"))


def over_by_s(scenario: Scenario) -> float:
    """When the last answer is in at the latest, in seconds since the start, and a margin."""
    untils = [each.until.within_s for each in scenario.workload.operations if each.until is not None]
    groups = scenario.workload.groups
    wait_s = max(group.answer_within_s for group in groups)
    asks_s = max(group.asks_take_s for group in groups)
    followed_s = max(untils) + wait_s if untils else 0.0
    return scenario.duration_s + asks_s + followed_s + AFTER_LAST_ANSWER_S
