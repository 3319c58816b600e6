"""From a scenario's name to a verdict and a run folder, in either mode.

- `selection.py` the scenarios that have some tags
- `orders.py`   what is to be run, checked before anything starts
- `sized.py`    the same at another rate, or of another length
- `execute.py`  run, judge, write; `keep.py` of which runs; `masked.py` without the run's credentials
- `logs.py`     what its processes wrote
- `control.py`  the same without faults, where an expectation compares with it
- `refusals.py` how vendors say that a credential is no good
- `recorded.py` a run folder, to be judged again
"""
