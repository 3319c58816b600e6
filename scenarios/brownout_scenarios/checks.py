"""What the shape of a scenario cannot say: that everything it names exists, and that its numbers can be.

Each check takes the finished `Scenario` and yields problems by path; the loader puts the lines to them.
"""

import re
from collections.abc import Iterable, Iterator

from brownout_scenarios import schema, spelling, units
from brownout_scenarios.loopback import host_of, is_loopback
from brownout_scenarios.schema import Scenario
from brownout_scenarios.target import Target
from brownout_scenarios.vocabulary import PHASE_FIELDS, Vocabulary
from brownout_scenarios.yaml_tree import Path

MAX_DURATION_S = 6 * 3600.0
MAX_RATE_PER_S = 10_000.0
MAX_ARRIVALS = 2_000_000
MAX_ITEMS = 200

Found = Iterator[tuple[Path, str]]


def problems(scenario: Scenario, words: Vocabulary) -> list[tuple[Path, str]]:
    """Everything that is wrong with it, as (path in the file, what)."""
    found: list[tuple[Path, str]] = []
    found += _names(scenario)
    found += _target(scenario, words)
    found += _workload(scenario, words)
    found += _phases(scenario)
    found += _faults(scenario, words)
    found += _actions(scenario)
    found += _expectations(scenario)
    found += _vendors(scenario, words)
    found += _limits(scenario, words)
    found += _policies(scenario, words)
    return found


def _names(scenario: Scenario) -> Found:
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", scenario.name) or len(scenario.name) > 64:
        yield ("name",), f"{units.shown(scenario.name)} is no name: lower case, digits and single hyphens, at most 64"
    if not scenario.about.strip():
        yield ("about",), "is empty: say what the scenario shows"
    if not scenario.expect:
        yield ("expect",), "is empty: a scenario that expects nothing cannot fail"
    if not 0 <= scenario.seed < 2**63:
        yield ("seed",), f"{scenario.seed} is outside 0 to 2^63 - 1"
    if not 0 <= scenario.drain_s <= 600:
        yield ("drain",), f"{units.duration(scenario.drain_s)} is outside 0s to 600s"


def _target(scenario: Scenario, words: Vocabulary) -> Found:
    target = scenario.target
    if target is None:
        return
    where: Path = ("target", "url") if isinstance(scenario.document.get("target"), dict) else ("target",)
    if not target.url.startswith(("http://", "https://")):
        yield where, f"{units.shown(target.url)} is no URL: write http://127.0.0.1:{{{{port}}}}"
    elif not is_loopback(host_of(target.url.replace("{{port}}", "1"))):
        yield where, "is not loopback; load is aimed at this machine only: write http://127.0.0.1:PORT"
    elif target.command and "{{port}}" not in target.url and "{{port}}" in str(dict(target.env)):
        yield where, "has no {{port}}, though env does: the harness would not find the target"
    yield from _templates(target, words)
    if not 0 < target.ready.within_s <= 600:
        yield ("target", "ready", "within"), f"{units.duration(target.ready.within_s)} is outside 0s to 600s"
    if scenario.policies.vendors or scenario.policies.preset:
        yield ("policies",), "are the gateway's; this target is not the gateway"


def _templates(target: Target, words: Vocabulary) -> Found:
    for name in dict.fromkeys(target.templates()):
        known = [
            "port",
            "python",
            "redis.url",
            *(f"{vendor}.{what}" for vendor in words.vendors for what in ("url", "key")),
        ]
        if name not in known:
            yield ("target",), f"no value for {{{{{name}}}}}{spelling.hint(name, known)}"


