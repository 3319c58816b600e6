"""What can be typed after `brownout`: one module per command, and the table of them.

To add one: a module with a function whose annotated parameters are the command's, a line here, and its section in
`docs/cli.md`. Its docstring is its help, the module's ends with examples. A command's module imports what is heavy when
it runs, not when it is imported.

- `run.py`, `load.py`, `check.py`, `scenarios.py`, `vendors.py`, `show.py`, `judge.py`, `report.py`, `compare.py`,
  `up.py`, `fault.py`, `intercept.py`, `toxiproxy.py`, `audit.py`, `twin.py`, `trust.py`, `gate.py`, `init.py`,
  `doctor.py`    the commands
- `gating.py`    what the gate does
- `one_by_one.py` runs that are made one after the other
- `many.py`      many runs at once, and the table of what came of several
- `terminal.py`  a run's progress and its verdict, as a person sees them
- `console.py`   the console that they are shown on
- `modes.py`     virtual and real
- `parameters.py`  those that several take
- `helping.py`   what `--help` says of each; `completing.py` what a shell offers on Tab
- `extras.py`    what a command needs beyond the bare package
- `web_console.py` the web console, as commands have it
- `signals.py`   Ctrl-C
"""

from collections.abc import Callable, Mapping
from typing import Final

from brownout_harness.commands.audit import audit
from brownout_harness.commands.check import check
from brownout_harness.commands.compare import compare
from brownout_harness.commands.doctor import doctor
from brownout_harness.commands.fault import fault
from brownout_harness.commands.gate import gate
from brownout_harness.commands.init import init
from brownout_harness.commands.intercept import intercept
from brownout_harness.commands.judge import judge
from brownout_harness.commands.load import load
from brownout_harness.commands.report import report
from brownout_harness.commands.run import run
from brownout_harness.commands.scenarios import scenarios
from brownout_harness.commands.show import show
from brownout_harness.commands.toxiproxy import toxiproxy
from brownout_harness.commands.trust import trust
from brownout_harness.commands.twin import twin
from brownout_harness.commands.up import up
from brownout_harness.commands.vendors import vendors

COMMANDS: Final[Mapping[str, Callable[..., None]]] = {
    "init": init,
    "doctor": doctor,
    "run": run,
    "load": load,
    "gate": gate,
    "check": check,
    "scenarios": scenarios,
    "vendors": vendors,
    "show": show,
    "judge": judge,
    "report": report,
    "compare": compare,
    "up": up,
    "toxiproxy": toxiproxy,
    "fault": fault,
    "intercept": intercept,
    "audit": audit,
    "twin": twin,
    "trust": trust,
}
