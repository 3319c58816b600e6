"""Puts a change into the code of this process: of a function that is there, or of a module that comes anew."""

import ast
import gc
import sys
from collections.abc import Iterable, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import CodeType, FunctionType, ModuleType

Place = tuple[str, str, int]
"""Of a function: the file, its qualified name, its first line."""


class Functions:
    """All functions that the process has of some files, found once: it must have imported what it will need."""

    def __init__(self, files: Iterable[str]) -> None:
        wanted = frozenset(files)
        self._at: dict[Place, list[FunctionType]] = {}
        for each in gc.get_objects():
            if isinstance(each, FunctionType) and each.__code__.co_filename in wanted:
                self._at.setdefault(_place(each.__code__), []).append(each)

    def exchange(self, file: str, tree: ast.Module, line: int) -> bool:
        """Give the outermost function around that line its new code.

        False where none is there, or it cannot take that code: then the module has to be imported anew.
        """
        code = _outermost(compile(tree, file, "exec", dont_inherit=True), line)
        there = self._at.get(_place(code), []) if code is not None else []
        if code is None or not there:
            return False
        if any(len(each.__code__.co_freevars) != len(code.co_freevars) for each in there):
            return False
        for each in there:
            each.__code__ = code
        return True


def _place(code: CodeType) -> Place:
    return (code.co_filename, code.co_qualname, code.co_firstlineno)


def _outermost(code: CodeType, line: int) -> CodeType | None:
    """The function, which is not itself inside of one, that has the line; classes are looked into."""
    for each in code.co_consts:
        if not isinstance(each, CodeType) or not _first(each) <= line <= _last(each):
            continue
        is_function = each.co_flags & 0x2  # CO_NEWLOCALS: a function's code has it, a class's has not
        found = each if is_function else _outermost(each, line)
        if found is not None and found.co_name not in {"<genexpr>", "<listcomp>", "<setcomp>", "<dictcomp>"}:
            return found
    return None


def _first(code: CodeType) -> int:
    return code.co_firstlineno


def _last(code: CodeType) -> int:
    own = max((until or at or 0 for at, until, _, _ in code.co_positions()), default=0)
    return max([own, *(_last(each) for each in code.co_consts if isinstance(each, CodeType))])


def import_anew(module: str, file: Path, tree: ast.Module, ours: Sequence[str]) -> None:
    """Forget all modules of these packages, and have that one come with the change when it is imported again."""
    for name in [name for name in sys.modules if name.partition(".")[0] in ours]:
        del sys.modules[name]
    sys.meta_path.insert(0, _Changed(module, file, tree))


class _Changed(MetaPathFinder):
    """Finds one module, and reads it from a tree."""

    def __init__(self, module: str, file: Path, tree: ast.Module) -> None:
        self._module, self._file, self._tree = module, file, tree

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        del target
        if name != self._module:
            return None
        found = PathFinder.find_spec(name, path)
        return spec_from_file_location(
            name,
            self._file,
            loader=_FromTree(name, str(self._file), self._tree),
            submodule_search_locations=found.submodule_search_locations if found else None,
        )


class _FromTree(SourceFileLoader):
    """A module as its file has it, but for the change."""

    def __init__(self, name: str, file: str, tree: ast.Module) -> None:
        super().__init__(name, file)
        self._tree = tree

    def get_code(self, fullname: str) -> CodeType:
        return compile(self._tree, self.get_filename(fullname), "exec", dont_inherit=True)
