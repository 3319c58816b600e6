"""Runs a scenario, damages what came of it in every way, and notes who noticed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random

from brownout_harness.audit.corruption import DAMAGES
from brownout_harness.audit.corruption.damage import ANYBODY, Damage, NothingToDamageError, Run
from brownout_harness.judging.judge import Judgement
from brownout_harness.running.execute import evidence_of, judged, run_virtually_for
from brownout_reports.run_folder import Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One damage, done to one run."""

    scenario: str
    seed: int
    damage: str
    status: Status
    """What the judge made of it; passed: it saw nothing."""
    noticed_by: tuple[str, ...]
    """The expectations that no longer passed, each once; none where only the judge itself says so."""
    demanded: tuple[str, ...]
    """Those meant for it that the scenario demands."""
    tripped: tuple[str, ...] = ()
    """The titles of those that failed; what only could not be judged any more has tripped nothing."""

    @property
    def is_as_meant(self) -> bool:
        """Whether it was noticed, and by one of those meant for it, where the scenario demands any of these."""
        if self.status is Status.PASSED:
            return False
        return ANYBODY in self.demanded or bool({*self.demanded} & {*self.noticed_by})


def trials(scenario: str, seed: int | None = None, damages: Mapping[str, Damage] = DAMAGES) -> Iterator[Trial]:
    """All that there is something to damage for; the same scenario and seed, the same trials.

    Raises:
        ValueError: the run does not pass undamaged, so nothing can be said.
    """
    checked, inputs = run_virtually_for(scenario, seed=seed)
    good = judged(checked, inputs)
    if good.status is not Status.PASSED:
        raise ValueError(f"{scenario} with seed {checked.seed} does not pass undamaged: {good.status}")
    run = Run(inputs, evidence_of(checked, inputs, {}), Random())
    demanded = {result.name for result in good.results} | {ANYBODY}
    for damage in damages.values():
        meant = tuple(each for each in damage.noticed_by if each in demanded)
        if damage.where_demanded and not meant:
            continue
        try:
            damaged = damage.do(run.again(Random(f"{checked.seed} {damage.name}")))
        except NothingToDamageError:
            continue
        judgement = judged(checked, damaged)
        yield Trial(
            scenario=scenario,
            seed=checked.seed,
            damage=damage.name,
            status=judgement.status,
            noticed_by=_noticed(judgement),
            demanded=meant,
            tripped=tuple(each.title for each in judgement.results if each.status is Status.FAILED),
        )


def tried(scenario: str, seed: int | None = None) -> tuple[list[Trial], str]:
    """The same, all at once; no trials, and why, where the run does not pass undamaged."""
    try:
        return list(trials(scenario, seed)), ""
    except ValueError as error:
        return [], str(error)


def _noticed(judgement: Judgement) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.name for each in judgement.results if each.status is not Status.PASSED))
