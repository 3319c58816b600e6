"""Faults on the wire: a TCP proxy with Toxiproxy's API, and what its toxics do, which needs neither sockets nor a loop.

- `toxics/`     one module per toxic, a state machine each; the table of them
- `toxic.py`    a toxic as it is set on a proxy: its name, kind, direction and toxicity
- `chain.py`    the toxics of one direction of one connection, in their order; the same in real and in virtual time
- `chance.py`   what they draw
"""
