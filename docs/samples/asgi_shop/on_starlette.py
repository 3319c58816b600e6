"""The same shop on Starlette."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bank import open_bank, pay
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    """One client for all requests."""
    app.state.bank = open_bank()
    yield


async def health(_request: Request) -> JSONResponse:
    """Whether it serves."""
    return JSONResponse({"status": "up"})


async def checkout(request: Request) -> JSONResponse:
    """Take the money."""
    order = await request.json()
    status, told = await pay(request.app.state.bank, order["order_id"], order["amount"])
    return JSONResponse(told, status)


app = Starlette(routes=[Route("/health", health), Route("/checkout", checkout, methods=["POST"])], lifespan=lifespan)