def _workload(scenario: Scenario, words: Vocabulary) -> Found:
    load = scenario.workload
    operations: Path = ("workload", "operations")
    if not load.operations:
        yield operations, "is empty: name at least one operation"
    yield from _repeated(operations, [item.name for item in load.operations])
    for index, operation in enumerate(load.operations):
        yield from _operation(scenario, words, operation, (*operations, index))
    yield from _rate(load.arrivals.rate_per_s, ("workload", "arrivals", "rate"))
    if load.ask_again and not (0 <= load.ask_again.after_s <= 3600 and 1 <= load.ask_again.times <= 100):
        yield ("workload", "ask_again"), "after is 0s to 1h, times 1 to 100"
    if not 0 < load.answer_within_s <= 600:
        yield ("workload", "answer_within"), f"{units.duration(load.answer_within_s)} is outside 0s to 600s"
    if not 1 <= load.in_flight_limit <= 100_000:
        yield ("workload", "in_flight_limit"), f"{load.in_flight_limit} is outside 1 to 100000"


def _operation(scenario: Scenario, words: Vocabulary, operation: schema.Operation, at: Path) -> Found:
    if not 0 < operation.weight <= 1e6:
        yield (*at, "weight"), f"{operation.weight:g} is no weight: above 0"
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,40}", operation.name):
        yield (*at, "name"), f"{units.shown(operation.name)} is no name: lower case, digits and underscores"
    yield from _described(operation, at) if scenario.target else _asked_of_gateway(words, operation, at)
    yield from _left(words, operation, at)


def _left(words: Vocabulary, operation: schema.Operation, at: Path) -> Found:
    """What it leaves is named once, and what takes something back takes back what is left."""
    left = _kinds_left_by(operation)
    for index, each in enumerate(operation.leaves or ()):
        if not each:
            yield (*at, "leaves", index), "is empty: name the effects of which one is left"
    for kind in dict.fromkeys(kind for kind in left if left.count(kind) > 1):
        yield (*at, "leaves"), f"names {kind} twice"
    for undone, by in operation.undone_by.items():
        if undone not in left:
            known = left or words.effects
            yield (*at, "undone_by", undone), f"leaves no {units.shown(undone)}{spelling.hint(undone, known)}"
        elif words.effects and by not in words.effects:
            yield (*at, "undone_by", undone), f"no effect named {units.shown(by)}{spelling.hint(by, words.effects)}"
        elif (first := next(kind for kind, undoing in operation.undone_by.items() if undoing == by)) != undone:
            yield (
                (*at, "undone_by", undone),
                f"is undone by {by}, and so is {first}: nobody could tell which one it was",
            )
        elif by in left:
            yield (*at, "undone_by", undone), f"is undone by {by}, which {operation.name} leaves itself"


def _kinds_left_by(operation: schema.Operation) -> list[str]:
    return [kind for each in operation.leaves or () for kind in ([each] if isinstance(each, str) else each)]


def _asked_of_gateway(words: Vocabulary, operation: schema.Operation, at: Path) -> Found:
    if operation.is_described:
        yield (*at, "path"), "is described by the gateway itself; name a target, or leave the request out"
    elif words.operations and operation.name not in words.operations:
        hint = spelling.hint(operation.name, words.operations)
        yield (*at, "name"), f"the gateway has no operation {units.shown(operation.name)}{hint}"
    else:
        for place, why in words.check_params(operation.name, operation.params):
            yield (*at, "params", *place), why


def _described(operation: schema.Operation, at: Path) -> Found:
    if not operation.path.startswith("/"):
        yield (*at, "path"), "must say where this target is asked: path: /checkout"
    if operation.body is not None and operation.form is not None:
        yield (*at, "form"), "is a second body; write body or form"
    sets = {name: getattr(operation, name) for name in ("done", "accepted", "refused")}
    names = list(sets)
    for left, right in ((names[i], names[j]) for i in range(3) for j in range(i + 1, 3)):
        common = next(
            (status for status in range(100, 600) if sets[left].holds(status) and sets[right].holds(status)), 0
        )
        if common:
            yield (*at, right), f"holds {common}, which is also {left}"


