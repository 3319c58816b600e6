"""What came of each run of a gate, and of all of them. `gate.json` is this."""

from collections import Counter
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import ValidationError

from brownout_harness.problems import FAILED, NOT_JUDGED, PASSED, BadInput, worst
from brownout_reports.run_folder import Status, Verdict
from brownout_reports.spans import Frozen

FILE: Final = "gate.json"
MOST_BYTES: Final = 200_000_000


class Result(StrEnum):
    """Of one run. Only the first lets anything pass."""

    PASSED = "passed"
    FAILED = "failed"
    DRIFTED = "drifted"
    """Passed, and not as the baseline says."""
    INCONCLUSIVE = "inconclusive"
    NOT_COMPARED = "not compared"
    """Passed, and the baseline has nothing of it; or, of a real run, nobody can tell."""
    NOT_JUDGED = "not judged"
    """It came to no verdict."""
    NOT_RUN = "not run"
    """The gate ended before it."""


EXIT_CODES: Final = {
    Result.PASSED: PASSED,
    Result.FAILED: FAILED,
    Result.DRIFTED: FAILED,
    Result.INCONCLUSIVE: NOT_JUDGED,
    Result.NOT_COMPARED: NOT_JUDGED,
    Result.NOT_JUDGED: NOT_JUDGED,
    Result.NOT_RUN: NOT_JUDGED,
}


class Run(Frozen):
    """One run of the gate."""

    name: str
    """Of its folder in the gate's: the scenario and the mode. The same in each gate."""
    result: Result = Result.NOT_RUN
    scenario: str
    source: str
    """As it was asked for: a name of the library, or a path."""
    verdict: Verdict | None = None
    problem: str = ""
    """Why there is none."""
    drift: tuple[str, ...] = ()
    """What is otherwise than the baseline says, in lines; of one that was not compared, what nobody can tell."""
    command: str
    """What makes the run again where its scenario is."""
    kept: bool = False
    """Whether there is a folder of it."""
    needs: str = ""
    """What its folder does not hold and making the run again takes, in words: the application, if it is not ours."""

    @property
    def replay(self) -> str:
        """What makes the run again: with no more than the gate's folder, if that is enough."""
        if self.verdict is None or not self._is_whole:
            return self.command
        return f"brownout run {self.name} --mode {self.verdict.mode}"

    @property
    def replayed(self) -> str:
        """Where that can be typed."""
        if self._is_whole:
            return "in the gate's folder, on any machine"
        return f"where its scenario is, with {self.needs}" if self.needs else "where its scenario is"

    @property
    def _is_whole(self) -> bool:
        return self.kept and self.verdict is not None and not self.needs

    @property
    def wrong(self) -> tuple[str, ...]:
        """What is the matter, a line each; nothing of one that passed."""
        match self.result:
            case Result.PASSED:
                return ()
            case Result.DRIFTED:
                return self.drift
            case Result.NOT_COMPARED:
                return self.drift or ("the baseline has no record of it: --update writes one",)
            case Result.NOT_RUN:
                return ("the gate ended before it",)
        if self.verdict is None:
            return (self.problem,)
        wanted = Status.FAILED if self.result is Result.FAILED else Status.INCONCLUSIVE
        lines = [f"{each.title}: {each.observed}" for each in self.verdict.expectations if each.status is wanted]
        # Of an inconclusive run the reasons name the expectations, too.
        return tuple(self.verdict.reasons if wanted is Status.INCONCLUSIVE else lines)


class Gate(Frozen):
    """All of them."""

    schema_version: Literal[1] = 1
    shard: str = ""
    """Which part of the whole this is; empty: all of it."""
    whole: tuple[str, ...] = ()
    """Of a part: the names of all runs that the whole has."""
    is_compared: bool = False
    """With a baseline."""
    left_out: tuple[str, ...] = ()
    """Scenarios that were asked for, and that this mode cannot run."""
    unmade: tuple[str, ...] = ()
    """Runs of which the baseline has a record, and which the whole has no more."""
    few: tuple[str, ...] = ()
    """Figures of real runs of which there is too little to compare them."""
    runs: tuple[Run, ...]

    @property
    def result(self) -> Result:
        """The worst of them, as the exit code has it."""
        code = self.exit_code
        there = [each.result for each in self.runs]
        return next((each for each in Result if each in there and EXIT_CODES[each] == code), Result.NOT_RUN)

    @property
    def exit_code(self) -> int:
        """0 where all passed, and there were any."""
        return worst([EXIT_CODES[each.result] for each in self.runs] or [NOT_JUDGED])

    @property
    def counted(self) -> str:
        """`of 12: 10 passed, 1 failed, 1 drifted`."""
        counts = Counter(each.result for each in self.runs)
        told = ", ".join(f"{counts[each]} {each}" for each in Result if counts[each])
        return f"of {len(self.runs)}: {told or 'nothing was run'}"

    @property
    def remarks(self) -> tuple[str, ...]:
        """What whoever reads the result has to know besides, a line each."""
        lines = []
        if self.left_out:
            lines.append(f"left out, for this mode cannot run them: {', '.join(self.left_out)}")
        if self.unmade:
            lines.append(f"the baseline has records of runs that there are no more: {', '.join(self.unmade)}")
        if self.few:
            lines.append(f"not compared with the baseline, for they are of too few operations: {', '.join(self.few)}")
        return tuple(lines)

    def to_json(self) -> str:
        """As it is kept."""
        return self.model_dump_json(indent=1) + "\n"


def read_gate(folder: Path) -> Gate:
    """What a gate wrote into its folder. Raises `BadInput`."""
    file = folder / FILE
    try:
        if file.stat().st_size > MOST_BYTES:
            raise BadInput(f"{file}: larger than a gate writes")
        return Gate.model_validate_json(file.read_bytes())
    except OSError as error:
        raise BadInput(f"{file}: {error.strerror}; name the folder of a gate") from None
    except ValidationError as error:
        first: Any = error.errors()[0]
        raise BadInput(f"{file}: not what a gate of this version wrote: {first['msg']}") from None
