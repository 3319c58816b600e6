"""The vendors, simulated: an independent oracle that shares no code with the core.

- `call.py`      the sans-I/O vocabulary: `Call`, `Reply`, `Effect`, `Sending`; `session.py` that of websockets
- `vendor.py`    what a vendor declares: routes, authentication, dialects
- `account.py`   one isolated world inside a simulator, chosen by API key; `worlds.py` keeps them
- `simulator.py` three parts composed, and `shared.py` what they share:
  `engine.py` handles calls (`handling.py` is one on its way through, `admission.py` who is calling what,
  `decision.py` faults, limits and keys before the work, `execution.py` the work, `late_commits.py` the same after the
  answer), `clockwork.py` runs what is due, `control.py` schedules and resets
- `router.py`    method and path to endpoint; `correlation.py` to the caller's operation id
- `outsiders.py` who is not the application
- `places.py`    where such an id may stand in a call; `patterns.py` what is looked for in a text, and how long at most;
  `searching.py` the same for expressions that only answer yes or no, however they are written
- `setups.py`    what somebody would have set up in the vendor's dashboard; `setup_files.py` reads it from files
- `multipart.py` a body of several parts; `oauth.py` client credentials, and tokens that name their client
- `store.py`     objects in order, bounded: for vendors' states and for what is remembered
- `limiter.py`   token buckets and calls in flight; `capacity.py` how many are worked on at a time, and the queue
- `idempotency.py` what is remembered under keys
- `books.py`     what a commit leaves behind: `ledger.py`, every request and every effect; `outbox.py`, the webhooks,
  with `deliveries.py`, who was told what and said what; `mailbag.py` those that somebody holds back, or sends again
- `call_log.py`  the newest calls whole, for who looks
- `kept.py`      which fields of an effect the ledger keeps
- `agenda.py`    what is to happen later, `lanes.py` in which order; `acting.py` whose doing it is; `clock.py` the
  machine's time and the vendor's
- `moments.py`   instants of calls that somebody waits for, and calls held there
- `open_sessions.py` the sessions that are open, and what is published to them
- `safety.py`    what is refused for the user's sake: live credentials, foreign host names
- `svix.py`      how webhooks are signed that go out through Svix, and when they are tried again
- `primes.py`    what vendors' signing keys are made of
- `spelling.py`  the nearest spelling of what is not known
- `problems.py`  defects of the simulator itself; `voice.py` how it speaks where no vendor does; `heartbeat.py` whether
  its process was kept from running
- `faults/`      one module per fault kind, and the plan that decides which request is struck
- `hosts/`       puts a simulator on sockets (`http1/`) or in memory, with the control API
- `answers/`     what language models answer, without a model
- `vendors/`     one package per vendor, always the same files
"""
