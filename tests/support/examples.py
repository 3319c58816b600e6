"""How many examples a property is tried on: all that it asks for in `make test`, mostly a fifth in `make check`."""

from typing import Final

from hypothesis import HealthCheck, settings

QUICK: Final = "quick"
THOROUGH: Final = "thorough"
SHARE: Final = 5
FEWEST: Final = 2


def register_profiles() -> None:
    """`thorough` is in force unless `--hypothesis-profile=quick` is given: fewer examples, and the same ones each time.

    In CI both try the same ones each time, by hypothesis' own default: what a change is held against must not move.
    How long an example takes says how busy the machine is, and nothing of the code: neither profile judges it.
    """
    patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.register_profile(THOROUGH, patient)
    settings.register_profile(QUICK, patient, max_examples=_quick(patient.max_examples), derandomize=True)
    settings.load_profile(THOROUGH)


def examples(number: int, *, steps: int | None = None, always: bool = False) -> settings:
    """The settings of a property that needs so many examples; of a state machine, of so many steps each.

    `always`: in `make check` too, for what is cheap to try and finds its defects late.
    """
    if settings.get_current_profile_name() == QUICK and not always:
        number = _quick(number)
    if steps is None:
        return settings(max_examples=number)
    return settings(max_examples=number, stateful_step_count=steps)


def _quick(number: int) -> int:
    return max(min(number, FEWEST), number // SHARE)
