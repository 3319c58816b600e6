"""An asyncio application of somebody else's, in virtual time: unmodified, over a network in memory.

- `loop.py`       the event loop that it gets: connections lead into `network.py`, threads and processes are refused
- `network.py`    names, addresses, who listens where; `transports.py` one connection
- `sockets.py`    what a library sees of a socket
- `redis.py`      a Redis on that network
- `imports.py`    its modules, imported anew for each life
- `asgi.py`       one request as an ASGI call, and the lifespan
- `aiohttp_web.py` the same for an application of aiohttp's
- `life.py`       one life of it, and what a kill means; `server.py` one life after another
- `staging.py`    what a run needs of all this
"""
