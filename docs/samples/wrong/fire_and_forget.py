"""The money is taken in the background; who looks at what became of it?"""

import threading

from shop import Answer, Call, bank, charge, order_of, serve

BANK = bank()


def checkout(call: Call) -> Answer:
    """200: thank you."""
    order = order_of(call)
    threading.Thread(target=charge, args=(BANK, order, f"order-{order.id}")).start()
    return 200, {"thanks": order.id}


if __name__ == "__main__":
    serve({"checkout": checkout})
