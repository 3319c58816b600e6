"""Who takes part in making the load: those that the harness starts, by name, and those that somebody has join. Pure."""

from collections.abc import Sequence


class Roster:
    """Of one run. Whom Locust knows by an id of its own has a name here."""

    def __init__(self, started: Sequence[str], joining: Sequence[str], version: str) -> None:
        """`joining` are the names that those get who come with none, in the order in which they come."""
        self._started = started
        self._joining = joining
        self._version = version
        self.id_of: dict[str, str] = {}
        """Locust's, by name."""
        self.name_of: dict[str, str] = {}
        self.address_of: dict[str, str] = {}
        """Of those that joined, by name."""

    @property
    def names(self) -> list[str]:
        """Of all that are to take part, in the order of their shares."""
        return [*self._started, *self._joining]

    @property
    def is_whole(self) -> bool:
        """Whether all have come."""
        return len(self.id_of) == len(self.names)

    def is_known(self, address: str) -> bool:
        """Whether somebody joined from there."""
        return address in self.address_of.values()

    def admit(self, who: str, *, name: str, address: str, version: str) -> str:
        """Take one in, or say why not."""
        if version != self._version:
            return f"it is brownout {version}, and this is {self._version}"
        wanted = [name] if name else self._joining
        free = [each for each in wanted if each in self.names and each not in self.id_of]
        if not free:
            return "nobody else is expected"
        self.id_of[free[0]], self.name_of[who] = who, free[0]
        if not name:
            self.address_of[free[0]] = address
        return ""
