"""Who is calling what: the route, the body, the credential, the account."""

from typing import Generic, TypeVar

from brownout_simulators.books import Books
from brownout_simulators.handling import Handling
from brownout_simulators.router import Router
from brownout_simulators.safety import carries_live_credential
from brownout_simulators.vendor import Refused, Vendor
from brownout_simulators.voice import say
from brownout_simulators.worlds import Credentials, TooManyAccounts, Worlds

S = TypeVar("S")


class Admission(Generic[S]):
    """The first thing that happens to a call. Where it sets a reply, the call is refused at the door."""

    def __init__(self, vendor: Vendor[S], worlds: Worlds[S], books: Books) -> None:
        self.router = Router(vendor.routes)
        self._vendor = vendor
        self._worlds = worlds
        self._books = books
        self._credentials = Credentials()

    def admit(self, one: Handling[S]) -> None:
        """Route, body, credential: who is calling what."""
        call = one.call
        if carries_live_credential(call.path, call.query, call.headers, call.body):
            call.route = f"{call.method} (refused: a live-looking credential)"
            call.request_id = self._worlds.stray_ids.hexadecimal()
            one.reply = say(401, "This is a simulator: it refuses credentials that look live. Use a test key.")
            one.from_edge = True
            return
        if self._vendor.root or self._vendor.implied_root:
            call.path = self._whole(call.path)
        found = one.found = self.router.find(call.method, call.path)
        if found is None:
            self._admit_nowhere(one)
            return
        call.route, call.params, route = found.name, found.params, found.route
        unreadable = self._read(one)
        one.operation = self._books.correlation.of_call(call)
        credential = self._vendor.credential_of(call)
        if credential:
            one.credential_since_s = self._credentials.first_used(credential, call.at_s)
        vendor = self._vendor
        try:
            label = vendor.whose(call) if route.public else vendor.authenticate(call).account
            one.world = world = self._worlds.of(label)
            world.account.in_flight += 1
            call.request_id = world.request_ids.hexadecimal()
            if vendor.admit is not None and not route.public:
                vendor.admit(call, world.account)
        except Refused as refused:
            if not call.request_id:
                call.request_id = self._worlds.stray_ids.hexadecimal()
            one.reply = refused.reply
        except TooManyAccounts:
            call.request_id = self._worlds.stray_ids.hexadecimal()
            one.reply, one.from_edge = say(503, "There are too many accounts in this simulator: reset it."), True
        if unreadable is not None:
            one.objection = vendor.errors.malformed(call, unreadable)

    def _whole(self, path: str) -> str:
        """A path as the routes have it."""
        root, implied = self._vendor.root, self._vendor.implied_root
        if root and not path.startswith(root) and (at := path.find(f"{root}/")) > 0:
            return path[at:]
        return f"{implied}{path}" if implied and not path.startswith(f"{implied}/") else path

    def _read(self, one: Handling[S]) -> str | None:
        """The body; what is wrong where it cannot be parsed."""
        try:
            one.call.data = self._vendor.parse(one.call)
        except ValueError as error:
            return str(error)
        except Refused as refused:
            one.objection = refused.reply
        return None

    def _admit_nowhere(self, one: Handling[S]) -> None:
        call = one.call
        call.route = f"{call.method} {call.path[:120]}"
        call.request_id = self._worlds.stray_ids.hexadecimal()
        one.reply = self._vendor.errors.unknown_route(call)
        one.reply.headers["Brownout-Hint"] = f"the nearest route is {self.router.nearest(call.method, call.path)}"
