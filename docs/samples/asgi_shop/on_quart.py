"""The same shop on Quart."""

from bank import open_bank, pay
from quart import Quart, current_app, request

app = Quart(__name__)


@app.before_serving
async def begin() -> None:
    """One client for all requests."""
    app.config["BANK"] = open_bank()


@app.get("/health")
async def health() -> dict[str, str]:
    """Whether it serves."""
    return {"status": "up"}


@app.post("/checkout")
async def checkout() -> tuple[dict[str, str | None], int]:
    """Take the money."""
    order = await request.get_json()
    status, told = await pay(current_app.config["BANK"], order["order_id"], order["amount"])
    return told, status
