"""`python -m brownout_harness.wire`: the proxies beside a run. Says on its first line, in JSON, where the API is."""

import argparse
import json
import sys
from pathlib import Path

from brownout_harness.problems import Problem, complain
from brownout_harness.wire.server import PORT, Server
from brownout_harness.wire.serving import serve


def main() -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(prog="brownout_harness.wire")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=PORT)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--config", type=Path)
    given = parser.parse_args()
    try:
        serve(_announce, host=given.host, port=given.port, seed=given.seed, config=given.config)
    except Problem as problem:
        return complain(problem)
    return 0


def _announce(server: Server) -> None:
    listens = {proxy.name: str(proxy.listen) for proxy in server.proxies}
    sys.stdout.write(json.dumps({"url": server.url, "proxies": listens}) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
