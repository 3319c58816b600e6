"""Faults on the wire: TCP proxies with Toxiproxy's API, and what their toxics do, which needs no sockets and no loop.

- `toxics/`        one module per toxic, a state machine each; the table of them
- `toxic.py`       a toxic as it is set on a proxy: its name, kind, direction and toxicity
- `chain.py`       the toxics of one direction of one connection, in their order; the same in real and in virtual time
- `chance.py`      what they draw
- `connection.py`  one connection through a proxy, on transports; `books.py` what is known of each
- `proxy.py`       one proxy; `proxies.py` all of a server; `address.py` where they may listen and lead to
- `api.py`         Toxiproxy's API without HTTP; `bodies.py` reads what it is sent, `metrics.py` counts bytes
- `http.py`        its HTTP
- `server.py`      all of it on one loop; `serving.py` as a process
- `driver.py`      drives a server, ours or a real Toxiproxy
"""
