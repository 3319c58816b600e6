"""Credentials that look live are refused wherever they turn up, and never written down."""

from collections.abc import Iterable, Mapping

from brownout_harness.problems import BadInput
from brownout_scenarios.live_keys import looks_live


def refuse_live_keys(environment: Mapping[str, str], options: Iterable[str] = ()) -> None:
    """Refuse to go on with a live key at hand: a target that we start would inherit it.

    Raises:
        BadInput: there is one; the message names the variable, never the key.
    """
    for name in sorted(environment):
        if looks_live(environment[name]) or looks_live(name):
            shown = "an environment variable" if looks_live(name) else f"the environment variable {name}"
            raise BadInput(f"{shown} holds a live key: unset it; Brownout works with test keys only")
    if any(looks_live(option) for option in options):
        raise BadInput("an argument holds a live key: Brownout works with test keys only; revoke it if it is real")
