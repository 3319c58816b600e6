"""PostgREST's routes."""

from typing import Any, Final

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Reply
from brownout_simulators.vendor import Route
from brownout_simulators.vendors.supabase.replies import answer


def describe(call: Call, account: Account[Any]) -> Reply:
    """GET /rest/v1/: what there is."""
    del call
    info = {"title": "standard public schema", "version": "14.1"}
    return answer(200, {"swagger": "2.0", "info": info, "host": account.base_url, "basePath": "/", "paths": {}})


ROUTES: Final[tuple[Route[Any], ...]] = (Route("GET", "/rest/v1/", describe),)
