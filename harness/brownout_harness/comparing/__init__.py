"""Finished runs held against each other, figure by figure and operation by operation.

- `seen.py`        what one finished run shows, and what only a real one has
- `blocks.py`      its time in blocks, which are what is drawn anew
- `intervals.py`   how far a difference may be chance
- `figures.py`     the figures that are compared
- `otherwise.py`   the operations that went differently
- `comparison.py`  several runs side by side, and why of some nothing can be said
- `told.py`        the same as JSON and in words; `page.py` as a page
"""
