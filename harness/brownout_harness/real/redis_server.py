"""`python -m brownout_harness.real.redis_server`: fakeredis's TCP server in a process of its own.

What the application keeps in Redis so survives the application's death, with nothing to install. Serves on loopback
and prints one JSON line when it does: `{"redis": "redis://127.0.0.1:40000/0"}`.
"""

import argparse
import json
import signal
import sys
import threading
from collections.abc import Sequence

from fakeredis import TcpFakeServer


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(prog="python -m brownout_harness.real.redis_server", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0: any free one")
    port = parser.parse_args(arguments).port
    try:
        server = TcpFakeServer(("127.0.0.1", port), server_type="redis")
    except OSError as error:
        print(f"redis: port {port} cannot be used: {error.strerror}", file=sys.stderr)  # noqa: T201
        return 2
    server.daemon_threads = True
    server.block_on_close = False  # a client that is still connected does not keep the server alive
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: ended.set())
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    print(json.dumps({"redis": f"redis://127.0.0.1:{server.server_address[1]}/0"}), flush=True)  # noqa: T201
    ended.wait()
    server.shutdown()
    server.server_close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
