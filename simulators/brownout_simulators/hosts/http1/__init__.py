"""HTTP/1.1 as a simulator speaks it, on any transport of asyncio's: sockets, TLS, memory.

- `connection.py`  one client's connection: requests in order, answers in order, nothing awaited
- `reading.py`     requests out of bytes, by httptools; `reading_h11.py` what httptools refuses
- `reception.py`   what is settled before a simulator sees a request: hosts, origins, codings, the control API
- `head.py`        answers as bytes; `pieces.py` answers that take their time, or end otherwise than well
- `turn.py`        the answers of one turn of the loop, written together
- `service.py`     what the connections of a simulator share; `patience.py` how long a client may take
- `transports.py`  the one place that knows what kind of transport it is
"""
