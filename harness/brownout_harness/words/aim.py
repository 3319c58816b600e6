"""Whether a rule can strike anything: one for a route that its vendor does not have is a typing mistake.

A stand-in for the simulators' own `route_problem`.
"""

from functools import cache
from typing import Any

from brownout_simulators.faults.rule import Match, Rule
from brownout_simulators.router import Router
from brownout_simulators.vendor import Vendor


def route_problem(vendor: Vendor[Any], rule: Rule) -> str:
    """Why `rule` can never strike a call of `vendor`; "" if some route can match. One line, with the nearest route."""
    match, router = rule.match, Router(vendor.routes)
    for name in router.names:
        method, _, template = name.partition(" ")
        if match.method in ("*", method) and _can_be(match.path, template):
            return ""
    nearest = router.nearest(match.method, match.path)
    return f"no route of {vendor.name} matches {_line_of(match)}; the nearest is {nearest}"


def _line_of(match: Match) -> str:
    if match.path == "*":
        return match.method
    return match.path if match.method == "*" else f"{match.method} {match.path}"


def _can_be(path: str, template: str) -> bool:
    if path in ("*", template):
        return True
    return "{" not in path and _meet(path, template.replace("{", "\0{"))


@cache
def _meet(glob: str, template: str) -> bool:
    """Whether some path is matched by both: a glob whose `*` crosses slashes, and a template whose `{…}` does not."""
    if not glob or not template:
        return glob.strip("*") == "" and template == ""
    rest = template[template.index("}") + 1 if template[0] == "\0" else 1 :]
    if glob[0] == "*":
        return _meet(glob[1:], template) or _meet(glob, rest)
    if template[0] == "\0":
        return glob[0] != "/" and (_meet(glob[1:], rest) or _meet(glob[1:], template))
    return glob[0] in ("?", template[0]) and _meet(glob[1:], rest)
