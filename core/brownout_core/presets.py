"""Policy settings by name: the two presets, and how a document changes them.

`recommended` is the default. `original` holds the settings of the systems that this one replaces. What a vendor has
in each stands beside its adapter; docs/policies.md says how the one became the other.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from brownout_core.adapters import ADAPTERS
from brownout_core.adapters.declaration import Adapter
from brownout_core.errors import ConfigError
from brownout_core.policies.settings import ORIGINAL_DEFAULT, RECOMMENDED_DEFAULT, VendorPolicies
from brownout_core.spelling import nearest
from brownout_core.strict import mapping_in

DEFAULT_PRESET: Final = "recommended"


@dataclass(frozen=True, slots=True)
class Preset:
    """One set of settings: an adapter's own, or the default."""

    of: Callable[[Adapter[Any, Any]], VendorPolicies | None]
    default: VendorPolicies


PRESETS: Final[Mapping[str, Preset]] = {
    "recommended": Preset(lambda adapter: adapter.recommended, RECOMMENDED_DEFAULT),
    "original": Preset(lambda adapter: adapter.original, ORIGINAL_DEFAULT),
}


def policies_of(adapter: Adapter[Any, Any], preset: str = DEFAULT_PRESET) -> VendorPolicies:
    """An adapter's settings in `preset`: what it states, or the preset's default. Raises `ConfigError`."""
    chosen = _preset(preset)
    return chosen.of(adapter) or chosen.default


def policies_for(
    vendor: str, preset: str = DEFAULT_PRESET, adapters: Mapping[str, Adapter[Any, Any]] = ADAPTERS
) -> VendorPolicies:
    """The settings of a vendor, by its name; one without an adapter has the preset's default. Raises `ConfigError`."""
    return policies_of(adapters[vendor], preset) if vendor in adapters else _preset(preset).default


PoliciesOf = Callable[[Adapter[Any, Any]], VendorPolicies]
"""The settings of the policies of an adapter's vendor."""


def read_policies(document: Mapping[str, object], adapters: Mapping[str, Adapter[Any, Any]] = ADAPTERS) -> PoliciesOf:
    """What `{"preset": ..., "vendors": {vendor: {policy: {field: value}}}}` means, adapter by adapter.

    Everything is checked at once, so that a mistake is found at start-up and not at the first call.

    Raises:
        ConfigError: an unknown key, preset, vendor, policy or field, or a value that cannot be.
    """
    known = ("preset", "vendors")
    for key in document:
        if key not in known:
            raise ConfigError(f"policies.{key}: no such key{nearest(str(key), known)}")
    preset = str(document.get("preset", DEFAULT_PRESET))
    _preset(preset)
    changes = mapping_in(document.get("vendors", {}), "policies.vendors")
    for vendor in changes:
        if vendor not in adapters:
            raise ConfigError(f"policies.vendors.{vendor}: no such vendor{nearest(vendor, adapters)}")

    def policies(adapter: Adapter[Any, Any]) -> VendorPolicies:
        usual = policies_of(adapter, preset)
        name = adapter.name
        return usual.overridden(changes[name], where=f"policies.{name}") if name in changes else usual

    for vendor in changes:
        policies(adapters[vendor])
    return policies


def _preset(name: str) -> Preset:
    if name not in PRESETS:
        raise ConfigError(f"preset {name!r}: no such preset{nearest(name, PRESETS)}")
    return PRESETS[name]