def _phases(scenario: Scenario) -> Found:
    if not scenario.phases:
        yield ("phases",), "is empty: a run needs at least one phase"
    if len(scenario.phases) > MAX_ITEMS:
        yield ("phases",), f"has {len(scenario.phases)} entries; at most {MAX_ITEMS}"
    yield from _repeated(("phases",), [phase.name for phase in scenario.phases])
    arrivals = 0.0
    for index, phase in enumerate(scenario.phases):
        at: Path = ("phases", index)
        if not re.fullmatch(r"[a-z][a-z0-9_-]{0,40}", phase.name) or phase.name == "all":
            yield (*at, "name"), f"{units.shown(phase.name)} is no name: lower case, digits, - and _; not `all`"
        if not phase.for_s > 0:
            yield (*at, "for"), "must be longer than 0s"
        rate = scenario.workload.arrivals.rate_per_s if phase.rate_per_s is None else phase.rate_per_s
        ends = (rate.from_per_s, rate.to_per_s) if isinstance(rate, schema.Rising) else (rate, rate)
        if phase.rate_per_s is not None:
            for end in ends:
                yield from _rate(end, (*at, "rate"), least=0.0)
        arrivals += phase.for_s * sum(ends) / 2.0
    if scenario.duration_s > MAX_DURATION_S:
        yield (
            ("phases",),
            f"last {units.duration(scenario.duration_s)} in all; at most {units.duration(MAX_DURATION_S)}",
        )
    if arrivals > MAX_ARRIVALS:
        yield ("workload", "arrivals", "rate"), f"makes {arrivals:.0f} arrivals in all; at most {MAX_ARRIVALS}"


def _faults(scenario: Scenario, words: Vocabulary) -> Found:
    for index, phase in enumerate(scenario.phases):
        if len(phase.faults) > MAX_ITEMS:
            yield ("phases", index, "faults"), f"has {len(phase.faults)} entries; at most {MAX_ITEMS}"
        for position, fault in enumerate(phase.faults):
            at: Path = ("phases", index, "faults", position)
            end_s = phase.for_s if fault.window.end_s is None else fault.window.end_s
            if not 0 <= fault.window.start_s < end_s <= phase.for_s:
                yield (
                    (*at, "window"),
                    f"must lie within the phase: 0s to {units.duration(phase.for_s)}, start before end",
                )
            if not 0 <= fault.rule.get("share", 1.0) <= 1:
                yield (*at, "share"), f"{fault.rule['share']:g} is outside 0 to 1: write 0.2 or 20%"
            if fault.layer == "vendor" and (why := words.check_rule(fault.vendor, fault.rule)):
                key, _, rest = why.partition(": ")
                yield ((*at, key), rest) if key in fault.rule and key != "match" else ((*at, "match"), why)
            if not 0 <= fault.expect_struck <= MAX_ARRIVALS:
                yield (*at, "expect_struck"), f"{fault.expect_struck} is outside 0 to {MAX_ARRIVALS}"


def _actions(scenario: Scenario) -> Found:
    here = "gateway" if scenario.target is None else "target"
    running = True
    for index, phase in enumerate(scenario.phases):
        timed = sorted(enumerate(phase.actions), key=lambda item: item[1].at_s)
        for position, action in timed:
            at: Path = ("phases", index, "actions", position)
            if not 0 <= action.at_s <= phase.for_s:
                yield (*at, "at"), f"must lie within the phase: 0s to {units.duration(phase.for_s)}"
            process = action.kill or action.stop or action.start
            if process is None:
                if scenario.target is not None:
                    yield (*at, "redrive"), "is the gateway's; this target is not the gateway"
                continue
            key = "kill" if action.kill else "stop" if action.stop else "start"
            if process != here:
                named = "the gateway" if here == schema.GATEWAY else "not the gateway"
                yield (*at, key), f"there is no {process} in this scenario; its target is {named}"
                continue
            if scenario.target is not None and not scenario.target.command:
                yield (*at, key), "needs a target with a command: only what the harness started can it kill"
            elif (action.start is None) != running:
                yield (*at, key), f"{process} is {'already running' if running else 'not running'} at that time"
            running = action.start is not None
    if not running:
        yield ("phases",), f"end with the {here} killed; start it again, so that it can be judged"


