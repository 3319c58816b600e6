"""The same shop on aiohttp."""

import stripe
from aiohttp import web
from bank import open_bank, pay

BANK = web.AppKey("BANK", stripe.StripeClient)


async def begin(app: web.Application) -> None:
    """One client for all requests."""
    app[BANK] = open_bank()


async def health(_request: web.Request) -> web.Response:
    """Whether it serves."""
    return web.json_response({"status": "up"})


async def checkout(request: web.Request) -> web.Response:
    """Take the money."""
    order = await request.json()
    status, told = await pay(request.app[BANK], order["order_id"], order["amount"])
    return web.json_response(told, status=status)


def make_app() -> web.Application:
    """A shop that has not opened yet."""
    app = web.Application()
    app.on_startup.append(begin)
    app.add_routes([web.get("/health", health), web.post("/checkout", checkout)])
    return app
