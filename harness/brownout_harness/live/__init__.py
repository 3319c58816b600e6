"""Faults changed by hand while simulators run: `brownout fault`.

- `reach.py`     the simulators that serve, found or named, and what is asked of them
- `typed.py`     a fault as a person types it
- `saved.py`     what was tried out, as a scenario; `rules.py` a rule in a scenario's words
- `show.py`      what is in force, in the terminal
"""
