"""Acme, a payment company that is nowhere: what one more of everything takes, through the public joints alone.

- `acme_vendor.py`      its simulator: a write, a stream, a session
- `acme_adapter.py`     the core's client of it: a call, a read, a stream
- `collect_flow.py`     a flow that asks two vendors: Acme, else Stripe
- `collect_operation.py` what whoever asks for that flow must know
- `takes_twice.py`      a known-bad part: a client that takes the money twice
- `tables.py`           the line that puts each of them in
"""
