"""Orders are taken on and paid a little later; a deployment ends the process, and whatever waited is forgotten."""

import queue
import threading
import time

from shop import Answer, Call, Order, bank, charge, order_of, serve

BANK = bank()
WAITING: queue.SimpleQueue[Order] = queue.SimpleQueue()
ONE_AT_A_TIME = threading.Lock()


def take_all() -> None:
    """Whatever has gathered, and before that whatever is under way."""
    with ONE_AT_A_TIME:
        while not WAITING.empty():
            order = WAITING.get()
            charge(BANK, order, key=f"order-{order.id}")


def take_now_and_then() -> None:
    """Once a second."""
    while True:
        time.sleep(1.0)
        take_all()


def checkout(call: Call) -> Answer:
    """202: taken on."""
    WAITING.put(order_of(call))
    return 202, {"taken_on": True}


if __name__ == "__main__":
    threading.Thread(target=take_now_and_then, daemon=True).start()
    serve({"checkout": checkout})
