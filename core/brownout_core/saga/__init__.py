"""A saga: work of several steps, each of which can be taken back, up to the one behind which there is only forward.

    ┌─ forward ──step──▶ step ──▶ … ──▶ pivot ──▶ step ──▶ … ──▶ done
    │              │refused  │refused     │refused    └─ cannot be done: an incident
    │              ▼         ▼            ▼
    └─ back ◀── take back ◀── … in reverse, each looked for first ──▶ refused, and nothing is left
                     └─ cannot be taken back: an incident, which names what stands

`steps.py` is how a saga is declared, `journal.py` how far one has come, `walk.py` how it goes on from there. Where the
journal is kept, and by whom, is not its business: an `asking.Kept` is handed in.
"""
