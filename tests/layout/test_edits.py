"""One more of anything is a file and a line: counted in the tree, and said in the same words in docs/architecture.md.

What all there are of a kind have in common, besides a file of their own, is what one more needs: the files that name
every one of them. What some of them have besides (a fault that another one is made of, an expectation whose arithmetic
the metrics share) is theirs, and listed here, so that a new tie is seen.
"""

import ast
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path

import pytest

from brownout_core.adapters import ADAPTERS
from brownout_core.flows import FLOWS
from brownout_core.stores.opening import CLAIMS, DEAD_LETTERS
from brownout_harness.asked.gateway import GATEWAY_OPERATIONS
from brownout_harness.audit.mutants import MUTANTS
from brownout_harness.commands import COMMANDS
from brownout_harness.judging.expectations import EXPECTATIONS
from brownout_harness.virtual.runner import LAYERS
from brownout_reports.rows import TABLES
from brownout_scenarios.library import names
from brownout_simulators.faults import FAULTS
from brownout_simulators.vendors import VENDORS
from tests.layout.sources import ROOT, SOURCES, tree_of

pytestmark = pytest.mark.thorough  # the whole tree is read

PAGE = ROOT / "docs" / "architecture.md"
POLICIES = ("retry", "breaker", "timeouts", "budget", "limiter", "bulkhead")
"""As `Policies` calls them."""

Named = frozenset[str]
"""Files, from the root."""


def _place(source: Path) -> str:
    """From the root, wherever the project lies: what that folder is called is nothing of it."""
    return f"/{source.relative_to(ROOT).as_posix()}"


@cache
def _modules_named(source: Path) -> frozenset[str]:
    """What a file imports: modules, and names in them; also those that it will import by a text."""
    found: set[str] = set()
    for node in ast.walk(tree_of(source)):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{each.name}" for each in node.names)}
        elif isinstance(node, ast.Import):
            found |= {each.name for each in node.names}
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith("brownout_"):
            found.add(node.value)
    return frozenset(found)


@cache
def _words_in(source: Path) -> frozenset[str]:
    """Identifiers, as they are used."""
    words: set[str] = set()
    for node in ast.walk(tree_of(source)):
        for field in ("id", "attr", "arg"):
            word = getattr(node, field, None)
            if isinstance(word, str):
                words.add(word)
    return frozenset(words)


@cache
def _keys_in(source: Path) -> frozenset[str]:
    """Texts that a file's own tables have as keys or values."""
    tables = [node for node in ast.walk(tree_of(source)) if isinstance(node, ast.Dict)]
    cells = chain.from_iterable([*(key for key in table.keys if key), *table.values] for table in tables)
    return frozenset(cell.value for cell in cells if isinstance(cell, ast.Constant) and isinstance(cell.value, str))


def importers(module: str) -> Named:
    """The files that import a module, or anything in it; its own left out."""
    own = re.compile(rf"/{module.replace('.', '/')}(\.py|/)")
    return _files(
        lambda source: (
            any(f"{each}.".startswith(f"{module}.") for each in _modules_named(source))
            and own.search(_place(source)) is None
        )
    )


def users(word: str) -> Named:
    """The files that use an identifier."""
    return _files(lambda source: word in _words_in(source))


def listing(text: str, *, within: str) -> Named:
    """The files of a room in whose tables a text stands."""
    return _files(lambda source: within in _place(source) and text in _keys_in(source))


def _files(has: Callable[[Path], bool]) -> Named:
    return frozenset(source.relative_to(ROOT).as_posix() for source in SOURCES if has(source))


