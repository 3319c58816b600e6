"""A shop on FastAPI, which knows nothing of Brownout."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bank import open_bank, pay
from fastapi import FastAPI
from fastapi.responses import JSONResponse
from pydantic import BaseModel


class Order(BaseModel):
    """What a customer asks for; the amount is in cents."""

    order_id: str
    amount: int


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """One client for all requests."""
    app.state.bank = open_bank()
    yield


app = FastAPI(lifespan=lifespan)


@app.get("/health")
async def health() -> dict[str, str]:
    """Whether it serves."""
    return {"status": "up"}


@app.post("/checkout")
async def checkout(order: Order) -> JSONResponse:
    """Take the money."""
    status, told = await pay(app.state.bank, order.order_id, order.amount)
    return JSONResponse(told, status)
