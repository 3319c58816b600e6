"""What a credential is, how it may be written down (plain, percent-encoded, in base64), and how to look for it."""

import base64
from collections.abc import Iterable, Mapping
from typing import Final
from urllib.parse import quote

SECRET_ENDINGS: Final = ("KEY", "TOKEN", "SECRET", "PASSWORD")
"""Of the names of variables that hold one."""
MASK: Final = "*****"
MARGIN: Final = 40
"""So many characters before and after a find are shown."""


def secrets_in(environment: Mapping[str, str]) -> frozenset[str]:
    """Every credential among the variables by which an application finds a vendor."""
    return frozenset(value for name, value in environment.items() if name.endswith(SECRET_ENDINGS) and value)


def forms_of(secrets: Iterable[str]) -> tuple[str, ...]:
    """Every form of every credential; longest first, so that masking leaves no rest."""
    forms = set()
    for secret in filter(None, secrets):
        encoded = base64.b64encode(secret.encode()).decode().rstrip("=")
        forms |= {secret, quote(secret, safe=""), encoded}
    return tuple(sorted(forms, key=lambda form: (-len(form), form)))


def masked(text: str, forms: Iterable[str]) -> str:
    """What may be written into a result."""
    for form in forms:
        text = text.replace(form, MASK)
    return text


def surroundings(text: str, forms: Iterable[str]) -> str:
    """Of a text in which one of these forms is: what stands around the first of them, each replaced, on one line."""
    text = masked(text, forms)
    at = text.index(MASK)
    return " ".join(text[max(0, at - MARGIN) : at + MARGIN].split())


class Lookout:
    """Looks for credentials in what arrives, and keeps nothing of it but the surroundings of a find."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self._forms = forms_of(secrets)
        self._bytes = tuple(form.encode() for form in self._forms)

    def find(self, body: bytes) -> str:
        """The surroundings of the first find, every credential in them replaced; empty where there is none."""
        if not any(form in body for form in self._bytes):
            return ""
        return surroundings(body.decode(errors="replace"), self._forms)
