"""Was the text sent? The list says no, for it is a moment behind: the customer gets a second one."""

import requests
from shop import PATIENCE, Answer, Call, order_of, serve, text, texts_saying


def remind(call: Call) -> Answer:
    """200 the customer was told, 500 nobody knows."""
    order = order_of(call)
    words = f"Your order {order.id} is ready"
    for _ in range(PATIENCE):
        try:
            if texts_saying(words) == 0:
                text(order, words)
        except requests.RequestException:
            continue
        return 200, {"told": order.phone}
    return 500, {"error": "unsure"}


if __name__ == "__main__":
    serve({"remind": remind})
