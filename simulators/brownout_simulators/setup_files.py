"""Files that vendors are set up with: `--setup VENDOR=FILE`, YAML or JSON."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from brownout_simulators.setups import set_up
from brownout_simulators.vendor import Vendor


class BadSetup(ValueError):
    """A file that a vendor cannot be set up with."""


def read_setups(vendors: Sequence[Vendor[Any]], told: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    """`VENDOR=FILE` each to what is in the files, by vendor. Raises `BadSetup` in one line."""
    known = {vendor.name: vendor for vendor in vendors}
    setups: dict[str, Mapping[str, Any]] = {}
    for text in told:
        name, is_one, path = text.partition("=")
        if not is_one or name not in known:
            raise BadSetup(f"--setup {text}: VENDOR=FILE, of {', '.join(known)}")
        given = _document(path)
        try:
            set_up(known[name], given)
        except ValueError as error:
            raise BadSetup(f"{path}: {error}") from None
        setups[name] = given
    return setups


def _document(path: str) -> Mapping[str, Any]:
    import yaml

    try:
        given = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise BadSetup(f"{path}: {error.strerror}") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise BadSetup(f"{path}: not YAML: {' '.join(str(error).split())}") from None
    if not isinstance(given, dict) or not all(isinstance(key, str) for key in given):
        raise BadSetup(f"{path}: a mapping is needed")
    return given
