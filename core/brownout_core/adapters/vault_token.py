"""Vault's token, shared by all calls: when it is to be renewed, and how long it is any good."""

from brownout_core.adapters.held import share_of


class Token:
    """One at a time. It is due after a share of its life that is another one for each token."""

    def __init__(self) -> None:
        self.renewable = False
        self.nth = 0
        """How many there have been: what was lent to one ends with it."""
        self.lifetime_s = 0
        """As it was given at first."""
        self._text = ""
        self._due_at_s = 0.0
        self._ends_at_s = 0.0

    def valid(self, now_s: float) -> str:
        """The token, if it is not yet time to renew it; else empty."""
        return self._text if now_s < self._due_at_s else ""

    def usable(self, now_s: float) -> str:
        """The token, if Vault should still accept it; else empty."""
        return self._text if now_s < self._ends_at_s else ""

    def left_s(self, now_s: float) -> float:
        """For how long it is good, unless it is renewed."""
        return max(0.0, self._ends_at_s - now_s)

    def store(self, text: str, lifetime_s: int, asked_s: float, *, renewable: bool) -> None:
        """Take a new one, that lives for so long from the instant before it was asked for."""
        self._text, self.lifetime_s, self.renewable = text, lifetime_s, renewable
        self.nth += 1
        self.lengthen(lifetime_s, asked_s)

    def lengthen(self, lifetime_s: int, asked_s: float) -> None:
        """It lives for so long from then on."""
        self._due_at_s = asked_s + share_of(self._text) * lifetime_s
        self._ends_at_s = asked_s + lifetime_s

    def drop(self, text: str) -> None:
        """Vault refused it: it is not used again. A newer one is left alone."""
        if text == self._text:
            self._due_at_s = self._ends_at_s = 0.0
