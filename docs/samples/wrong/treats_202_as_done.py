"""Taken on is as good as done: who is told "ordered" may wait for what a queue has dropped."""

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
        if answer.status_code in {200, 201, 202}:
            return 200, {"ordered": wanted.id}
    return 500, {"error": "unsure"}


if __name__ == "__main__":
    serve({"order": order})
