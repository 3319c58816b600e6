"""How long a request to the database waits for a connection of the pool, and how long its statement may take."""

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Reply
from brownout_simulators.vendor import Patience, Refused
from brownout_simulators.vendors.supabase.database.problems import DbError
from brownout_simulators.vendors.supabase.identity import BadClaims, identify
from brownout_simulators.vendors.supabase.keys import ANON
from brownout_simulators.vendors.supabase.resources import State
from brownout_simulators.vendors.supabase.rest.errors import no_connection, of_database
from brownout_simulators.vendors.supabase.setup import setup_of
from brownout_simulators.vendors.supabase.tokens import BadToken


def patience(call: Call, account: Account[State]) -> Patience:
    """By the caller's role: PGRST003 while it waits, 57014 while it works."""
    setup = setup_of(account).database
    try:
        role = identify(call, account).role
    except (BadToken, BadClaims, Refused):
        role = ANON  # it will be refused, and until then it waits as anybody does
    work_s = setup.timeouts_s.get(role, setup.timeouts_s[ANON])
    return Patience(setup.pool_wait_s, lambda _call: no_connection("PGRST003"), work_s, _cancelled)


def _cancelled(call: Call) -> Reply:
    del call
    error = DbError("57014", "canceling statement due to statement timeout")
    return of_database(error, is_authenticated=True)
