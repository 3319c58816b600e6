"""Is the harness any good? Known-bad parts are put into the core, one at a time, and the library must notice each.

- `mutant.py`   what a mutant is; `around.py` what several are made of
- `mutants/`    one module per known-bad part, and the table of them
- `matrix.py`   runs scenarios against mutants: which expectation of which scenario catches what
- `steadiness.py` whether a mutant is caught by chance: several seeds of its own scenario
- `sketches.py` the defects that this project descends from; `page.py` writes docs/known-bad-parts.md
- `bar.py`      how far it is
- `show.py`     what was found, in the terminal; `written.py` as files
- `for_real.py` few of them in a real gateway; which ones, `smoke.py` reads from `smoke.yaml`
- `corruption/` the same question about the judge: the evidence is damaged, and it must notice
- `systematic/` every change that a line of our own code can suffer: which does the library notice?
- `trust.py`    the good core on many seeds: no false alarm
- `lint/`       what of the library nobody needs
- `coverage/`   what the library has: what can happen, against the policies that meet it, as its runs show it
- `fields.py`   whether the library notices that a field of a policy is another
- `kept.py`     what a long audit has found so far, on disk
- `processes.py` many runs at once
"""
