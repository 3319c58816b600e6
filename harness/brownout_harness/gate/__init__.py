"""The gate of a CI: several scenarios, one answer, and whether anything went otherwise than it did before.

- `planned.py`    which runs there are: repeated, and this machine's share; each with a name that stays
- `record.py`     a run of virtual time in lines: two runs are the same if these are
- `baseline.py`   the records that are kept with the sources, and what has drifted from them
- `measured.py`   what is kept of a real run, which is never the same twice; `shift.py` how far such runs are apart,
                  `together.py` what becomes of them
- `outcome.py`    what came of each run, and of all; `gate.json`
- `place.py`      the gate's folder: always the same, taken over from the gate before
- `documents.py`  what people and programs read of it; `summary.py`, `sarif.py`, `page.py`, `workflow.py` the kinds
- `merging.py`    the gates of several machines as one
"""
