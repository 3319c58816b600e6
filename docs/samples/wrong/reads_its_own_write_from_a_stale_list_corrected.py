"""Was the text sent? Whoever asks the list waits first until it must know."""

import time

import requests
from shop import PATIENCE, Answer, Call, order_of, serve, text, texts_saying

SETTLED_AFTER_S = 2.0


def remind(call: Call) -> Answer:
    """200 the customer was told, 500 nobody knows."""
    order = order_of(call)
    words = f"Your order {order.id} is ready"
    for attempt in range(PATIENCE):
        try:
            if attempt:
                time.sleep(SETTLED_AFTER_S)
            if attempt == 0 or texts_saying(words) == 0:
                text(order, words)
        except requests.RequestException:
            continue
        return 200, {"told": order.phone}
    return 500, {"error": "unsure"}


if __name__ == "__main__":
    serve({"remind": remind})
