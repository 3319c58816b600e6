"""The state of an order is whatever the sales system told last; what it told late takes the order back a step.

Whoever has been told that the order is finished is then told so again.
"""

import threading

from shop import Answer, Call, Order, bearer, hear_sales, intake, is_from_sales, order_of, serve, text

SECRET: list[str] = []
STATES: dict[str, str] = {}
ONE_AT_A_TIME = threading.Lock()


def listen() -> None:
    """Have the sales system tell of every step."""
    SECRET.append(hear_sales(bearer()))


def order(call: Call) -> Answer:
    """202: the sales system has it; the customer is texted when it is finished."""
    wanted = order_of(call)
    intake(wanted, bearer()).raise_for_status()
    return 202, {"taken_on": True}


def hooks(call: Call) -> Answer:
    """What the sales system tells."""
    if not is_from_sales(call, SECRET[0]):
        return 400, {"error": "not_from_sales"}
    told = call.json["order"]
    with ONE_AT_A_TIME:
        before = STATES.get(told["orderId"])
        STATES[told["orderId"]] = told["status"]
    if told["status"] == "completed" != before:
        text(Order(told["orderId"], 0), "Your order is finished")
    return 200, {}


if __name__ == "__main__":
    serve({"order": order, "hooks": hooks}, at_start=listen, states=STATES)
