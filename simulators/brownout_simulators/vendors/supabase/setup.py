"""What somebody would have set up in the dashboard: `setup: {supabase: {tables: …, functions: …}}` of a scenario."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from brownout_simulators.account import Account
from brownout_simulators.vendor import Setup
from brownout_simulators.vendors.supabase.auth import setup as auth
from brownout_simulators.vendors.supabase.database import setup as database
from brownout_simulators.vendors.supabase.functions import setup as functions
from brownout_simulators.vendors.supabase.realtime import setup as realtime
from brownout_simulators.vendors.supabase.storage import setup as storage


@dataclass(frozen=True, slots=True)
class ProjectSetup:
    """A project as it is before the first call: a part for each service."""

    database: database.DatabaseSetup
    auth: auth.AuthSetup
    storage: storage.StorageSetup
    realtime: realtime.RealtimeSetup
    functions: functions.FunctionsSetup


ABOUT: Final[Mapping[str, str]] = {
    "database": "tables, functions for rpc, limits of the API",
    "auth": "how users sign up and in",
    "storage": "buckets",
    "realtime": "what is broadcast",
    "edge": "edge functions",
}


def read(given: Mapping[str, Any]) -> ProjectSetup:
    """JSON to the setup. Raises `ValueError`, whose text begins with the place."""
    for key in given:
        if key not in ABOUT:
            raise ValueError(f"{key}: no such key; there are {', '.join(ABOUT)}")
    return ProjectSetup(
        database=database.read(given.get("database", {}), "database"),
        auth=auth.read(given.get("auth", {}), "auth"),
        storage=storage.read(given.get("storage", {}), "storage"),
        realtime=realtime.read(given.get("realtime", {}), "realtime"),
        functions=functions.read(given.get("edge", {}), "edge"),
    )


SETUP: Final = Setup(read=read, about=ABOUT)


def setup_of(account: Account[Any]) -> ProjectSetup:
    """The account's."""
    setup: ProjectSetup = account.setup
    return setup
