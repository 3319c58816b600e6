"""Orders are taken on and paid a second later; a deployment ends the process, and whatever waited is forgotten."""

import collections
import threading
import time

from shop import Answer, Call, Order, bank, charge, order_of, serve

BANK = bank()
LATER_S = 1.0
WAITING: collections.deque[tuple[float, Order]] = collections.deque()
ONE_AT_A_TIME = threading.Lock()


def take(until_s: float) -> None:
    """Whatever is due by then, and before that whatever is under way."""
    with ONE_AT_A_TIME:
        while WAITING and WAITING[0][0] <= until_s:
            _, order = WAITING.popleft()
            charge(BANK, order, key=f"order-{order.id}")


def take_when_due() -> None:
    """Each order `LATER_S` after it was taken on."""
    while True:
        time.sleep(0.05)
        take(time.monotonic())


def checkout(call: Call) -> Answer:
    """202: taken on."""
    WAITING.append((time.monotonic() + LATER_S, order_of(call)))
    return 202, {"taken_on": True}


if __name__ == "__main__":
    threading.Thread(target=take_when_due, daemon=True).start()
    serve({"checkout": checkout})
