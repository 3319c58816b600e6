"""Somebody else's modules, imported anew for each life: what a module keeps does not survive a kill.

Its own modules are those that came with it and lie outside the standard library and `site-packages`, and the package
that the scenario names wherever it lies. Libraries stay as they are: compiled ones cannot be imported twice.
"""

import importlib.util
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from functools import reduce
from pathlib import Path
from types import ModuleType
from typing import Any, Final, cast

from brownout_harness.problems import BadInput

OURS: Final = "brownout_"
LIBRARIES: Final = tuple({sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")})
LOOKED_FOR: Final = "sniffio"
"""Where it is not installed, httpcore looks for it five times in each request, through every folder of the path."""
SHARED: Final = ("site-packages", "dist-packages")


class Application:
    """What `shop:app` names; `shop:make_app()` is called for it."""

    def __init__(self, where: str) -> None:
        module, _, name = where.partition(":")
        self.where = where
        self._module = module
        self._is_factory = name.endswith("()")
        self._names = name.removesuffix("()").split(".")
        self._before: dict[str, ModuleType] = {}

    @contextmanager
    def at_hand(self, folder: Path) -> Iterator[None]:
        """Inside, modules are found in `folder` first; afterwards those are there that were there before."""
        path, self._before = list(sys.path), {n: m for n, m in sys.modules.items() if not self._is_named(n)}
        aside = {name: module for name, module in sys.modules.items() if self._is_named(name)}
        sys.path.insert(0, str(folder))
        importlib.invalidate_caches()
        try:
            yield
        finally:
            self._drop()
            sys.modules.update(aside)
            if sys.modules.get(LOOKED_FOR, self) is None:
                del sys.modules[LOOKED_FOR]
            sys.path[:] = path

    def anew(self) -> Any:
        """Import it as a new process would.

        Raises:
            BadInput: it cannot be imported, or is not there.
        """
        self._drop()
        if importlib.util.find_spec(LOOKED_FOR) is None:
            sys.modules[LOOKED_FOR] = cast("ModuleType", None)  # as Python writes down what is not there
        try:
            module = importlib.import_module(self._module)
            found: Any = reduce(getattr, self._names, module)
            return found() if self._is_factory else found
        except Exception as error:
            why = f"{type(error).__name__}: {' '.join(str(error).split())}"
            raise BadInput(f"target.asgi: {self.where} cannot be imported: {why}") from error

    def _drop(self) -> None:
        for name, module in list(sys.modules.items()):
            if self._is_named(name) or (name not in self._before and not _is_shared(name, module)):
                del sys.modules[name]

    def _is_named(self, name: str) -> bool:
        return name.partition(".")[0] == self._module.partition(".")[0]


def _is_shared(name: str, module: ModuleType) -> bool:
    """Whether it is a library's, the standard library's or ours."""
    if name.startswith(OURS) or name.partition(".")[0] in sys.stdlib_module_names:
        return True
    places = [getattr(module, "__file__", None) or "", *map(str, getattr(module, "__path__", ()))]
    known = [place for place in places if place]
    return not known or any(each in place for each in SHARED for place in known) or known[0].startswith(LIBRARIES)
