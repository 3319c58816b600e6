"""HTTP/1.1 as a simulator speaks it, on any transport of asyncio's: sockets, TLS, memory.

- `connection.py`  one client's connection: requests in order, answers in order, nothing awaited
- `exchange.py`    a request, from its handling to the last byte of its answer
- `reading.py`     requests out of bytes, by httptools; `reading_h11.py` what httptools refuses
- `reception.py`   what is settled before a simulator sees a request: hosts, origins, codings, the control API
- `head.py`        answers as bytes; `lasting.py` what is common to those that take their time:
  - `pieces.py`    streams, drips, and whatever is to end otherwise than well
  - `websocket.py` sessions, framed by a library; `handshake.py` opens them
- `turn.py`        the answers of one turn of the loop, written together
- `service.py`     what the connections of a simulator share; `patience.py` how long a client may take
- `transports.py`  the one place that knows what kind of transport it is
"""
