"""What is refused for everybody's sake, before anything starts.

- `live_keys.py`  credentials that look live
- `loopback.py`   addresses that are not this machine's own
"""
