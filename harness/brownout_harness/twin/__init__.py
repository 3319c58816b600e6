"""How far virtual and real agree: the same scenario on the same seed, run in both modes, figure by figure.

- `agreement.py` two runs, or several pairs of them, held against each other; the limits
- `spread.py`    what explains a difference: what else virtual time shows, with slower calls and starts
- `pairs.py`     makes the pairs, or takes those that are there
- `told.py`      the same as JSON and as Markdown
- `page.py`      writes the measured figures into a page of the documents
"""
