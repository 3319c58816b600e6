"""Who asks, of which tables, in which way: what every request to PostgREST has to be before anything is looked up."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Reply
from brownout_simulators.vendor import Refused
from brownout_simulators.vendors.supabase.database.conditions import NotImplementedHere
from brownout_simulators.vendors.supabase.database.engine import Engine
from brownout_simulators.vendors.supabase.database.problems import DbError
from brownout_simulators.vendors.supabase.database.relationships import AmbiguousRelationship, NoRelationship
from brownout_simulators.vendors.supabase.database.schema import PUBLIC, Schema, Table
from brownout_simulators.vendors.supabase.database.seeding import seed
from brownout_simulators.vendors.supabase.database.selecting import BadEmbed, Planner
from brownout_simulators.vendors.supabase.database.setup import DatabaseSetup
from brownout_simulators.vendors.supabase.database.state import DatabaseState
from brownout_simulators.vendors.supabase.database.writes import Writer
from brownout_simulators.vendors.supabase.identity import BadClaims, Identity, identify
from brownout_simulators.vendors.supabase.keys import ANON, AUTHENTICATED, SERVICE
from brownout_simulators.vendors.supabase.resources import State
from brownout_simulators.vendors.supabase.rest.errors import bad_token, failure, of_database
from brownout_simulators.vendors.supabase.rest.media import Form, negotiate
from brownout_simulators.vendors.supabase.rest.preferences import Preferences
from brownout_simulators.vendors.supabase.rest.preferences import read as read_preferences
from brownout_simulators.vendors.supabase.rest.scanner import Unreadable
from brownout_simulators.vendors.supabase.setup import setup_of
from brownout_simulators.vendors.supabase.tokens import BadToken

EXPOSED: Final = (PUBLIC, "graphql_public")
_ROLES: Final = frozenset({ANON, AUTHENTICATED, SERVICE})


@dataclass(slots=True)
class Asking:
    """One request, as far as it is the same for all kinds of them."""

    call: Call
    account: Account[State]
    who: Identity
    preferences: Preferences
    form: Form
    setup: DatabaseSetup
    schema: Schema
    """As the API knows it: what was set up of late may not be in its cache yet."""
    engine: Engine

    @property
    def database(self) -> DatabaseState:
        """The account's."""
        return self.account.state.database

    def table(self, name: str) -> Table:
        """The table of that name. Raises `Refused` with PGRST205."""
        table = self.schema.tables.get(name)
        if table is None:
            raise Refused(no_table(self.schema, name))
        return table

    def planner(self) -> Planner:
        """For a statement of this request."""
        return Planner(self.schema, self.who, self.setup.max_rows)

    def writer(self) -> Writer:
        """For what this request writes."""
        return Writer(self.account, self.database, self.engine, self.schema, self.who)


def no_table(schema: Schema, name: str) -> Reply:
    """PGRST205."""
    from difflib import get_close_matches

    near = get_close_matches(name, sorted(schema.tables), 1, 0.5)
    hint = f"Perhaps you meant the table '{PUBLIC}.{near[0]}'" if near else None
    return failure(404, "PGRST205", f"Could not find the table '{PUBLIC}.{name}' in the schema cache", None, hint)


Action = Callable[[Asking], Reply]


def asking(action: Action) -> Callable[[Call, Account[Any]], Reply]:
    """An action of PostgREST's as the engine calls it: whatever is wrong with the request is said in its words."""

    def act(call: Call, account: Account[State]) -> Reply:
        who = Identity(ANON)
        try:
            who = _caller(call, account)
            return action(_prepared(call, account, who))
        except DbError as error:
            return of_database(error, is_authenticated=who.role != ANON)
        except Unreadable as wrong:
            return failure(400, "PGRST100", wrong.message, wrong.details)
        except (NoRelationship, AmbiguousRelationship) as wrong:
            is_none = isinstance(wrong, NoRelationship)
            code = "PGRST200" if is_none else "PGRST201"
            return failure(400 if is_none else 300, code, wrong.message, wrong.details, wrong.hint)
        except BadEmbed as wrong:
            return failure(400, wrong.code, wrong.message, wrong.details or None)
        except NotImplementedHere as wrong:
            return failure(400, "PGRST127", "Feature not implemented", str(wrong))

    return act


def _caller(call: Call, account: Account[State]) -> Identity:
    try:
        who = identify(call, account)
    except BadToken as bad:
        raise Refused(bad_token("PGRST301", bad.why)) from None
    except BadClaims as bad:
        raise Refused(bad_token("PGRST303", str(bad))) from None
    if who.role not in _ROLES:
        raise DbError("22023", f'role "{who.role}" does not exist')
    return who


def _prepared(call: Call, account: Account[State], who: Identity) -> Asking:
    headers = call.headers
    profile = headers.get("accept-profile" if call.method in ("GET", "HEAD") else "content-profile", PUBLIC)
    if profile not in EXPOSED:
        hint = f"Only the following schemas are exposed: {', '.join(EXPOSED)}"
        raise Refused(failure(406, "PGRST106", f"Invalid schema: {profile}", None, hint))
    preferences = read_preferences(headers.get("prefer", ""))
    if preferences.is_strict and preferences.unknown:
        details = f"Invalid preferences: {', '.join(preferences.unknown)}"
        raise Refused(failure(400, "PGRST122", "Invalid preferences given with handling=strict", details))
    form = negotiate(headers.get("accept", ""))
    setup, state = setup_of(account).database, account.state.database
    engine = state.engine(setup.schema, lambda engine, table: seed(account, state, engine, table))
    schema = state.known_to_api(setup.schema, setup.cache_lag_s, account.clock())
    return Asking(call, account, who, preferences, form, setup, schema, engine)
