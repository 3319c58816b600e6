"""Runs a scenario, in virtual time or for real, and judges it.

- `cli.py`           the commands; `terminal.py` what they show, `up.py` the simulators alone
- `run.py`           from a scenario's name to a verdict and a run folder, in either mode
- `vocabulary.py`    the words of a scenario, collected from the packages that own them; `reference.py` writes them down
- `arrivals.py`      who asks for what, and when, from the seed; `parameters.py` what exactly is asked for
- `operations.py`    how an operation is asked for, and how its answer is read
- `virtual/`         an event loop whose clock jumps; everything in one process
- `real/`            processes, sockets, Redis, and how all of it is stopped again
- `run_inputs.py`    what a mode hands to the judge; `progress.py` what it tells meanwhile
- `load/`            Locust; the only package that imports it, run as a process of its own
- `expectations/`    one module per expectation, and the table of them
- `evidence.py`      what is known about one run: records from driver, ledgers, telemetry, joined by operation id
- `records.py`       rows, as the runners collect them, to those records
- `judge.py`         evidence to verdict: passed, failed, inconclusive
- `metrics.py`       the numbers per phase, operation and vendor
- `letters.py`       dead letters, and `simulator_status.py` simulators, as the judge reads them
- `pace.py`          whether the load was the load that was asked for
- `problems.py`      bad input and runs without a verdict, with their exit codes; `signals.py` Ctrl-C
- `loopback.py`      only this machine is a target; `live_keys.py` live credentials are refused
- `audit/`           known-bad parts, and which scenario catches which
"""
