"""Locust's own web page over a run's workers, on loopback: it looks on, and changes nothing.

By itself it answers anybody who can reach the port, whatever page he comes from, and lets everybody stop the users or
start others. Stopping would end the run's load in its middle.
"""

import sys
from http import HTTPStatus
from typing import Any

from flask import request
from locust.env import Environment

from brownout_scenarios.loopback import host_of, is_loopback


def look_on(environment: Environment, port: int) -> None:
    """Serve it on that port of 127.0.0.1 for as long as the process lives."""
    del sys.argv[1:]  # the page has Locust read its own options, from wherever they are
    page: Any = environment.create_web_ui("127.0.0.1", port, delayed_start=True)
    page.app.before_request(_refused)
    page.start()


def _refused() -> tuple[str, HTTPStatus] | None:
    """Why a request is not answered; None where it is."""
    if not is_loopback(host_of(f"http://{request.host}")):
        return "this page answers loopback names only", HTTPStatus.FORBIDDEN
    if (origin := request.headers.get("Origin")) is not None and origin != f"http://{request.host}":
        return "this page answers no other page", HTTPStatus.FORBIDDEN
    if request.method not in {"GET", "HEAD"}:
        return "this page looks on: the run is ended where it was begun", HTTPStatus.FORBIDDEN
    return None
