"""Does the judge see it? The evidence of runs that passed is damaged, one lie at a time, and no verdict may stay green.

A mutant shows whether a scenario makes a bug happen; a damage shows whether the judge notices what has happened.

- `damage.py` the form of a damage, and the run that it is done to
- `trial.py`  does all of them to a run of a scenario: who noticed what; `show.py` in the terminal
- `effects.py`, `requests.py`  to the vendors' books
- `answers.py` to what callers asked and were answered
- `telling.py`, `letters.py`   to what the target says
- `notices.py` to what the vendors told the target
- `beside.py`  to what is compared with the control run
- `desk.py`    to what an operator ordered, and what came of it
- `stopping.py` to how the target ended when it was told to stop
- `holding.py` to how much memory it was seen to hold
- `experiment.py` to what the harness did

To add one: a `Damage` in the module of its source. It must change what the run means.
"""

from typing import Final

from brownout_harness.audit.corruption import (
    answers,
    beside,
    desk,
    effects,
    experiment,
    holding,
    letters,
    notices,
    requests,
    stopping,
    telling,
)
from brownout_harness.audit.corruption.damage import Damage

OF_THE_TARGET: Final = (effects, requests, answers, telling, letters, notices, beside, stopping, holding, desk)
DAMAGES: Final[dict[str, Damage]] = {
    each.name: each for module in (*OF_THE_TARGET, experiment) for each in module.DAMAGES
}
