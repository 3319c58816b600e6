"""The order has arrived when the sales system shows it; any other answer is none, and the same order is sent again."""

import requests
from shop import PATIENCE, Answer, Call, bearer, intake, order_of, serve


def order(call: Call) -> Answer:
    """200 the sales system has it, 500 nobody knows."""
    wanted = order_of(call)
    token = bearer()
    for _ in range(PATIENCE):
        try:
            answer = intake(wanted, token)
            shown = answer.json()["orderId"]
        except (requests.RequestException, KeyError):
            continue
        if answer.ok and shown == wanted.id:
            return 200, {"ordered": wanted.id}
    return 500, {"error": "unsure"}


if __name__ == "__main__":
    serve({"order": order})
