"""What is known about a run, and what it comes to. Pure: the same evidence gives the same verdict.

- `inputs.py`            what a mode hands over when a run has ended
- `spool.py`             rows as they come, in memory and in files
- `simulator_status.py`  simulators, as the judge reads them
- `leaves.py`            what an operation leaves in the vendors' books, and what of it stands
- `refusals.py`          by which statuses a vendor says that a credential is no good
- `incidents.py`         whether an incident names what of it stands
- `terms.py`             which fields are compared: asked for, held, answered; `patterns.py` how
- `differing.py`         what differs in one operation; `owners.py` whose it is instead
- `endings.py`           how a process ended that was told to stop
- `looks.py`             how well a breaker was seen of which nobody tells
- `memory.py`            how much memory its processes held
- `evidence.py`          the records of one run, from driver, ledgers and telemetry, joined by operation id
- `held_up.py`           requests that a link held up on their way
- `groups.py`            the same of one group of users alone
- `outsiders.py`         what others than the target did at the vendors
- `missed.py`            what users who wait for their answers left out meanwhile
- `by_process.py`        of that what is each process's own, where the target is several
- `selection.py`         which requests of a ledger are meant; `measures.py` what can be measured of them
- `paired.py`            a run beside its control run; `confidence.py` how sure a figure is
- `expectations/`        one module per expectation, and the table of them
- `metrics.py`           the numbers per phase, operation and vendor
- `settings.py`          how the reference application was set, for whoever reads the verdict
- `judge.py`             evidence to verdict: passed, failed, inconclusive
"""
