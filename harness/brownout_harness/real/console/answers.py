"""What a page may ask for, and what it may switch: route by route, each one a call or two to a control API."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from brownout_harness.real.console.asking import Simulated, Unanswered
from brownout_harness.real.console.masking import Masking
from brownout_harness.real.console.run_view import RunView
from brownout_harness.real.console.story import story_of
from brownout_harness.real.console.switches import SWITCHES
from brownout_harness.real.console.watch import Watch

BY: Final = "by=console"
"""Who changes faults here, as the simulators write it down."""
READ_ONLY: Final = "a run is being judged: the console only looks on"


@dataclass(frozen=True, slots=True)
class Desk:
    """All that an answer may need."""

    watch: Watch
    masking: Masking
    wall_s: float
    """Makes a monotonic instant seconds since 1970."""
    run: RunView | None = None
    """Beside a run nothing may be switched: the run would not be what its scenario says."""
    cache: dict[str, Any] = field(default_factory=dict)
    """What a simulator says of itself, by its address: it does not change."""

    @property
    def simulated(self) -> Mapping[str, Simulated]:
        """The simulators, by vendor."""
        return self.watch.simulated


Body = Mapping[str, Any]
Answering = Callable[[Desk, Sequence[str], Body], Any]


def answer(desk: Desk, method: str, path: Sequence[str], body: Body) -> Any:
    """The JSON that answers a request; `path` is what follows `/api/`, part by part.

    Raises:
        Unanswered: there is nothing to answer, or a simulator says no.
    """
    for route_method, pattern, answering in ROUTES:
        if route_method == method and len(pattern) == len(path) and _fits(pattern, path):
            if method != "GET" and desk.run is not None:
                raise Unanswered(409, READ_ONLY)
            return answering(desk, path, body)
    raise Unanswered(404, "the console has no such answer")


def _fits(pattern: Sequence[str], path: Sequence[str]) -> bool:
    return all(wanted in ("*", part) for wanted, part in zip(pattern, path, strict=True))


def find(desk: Desk, vendor: str) -> Simulated:
    """The simulator of a vendor. Raises `Unanswered`."""
    found = desk.simulated.get(vendor)
    if found is None:
        raise Unanswered(404, f"no such vendor here; there are {', '.join(desk.simulated)}")
    return found


def _state(desk: Desk, path: Sequence[str], body: Body) -> Any:
    del path, body
    desk.watch.look()
    return {"vendors": desk.watch.state(), "run": None if desk.run is None else desk.run.as_json()}


def _switches(desk: Desk, path: Sequence[str], body: Body) -> Any:
    del path, body
    return {"switches": [each._asdict() for each in SWITCHES], "may_switch": desk.run is None}


def _describe(desk: Desk, path: Sequence[str], body: Body) -> Any:
    del body
    simulated = find(desk, path[1])
    if simulated.url not in desk.cache:
        said = simulated.ask("GET")
        desk.cache[simulated.url] = {
            name: said[name] for name in ("vendor", "url", "routes", "errors", "faults", "effects")
        }
    return desk.cache[simulated.url]


def _add_fault(desk: Desk, path: Sequence[str], body: Body) -> Any:
    made = find(desk, path[1]).ask("POST", "faults", query=BY, body=dict(body))
    desk.watch.hurry()
    return made


def _remove_faults(desk: Desk, path: Sequence[str], body: Body) -> Any:
    del body
    made = find(desk, path[1]).ask("DELETE", "faults", *path[3:], query=BY)
    desk.watch.hurry()
    return made


def _call(desk: Desk, path: Sequence[str], body: Body) -> Any:
    del body
    return desk.masking.call(find(desk, path[1]).ask("GET", "calls", path[3]))


def _messages(desk: Desk, path: Sequence[str], body: Body) -> Any:
    del path, body
    found, missing = _of_all(desk, "messages", "messages")
    return {"messages": sorted(found, key=lambda each: -each["at_s"]), "missing": missing}


def _of_all(desk: Desk, what: str, within: str) -> tuple[list[dict[str, Any]], list[str]]:
    """Of every simulator what it has; and who did not say."""
    found: list[dict[str, Any]] = []
    missing = []
    for name, simulated in desk.simulated.items():
        try:
            found += ({"vendor": name, **each} for each in simulated.ask("GET", what)[within])
        except Unanswered as error:
            missing.append(str(error))
    return found, missing


def _message(desk: Desk, path: Sequence[str], body: Body) -> Any:
    del body
    return find(desk, path[1]).ask("GET", "messages", path[3])


def _webhooks(desk: Desk, path: Sequence[str], body: Body) -> Any:
    del path, body
    vendors, missing = [], []
    for name, simulated in desk.simulated.items():
        try:
            said = simulated.ask("GET", "webhooks")
        except Unanswered as error:
            missing.append(str(error))
        else:
            log = [{**_masked(desk, attempt), "at": attempt["at_s"] + desk.wall_s} for attempt in said["log"]]
            held = [_masked(desk, each) for each in said["held"]]
            vendors.append({"vendor": name, **said, "log": log, "held": held})
    return {"vendors": vendors, "missing": missing}


def _masked(desk: Desk, webhook: Mapping[str, Any]) -> dict[str, Any]:
    """A receiver's address is what a caller wrote."""
    return {**webhook, "url": desk.masking.text(webhook["url"])}


def _hold(desk: Desk, path: Sequence[str], body: Body) -> Any:
    return find(desk, path[1]).ask("PUT", "webhooks", body={"hold": body.get("hold")})


def _send(desk: Desk, path: Sequence[str], body: Body) -> Any:
    return find(desk, path[1]).ask("POST", "webhooks", body={"send": body.get("send")})


def _story(desk: Desk, path: Sequence[str], body: Body) -> Any:
    del body
    story = story_of(path[1], desk.watch, desk.simulated.values(), desk.wall_s)
    return {**story, "steps": [_masked(desk, step) if "url" in step else step for step in story["steps"]]}


ROUTES: Final[Sequence[tuple[str, Sequence[str], Answering]]] = (
    ("GET", ("state",), _state),
    ("GET", ("switches",), _switches),
    ("GET", ("messages",), _messages),
    ("GET", ("webhooks",), _webhooks),
    ("GET", ("operations", "*"), _story),
    ("GET", ("vendors", "*"), _describe),
    ("GET", ("vendors", "*", "calls", "*"), _call),
    ("GET", ("vendors", "*", "messages", "*"), _message),
    ("POST", ("vendors", "*", "faults"), _add_fault),
    ("DELETE", ("vendors", "*", "faults"), _remove_faults),
    ("DELETE", ("vendors", "*", "faults", "*"), _remove_faults),
    ("PUT", ("vendors", "*", "webhooks"), _hold),
    ("POST", ("vendors", "*", "webhooks"), _send),
)
