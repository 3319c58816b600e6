"""The answer is a 200, so the order must have arrived; what it says, nobody reads."""

import requests
from shop import PATIENCE, Answer, Call, bearer, intake, order_of, serve


def order(call: Call) -> Answer:
    """200 the sales system has it, 500 nobody knows."""
    wanted = order_of(call)
    token = bearer()
    for _ in range(PATIENCE):
        try:
            answer = intake(wanted, token)
        except requests.RequestException:
            continue
        if answer.ok:
            return 200, {"ordered": wanted.id}
    return 500, {"error": "unsure"}


if __name__ == "__main__":
    serve({"order": order})
