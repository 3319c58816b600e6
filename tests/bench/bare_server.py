"""What the simulators are measured against: aiohttp.web on uvloop, one route, a parsed form, a constant answer."""

import asyncio
import json
from urllib.parse import parse_qsl

import uvloop
from aiohttp import web

ANSWER = json.dumps({"id": "pi_000000000000000000000000", "object": "payment_intent", "filler": "x" * 1420})


async def create(request: web.Request) -> web.Response:
    """Read, parse, answer."""
    parse_qsl((await request.read()).decode())
    return web.Response(text=ANSWER, content_type="application/json")


async def main() -> None:
    """Serve on a free port until killed."""
    app = web.Application()
    app.router.add_post("/v1/payment_intents", create)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print(json.dumps({"url": f"http://127.0.0.1:{runner.addresses[0][1]}"}), flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(main())
