"""The vendors for somebody's own tests: simulators in a thread, one account for each test. pytest knows them by
`pytest_plugin.py`, everybody else by the package `brownout`.

- `stand.py`     the thread that serves simulators
- `account.py`   one account at one vendor: where it is, what goes wrong, what the books say
- `faults.py`    a fault in force, and whether it struck
- `effects.py`   what the vendor did, found by kind and fields; a misspelt one is an error
- `rows.py`      the ledger's rows, typed
- `notices.py`   webhooks: who is told, and what came of it
- `journal.py`   all of it as text, with near misses, for a test that failed
- `proof.py`     why a test that passed has proved nothing
- `several.py`   several vendors in one test
- `serving.py`   the same simulators on ports, for `brownout up`
- `opening.py`   an account by itself, as a context manager
"""
