"""What the library notices of changes that nobody chose: all that the operators make of our code.

- `operators.py` the ways in which a line may be wrong; `changes.py` each of them in each place, with a name
- `sources.py`   the packages that are changed, and a share of their changes
- `rehearsal.py` the good runs: what they cost, what they leave, which lines they come to
- `infection.py` where a change makes any difference: `probes.py` looks, `questions.py` says at what
- `readers.py`   who may see what is computed at the import
- `put_in.py`    puts a change into a process; `forks.py` the processes, one for each change; `trial.py` a run in one
- `survey.py`    each change against the scenarios in which it makes a difference; `verdicts.py` what became of it
- `kept.py`      what was found, on disk as it is found; `reviewed.py` what makes no difference, and why
- `audit.py`     the whole of it; `baseline.py` what was found before, which may only become better
- `tally.py`     what it comes to; `show.py` in the terminal, `page.py` in docs/detection.md
"""