def _expectations(scenario: Scenario) -> Found:
    phases = [phase.name for phase in scenario.phases]
    operations = [operation.name for operation in scenario.workload.operations]
    for index, item in enumerate(scenario.expect):
        at: Path = ("expect", index, item.name)
        for name in PHASE_FIELDS:
            phase = getattr(item.check, name, None)
            if name == "after" and phase and phase == phases[-1]:
                yield (*at, name), f"no phase follows {phase}: name an earlier one, or add one to recover in"
            if isinstance(phase, str) and phase and phase not in phases:
                yield (*at, name), f"no phase named {units.shown(phase)}{spelling.hint(phase, phases)}"
        operation = getattr(item.check, "operation", None)
        if isinstance(operation, str) and operation and operation != "all" and operation not in operations:
            hint = spelling.hint(operation, operations)
            yield (*at, "operation"), f"no operation named {units.shown(operation)} in the workload{hint}"
        elif scenario.target is not None:
            yield from _unheard_of(scenario, item, at)


def _unheard_of(scenario: Scenario, item: schema.Expected, at: Path) -> Found:
    """What an operation of the gateway leaves is known; of any other target's, only what the scenario says of it."""
    named = getattr(item.check, "operation", "")
    operations = [each for each in scenario.workload.operations if named in {"", each.name}]
    effect = getattr(item.check, "effect", None)
    if isinstance(effect, str) and not any(effect in _kinds_left_by(each) for each in operations):
        whose = f"{named} does not leave" if named else "no operation leaves"
        yield (*at, "effect"), f"{whose} {effect}: write `leaves: [{effect}]` under the operation that is to have it"
    if getattr(item.check, "NEEDS_LEAVES", False):
        for each in operations:
            if each.leaves is None:
                cure = "write `leaves: [vendor.effect]` under it, or `leaves: []` for nothing"
                yield at, f"nobody said what {each.name} leaves: {cure}"


def _vendors(scenario: Scenario, words: Vocabulary) -> Found:
    for key, named in (("correlate", scenario.correlate), ("limits", scenario.limits)):
        for vendor in named:
            if vendor not in words.vendors:
                yield (key, vendor), f"no vendor named {units.shown(vendor)}{spelling.hint(vendor, words.vendors)}"
    for vendor, paths in scenario.correlate.items():
        for index, path in enumerate(paths):
            if not re.fullmatch(r"(header|body)\.\S+", path):
                yield ("correlate", vendor, index), f"{units.shown(path)}: write header.<name> or body.<dotted path>"


def _limits(scenario: Scenario, words: Vocabulary) -> Found:
    for vendor, limits in scenario.limits.items():
        known = words.limits.get(vendor, tuple(limits))
        for name, on in limits.items():
            if name not in known:
                yield ("limits", vendor, name), f"{vendor} has no limiter {name!r}{spelling.hint(name, known)}"
            for figure, value in on.to_json().items() if isinstance(on, schema.Figures) else ():
                if value < 0:
                    yield ("limits", vendor, name, figure.removesuffix("_per_s")), f"{value:g} is below 0"


def _policies(scenario: Scenario, words: Vocabulary) -> Found:
    for vendor, parts in scenario.policies.vendors.items():
        try:
            words.check_policies(scenario.policies.preset, vendor, parts)
        except ValueError as wrong:
            policy, _, rest = str(wrong).partition(".")
            if policy in parts:
                yield ("policies", vendor, policy), rest
            else:
                yield ("policies", vendor), str(wrong)


def _rate(rate_per_s: float, at: Path, least: float = 1e-6) -> Found:
    if not least <= rate_per_s <= MAX_RATE_PER_S:
        yield at, f"{units.rate(rate_per_s)} is outside {'above 0/s' if least else '0/s'} to {MAX_RATE_PER_S:g}/s"


def _repeated(at: Path, names: Iterable[str]) -> Found:
    seen: set[str] = set()
    for index, name in enumerate(names):
        if name in seen:
            yield (*at, index, "name"), f"{units.shown(name)} is used twice"
        seen.add(name)
