"""`python -m brownout_core.gateway`: the reference application as a process. Exit code 2: something is wrong with
the settings, and one line says what."""

import asyncio
import gc
import os
import sys

from brownout_core.errors import ConfigError
from brownout_core.gateway.server import serve_until_signalled
from brownout_core.gateway.settings import read_settings


def main() -> int:
    """Run until SIGTERM or SIGINT; returns the exit code."""
    try:
        settings = read_settings(os.environ)
        _spare_the_collector()
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            runner.run(serve_until_signalled(settings))
    except ConfigError as error:
        sys.stderr.write(f"brownout gateway: {error}\n")
        return 2
    return 0


def _spare_the_collector() -> None:
    """What was imported lives as long as the process, and whoever asks while it is looked through again has to wait."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 10, 100)


def _loop_factory() -> "type[asyncio.AbstractEventLoop] | None":
    try:
        import uvloop
    except ImportError:  # not made for every system
        return None
    return uvloop.Loop


if __name__ == "__main__":
    sys.exit(main())
