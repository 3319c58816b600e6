"""Inputs with a fixed outcome."""

import re
from typing import Final

from brownout_simulators.call import Reply
from brownout_simulators.vendors.vault.errors import answer

_FORCED: Final = re.compile(r"(slow|status)-([0-9]{1,5})", re.ASCII)
_NO_BODY: Final = frozenset({204, 205, 304})

DOCUMENTED: Final = {
    "token hvs.sim-root": "the root token of the default cluster; hvs.sim-root.NAME that of another one",
    "role sim-role-app": "AppRole's role app (secret id sim-secret-app): its tokens live as the cluster is set up",
    "role sim-role-app-short": "its tokens live 5 s, and at most 15 s (secret id sim-secret-app-short)",
    "role sim-role-app-oneuse": "its secret id sim-secret-app-oneuse is good for one login",
    "role sim-role-app-periodic": "its tokens have a period of 5 s (secret id sim-secret-app-periodic)",
    "user bob": "userpass, with password pw",
    "database role ro": "credentials that live 6 s, and at most 10 s",
    "database role ro-down": "the database makes no user: 500",
    "database role ro-norevoke": "the database drops no user: revoking is 400, and the lease ends as irrevocable",
    "unseal key 01..05": "keys 1 to 5 as hex (73696d2d6b65792d31 is sim-key-1); three of them open the seal",
    "path status-N": "reading or writing secret/data/status-418 answers 418, and nothing is done",
    "path slow-MS": "secret/data/slow-250 is answered after 250 ms",
}


def forced(path: str) -> Reply | None:
    """The answer that the path of a secret asks for; None where it asks for none."""
    found = _FORCED.fullmatch(path)
    if found is None or found[1] != "status" or not 200 <= int(found[2]) <= 599:
        return None
    status = int(found[2])
    return Reply(status) if status in _NO_BODY else answer(status, f"forced status {status}")


def slowness_s(path: str) -> float:
    """How long the answer to a path takes to begin."""
    found = _FORCED.fullmatch(path)
    return int(found[2]) / 1_000 if found is not None and found[1] == "slow" else 0.0
