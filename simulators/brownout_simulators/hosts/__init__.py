"""What puts a simulator where somebody can reach it: on sockets, or in memory.

- `http.py`        serves one on a port; `http1/` is how it speaks there, on any transport
- `encrypted.py`   TLS between a transport and a protocol; `tls.py` the certificate for it
- `timers.py`      timers that are never early; `webhook_sender.py` sends webhooks, `posting.py` one of them
- `memory.py`      serves one without sockets, for virtual time; `memory_client.py` what its clients hold
- `pump.py`        keeps a simulator's agenda, in both
- `control.py`     the control API, in both; `control_people.py` the part of it that a person looks at;
  `control_words.py` how it is read; `pages.py` what a vendor shows to people, beside it
- `blocks.py`      a ledger's packed blocks on disk
"""