@dataclass(frozen=True)
class Row:
    """One kind of thing."""

    entries: Mapping[str, Named]
    """By name, the files that name it, its own left out."""
    folders: tuple[str, ...]
    """Where each has a file, or a package, of its own."""
    stands_on_it: tuple[str, ...] = ()
    """Rooms of other rows that may name it: a flow says which vendors it asks."""

    def needed(self) -> Named:
        """What every one of them is named in."""
        return frozenset.intersection(*self.entries.values()) if self.entries else frozenset()

    def besides(self) -> dict[str, set[str]]:
        """What only some are named in."""
        found = {
            name: {file for file in files - self.needed() if not file.startswith(self.stands_on_it or ("-",))}
            for name, files in self.entries.items()
        }
        return {name: files for name, files in found.items() if files}


def by_module(modules: Mapping[str, str], *folders: str, stands_on_it: tuple[str, ...] = ()) -> Row:
    return Row({name: importers(module) for name, module in modules.items()}, folders, stands_on_it)


FLOWS_FOLDER, ASKED_FOLDER = "core/brownout_core/flows/", "harness/brownout_harness/asked/gateway/"
MUTANTS_FOLDER = "harness/brownout_harness/audit/mutants/"


def rows() -> dict[str, Row]:
    asked = {name: importers(f"brownout_harness.asked.gateway.{name}") for name in GATEWAY_OPERATIONS}
    flows = {name: importers(flow.__module__) for name, flow in FLOWS.items()}
    return {
        "vendor": by_module(VENDORS, "simulators/brownout_simulators/vendors/"),
        "fault kind": by_module(
            {name: kind.__module__ for name, kind in FAULTS.items()}, "simulators/brownout_simulators/faults/"
        ),
        "adapter": by_module(
            {name: adapter.client.__module__ for name, adapter in ADAPTERS.items()},
            "core/brownout_core/adapters/",
            stands_on_it=(FLOWS_FOLDER, MUTANTS_FOLDER),
        ),
        "operation": Row(
            {name: (flows[name] | asked[name]) - {f"{ASKED_FOLDER}{name}.py"} for name in GATEWAY_OPERATIONS},
            (FLOWS_FOLDER, ASKED_FOLDER),
        ),
        "store": Row(
            {name: listing(name, within="/stores/") for name in {*CLAIMS.values(), *DEAD_LETTERS.values()}},
            ("core/brownout_core/stores/",),
        ),
        "policy": Row(
            {name: users(name) & _files(lambda source: "/brownout_core/" in _place(source)) for name in POLICIES},
            ("core/brownout_core/policies/",),
        ),
        "expectation": by_module(
            {name: kind.__module__ for name, kind in EXPECTATIONS.items()},
            "harness/brownout_harness/judging/expectations/",
        ),
        "known-bad part": by_module(
            {name: mutant.replacements.__module__ for name, mutant in MUTANTS.items()}, MUTANTS_FOLDER
        ),
        "command": by_module(
            {name: command.__module__ for name, command in COMMANDS.items()}, "harness/brownout_harness/commands/"
        ),
        "scenario": Row(
            {name: listing(name, within="/harness/") | listing(name, within="/scenarios/") for name in names()},
            ("scenarios/brownout_scenarios/library/",),
        ),
        "source of evidence": Row(
            {name: users(table.record.__name__) for name, table in TABLES.items()},
            ("reports/brownout_reports/",),
            stands_on_it=("harness/", "reports/"),  # whoever gathers it, and whoever reads it
        ),
        "layer of faults": Row(
            {name: _tables_of_layers(name) for name in LAYERS},
            ("harness/brownout_harness/virtual/", "harness/brownout_harness/real/"),
        ),
    }


def _tables_of_layers(layer: str) -> Named:
    return _files(lambda source: "LAYERS" in _words_in(source) and layer in _keys_in(source))


