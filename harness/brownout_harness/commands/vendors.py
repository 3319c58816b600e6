"""`brownout vendors`: what the simulated vendors have that a scenario can name.

Examples:
  brownout vendors
  brownout vendors stripe --json
"""

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from brownout_harness.commands import completing
from brownout_harness.problems import BadInput

if TYPE_CHECKING:
    from brownout_simulators.vendor import Limit, Vendor


def vendors(
    vendor: Annotated[
        str | None,
        typer.Argument(help="Show what this one has; without it, which there are.", autocompletion=completing.vendors),
    ] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="The same for a script.")] = False,
) -> None:
    """List the vendors, or what one has by name.

    Clients, routes, effects, limiters, errors, set-up, inputs with an outcome of their own.
    """
    from brownout_simulators.spelling import named, nearest
    from brownout_simulators.vendors import VENDORS, load_vendor

    if vendor is None:
        made = [load_vendor(name) for name in VENDORS]
        if as_json:
            print(json.dumps([_for_a_script(one) for one in made], indent=1))
            return
        told = _aligned((one.name, f"{_counts(one)}; served by `brownout up` on port {one.port}") for one in made)
    elif vendor in VENDORS and as_json:
        told = [json.dumps(_for_a_script(load_vendor(vendor)), indent=1)]
    elif vendor in VENDORS:
        told = _whole(load_vendor(vendor))
    else:
        near = nearest(vendor, VENDORS)
        hint = f"did you mean {near}?" if near else f"there are {', '.join(VENDORS)}"
        raise BadInput(f"no vendor named {named(vendor)}; {hint}")
    print("\n".join(told))


def _counts(vendor: "Vendor[Any]") -> str:
    return f"routes: {len(vendor.routes)}, effects: {len(vendor.effects)}, errors by name: {len(vendor.named_errors)}"


def _for_a_script(vendor: "Vendor[Any]") -> dict[str, Any]:
    return {
        "name": vendor.name,
        "port": vendor.port,
        "environment": vendor.environment(f"http://127.0.0.1:{vendor.port}", vendor.test_key("default")),
        "clients": dict(vendor.clients),
        "hosts": list(vendor.hosts),
        "routes": [f"{route.method} {route.path}" for route in vendor.routes],
        "effects": {effect: list(fields) for effect, fields in vendor.effects.items()},
        "limits": {limit.name: _figures(limit) for limit in vendor.limits},
        "errors": {name: {"status": one.status, "about": one.about} for name, one in vendor.named_errors.items()},
        "setup": {} if vendor.setup is None else dict(vendor.setup.about),
        "magic": dict(vendor.magic),
    }


def _whole(vendor: "Vendor[Any]") -> list[str]:
    errors = ((name, f"{one.status}  {one.about}") for name, one in vendor.named_errors.items())
    sections = {
        "clients, by what `brownout up` prints": _aligned(vendor.clients.items()),
        "real hosts, as `brownout intercept` answers them": vendor.hosts or ("none: name yours with --host",),
        "routes (match:)": _aligned((route.method, route.path) for route in vendor.routes),
        "effects (leaves:, exactly_once:), and what the ledger can keep of each": _aligned(
            (effect, ", ".join(fields)) for effect, fields in vendor.effects.items()
        ),
        "limiters (limits:), off unless asked for": _aligned((limit.name, _figures(limit)) for limit in vendor.limits),
        "errors (respond: {error: NAME})": _aligned(errors),
    }
    if vendor.setup is not None:
        sections["set-up (setup:)"] = _aligned(vendor.setup.about.items())
    if vendor.magic:
        sections["inputs with an outcome of their own"] = _aligned(vendor.magic.items())
    return "\n\n".join("\n".join([title, *lines]) for title, lines in sections.items()).splitlines()


def _figures(limit: "Limit") -> str:
    rate = f"{limit.rate_per_s:g}/s, burst {limit.burst:g}" if limit.rate_per_s else ""
    quota = f"burst {limit.burst:g}, whole again at instants of its own" if limit.renews_at is not None else ""
    at_once = f"{limit.concurrency} at once" if limit.concurrency else ""
    return ", ".join(part for part in (rate, quota, at_once) if part)


def _aligned(rows: Iterable[tuple[str, str]]) -> list[str]:
    """Two columns of text."""
    kept = list(rows)
    width = max((len(first) for first, _ in kept), default=0)
    return [f"  {first:<{width}}  {second}".rstrip() for first, second in kept]
