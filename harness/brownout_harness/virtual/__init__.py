"""Virtual time: one process, one loop whose clock jumps, no sockets; the same seed, the same run.

- `runner.py`  a run from the first line to its evidence
- `loop.py`    the event loop; `frozen.py` a process that is stopped on it
- `held_back.py` Ctrl-C, passed on when the loop is at rest
- `closed.py`  what is out of reach meanwhile: `guard.py` says who reached for it, `clocks.py` and `chance.py` what
  libraries get instead
- `server.py`  the application, composed as the gateway composes it; `life.py` one life of it, and what a kill means
- `reference.py` what a run needs for it; `foreign/` the same for an asyncio application of somebody else's
- `replicas.py` several processes of it, on the same stores
- `vendors.py` the simulators, in memory; `moments.py` what is done at a moment in their books
- `outside.py` somebody else's way to a simulator
- `links.py`   proxies on the network in memory, between the application and what it depends on
- `store.py`   the store of claims, which can be stopped, killed, emptied and put back; `shelf.py` old claims, on disk;
  `letters_disk.py` the disk under the dead letters, which can be full
- `wire.py`    joins the application's transport to the simulators
- `caller.py`  whoever asks, hangs up, and asks again
"""
