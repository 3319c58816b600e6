"""One systematic audit: the good runs, then each change; what is known from a baseline first."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console

from brownout_harness.audit.bar import bar
from brownout_harness.audit.systematic.baseline import Known
from brownout_harness.audit.systematic.changes import Change
from brownout_harness.audit.systematic.infection import spared
from brownout_harness.audit.systematic.kept import Kept
from brownout_harness.audit.systematic.readers import Readers
from brownout_harness.audit.systematic.rehearsal import NotRehearsed, Rehearsal, Rehearsed, import_all, rehearse
from brownout_harness.audit.systematic.sources import Sources
from brownout_harness.audit.systematic.survey import Trial, as_executed, planned, survey
from brownout_harness.audit.systematic.verdicts import Found, untried
from brownout_harness.problems import NotJudged
from brownout_scenarios import library


@dataclass(frozen=True, slots=True)
class Audit:
    """Fills `kept`. Its methods raise `NotJudged` where the good runs are not what they should be."""

    sources: Sources
    every: Sequence[Change]
    kept: Kept
    at_once: int
    console: Console

    def against(self, known: Mapping[str, Known], changes: Iterable[Change]) -> None:
        """What was noticed, with the scenario that did; what was not, as it was. The rest stays unknown."""
        again: list[Trial] = []
        readers = Readers(self.sources.package)
        for change in changes:
            before = known.get(change.name)
            if before is None:
                continue
            if not self.sources.is_noticed(before.fate):
                self.kept.add(untried(change, before.fate))
            elif before.scenario in library.names():
                again.append((as_executed(change, self.sources.file(change.module), readers), (before.scenario,)))
        if again:
            scenarios = sorted({name for _, (name,) in again})
            good = self._rehearsed(scenarios, None)
            self._try(again, good.runs, lambda found: self.sources.is_noticed(found.fate))

    def anew(self, changes: Sequence[Change]) -> None:
        """Each with all scenarios in which it makes a difference."""
        if not changes:
            return
        good = self._good_runs()
        wanted: list[Trial] = []
        for each in planned(self.sources, changes, good):
            if isinstance(each, Found):
                self.kept.add(each)
            else:
                wanted.append(each)
        self._try(wanted, good.runs)

    def _try(
        self,
        wanted: Sequence[Trial],
        good: Mapping[str, Rehearsed],
        is_final: Callable[[Found], bool] = lambda _found: True,
    ) -> None:
        with bar(self.console, "changing", len(wanted)) as step:

            def done(found: Found) -> None:
                if is_final(found):
                    self.kept.add(found)
                step(f"{found.fate}: {found.change[:60]}")

            survey(self.sources, wanted, good, self.at_once, done)

    def _good_runs(self) -> Rehearsal:
        good = self.kept.good_runs()
        if good is not None:
            import_all(good.modules)
            return good
        names = library.names()
        good = self._rehearsed(names, self.sources.root)
        left = {name: each.heard.left for name, each in good.runs.items()}
        with bar(self.console, "where what differs", len(names)) as step:
            good = replace(good, spared=spared(self.sources, self.every, left, self.at_once, step))
        self.kept.keep_good_runs(good)
        return good

    def _rehearsed(self, names: Sequence[str], root: Path | None) -> Rehearsal:
        try:
            with bar(self.console, "with nothing changed", len(names)) as step:
                return rehearse(names, root, self.at_once, step)
        except NotRehearsed as error:
            raise NotJudged(str(error)) from None