TIED: Mapping[str, Mapping[str, Collection[str]]] = {
    "operation": {
        # What the flow itself bounds, or tells, and no policy.
        "assist": [
            "flows/book_job.py",
            "mutants/ends_as_if_whole.py",
            "mutants/gives_the_first_all_the_time.py",
            "mutants/waits_for_silence.py",
        ],
        # What a saga is made of.
        **{
            name: ["flows/book_job.py"]
            for name in (
                "notify", "place_order", "save_job", "sign_in", "sign_contract", "send_receipt", "reserve_stock",
            )
        },
        "pay": ["flows/book_job.py", "flows/trade_in.py", "mutants/answers_with_its_key.py"],  # what an answer holds
        "plan_visits": ["mutants/leaves_half_a_batch.py"],  # what is taken back
        "book_job": [
            "mutants/begins_again.py",
            "mutants/stops_at_a_failed_undo.py",
            "mutants/takes_nothing_back.py",
            "mutants/undoes_unlooked.py",
        ],
        "run_job": ["mutants/takes_silence_for_peace.py"],  # how often it checks what nobody told it
    },
    "adapter": {"twilio": ["adapters/texting.py"]},  # a service over it, beside the client itself
    "fault kind": {
        "latency": ["faults/serve.py", "faults/flapping.py", "faults/cold_start.py"],  # what draws
        "lose_capacity": ["faults/plan.py"],  # strikes no call by itself, as serve
        "respond": ["faults/end_stream.py", "faults/fail_after_effect.py", "faults/inject.py"],  # its answer, elsewhere
        "webhooks": ["faults/plan.py", "brownout_simulators/outbox.py"],  # strikes no call
        "serve": ["brownout_simulators/capacity.py", "faults/plan.py"],  # holds for all calls together
    },
    "expectation": {
        "amplification": ["judging/metrics.py", "comparing/figures.py", "comparing/seen.py", "gate/measured.py"],
        "latency": [
            "judging/metrics.py", "twin/agreement.py", "comparing/figures.py", "comparing/seen.py", "gate/measured.py",
        ],
    },
    "policy": {"breaker": ["brownout_core/application.py"], "timeouts": ["flows/flow.py"],
               "retry": ["policies/backoff.py", "stores/redis.py"]},
}  # fmt: skip
"""What one of a kind is named in and the others are not."""


@cache
def measured() -> dict[str, Row]:
    return rows()


@cache
def said() -> dict[str, tuple[str, str]]:
    """The page's table: what, to where it goes, and what else has a line."""
    section = PAGE.read_text(encoding="utf-8").partition("## Where to put something new")[2].partition("\n## ")[0]
    lines = re.findall(r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", section, re.MULTILINE)
    return {what: (goes_to, line_in) for what, goes_to, line_in in lines[1:] if not what.startswith("-")}


def _paths(cell: str) -> list[str]:
    return re.findall(r"`([\w./<>-]+)`", cell)


def _ends(files: Iterable[str], endings: Iterable[str]) -> bool:
    """Whether they are the same files, given by how their names end."""
    files, endings = sorted(files), sorted(endings)
    return len(files) == len(endings) and all(any(file.endswith(f"/{end}") for file in files) for end in endings)


def test_the_page_has_a_row_for_each_kind() -> None:
    assert said().keys() == measured().keys()


@pytest.mark.parametrize("kind", said())
def test_one_more_is_written_where_the_page_says_and_nowhere_else(kind: str) -> None:
    goes_to, line_in = said()[kind]
    row = measured()[kind]
    assert row.entries
    assert _ends(row.needed(), _paths(line_in)), sorted(row.needed())
    assert [path.partition("<")[0] for path in _paths(goes_to)] == list(row.folders)


@pytest.mark.parametrize("kind", said())
def test_what_is_named_in_more_places_is_known(kind: str) -> None:
    besides, known = measured()[kind].besides(), TIED.get(kind, {})
    assert besides.keys() == known.keys(), besides
    for name, files in besides.items():
        assert _ends(files, known[name]), (name, sorted(files))


@pytest.mark.parametrize(
    "kind", ["vendor", "fault kind", "adapter", "operation", "expectation", "known-bad part", "command"]
)
def test_it_takes_one_table_per_file_of_its_own(kind: str) -> None:
    row = measured()[kind]
    assert len(row.needed()) == len(row.folders)
