"""A payment at Stripe, by no client but the standard library's: what a test of the accounts asks for."""

import json
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlencode, urlsplit

from brownout import Account

PAYMENT = {
    "amount": "1200",
    "currency": "eur",
    "confirm": "true",
    "payment_method": "pm_card_visa",
    "return_url": "http://127.0.0.1/back",
}


def ask(
    account: Account, method: str, path: str, form: dict[str, str] | None = None, *, key: str = "", **headers: str
) -> tuple[int, dict[str, Any]]:
    """Status and body; 0 and nothing where no answer came."""
    place = urlsplit(account.url).netloc
    connection = HTTPConnection(place, timeout=10)
    sent = {"Authorization": f"Bearer {key or account.key}", "Content-Type": "application/x-www-form-urlencoded"}
    try:
        connection.request(method, path, urlencode(form or {}), {**sent, **headers})
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    except (OSError, HTTPException):
        return 0, {}
    finally:
        connection.close()


def pay(account: Account, order: str = "7", *, key: str = "", **headers: str) -> int:
    """The status of one payment; 0 where no answer came."""
    form = {**PAYMENT, "metadata[order]": order}
    return ask(account, "POST", "/v1/payment_intents", form, key=key, **headers)[0]
