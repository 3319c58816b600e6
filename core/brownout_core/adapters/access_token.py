"""One access token, shared by all calls, and when it is time to renew it."""

REFRESH_AT = 0.8
"""The share of a token's lifetime after which a new one is fetched."""


class AccessToken:
    """The token that is held. Instants are the running loop's, in seconds."""

    def __init__(self) -> None:
        self._token = ""
        self._renew_at_s = 0.0
        self._ends_at_s = 0.0

    def valid(self, now_s: float) -> str:
        """The token, if it is not yet time to renew it; else empty."""
        return self._token if now_s < self._renew_at_s else ""

    def usable(self, now_s: float) -> str:
        """The token, if the vendor should still accept it; else empty."""
        return self._token if now_s < self._ends_at_s else ""

    def store(self, token: str, lifetime_s: float, now_s: float) -> None:
        """Take a new token that lives for `lifetime_s` from `now_s`, the instant before it was asked for."""
        self._token = token
        self._renew_at_s = now_s + REFRESH_AT * lifetime_s
        self._ends_at_s = now_s + lifetime_s

    def drop(self, token: str) -> None:
        """The vendor refused `token`: it is not used again. A newer one is left alone."""
        if token == self._token:
            self._renew_at_s = self._ends_at_s = 0.0
