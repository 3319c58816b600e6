"""Faults: what goes wrong, and the rules that say when.

- `fault.py`   what every kind is: frozen data, a stage, a function that changes one call's fate
- `aim.py`     whether a rule can strike anything its vendor has
- `rule.py`    a rule: match, window, share, sequence, calls, flapping, ramp; the draw that decides
- `flapping.py` on and off in turn
- `plan.py`    the rules in force, and which of them strike a call
- `live.py`    what was changed by hand, by whom and when
- `kinds.py`   the table of kinds, and rules from and to JSON (`codec.py`)
- `distributions.py` spans of time, drawn; `measurements.py` as measured, `profile.py` as recorded
- `http_date.py` when to come back; `verbatim.py` headers that a fault writes word for word
- one module per kind
"""

from brownout_simulators.faults.aim import route_problem
from brownout_simulators.faults.fault import Fault, FaultError, Layer
from brownout_simulators.faults.flapping import Flapping
from brownout_simulators.faults.kinds import FAULTS, rule_from_json, rule_to_json
from brownout_simulators.faults.rule import Calls, Match, Ramp, Rule, Window

__all__ = [
    "FAULTS",
    "Calls",
    "Fault",
    "FaultError",
    "Flapping",
    "Layer",
    "Match",
    "Ramp",
    "Rule",
    "Window",
    "route_problem",
    "rule_from_json",
    "rule_to_json",
]
