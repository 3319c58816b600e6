"""What of the library nobody needs: expectations that nothing trips, faults without which everything is caught as well.

- `trips.py`    which expectation of which scenario has been seen to fail, by what; read from what the audits saved
- `faults.py`   whether a known-bad part is still caught without a fault
- `show.py`     all of it, in the terminal
"""
