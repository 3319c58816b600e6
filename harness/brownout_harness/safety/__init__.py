"""What is refused for everybody's sake, before anything starts, and what must not be written down.

- `live_keys.py`     credentials that look live
- `loopback.py`      addresses that are not this machine's own
- `reach.py`         the one exception: the machine whose load another one joins
- `secret_forms.py`  how a credential may be written, and how to look for it
"""
