"""Puts a change into the code of this process: of a function that is there, or of a module that comes anew."""

import ast
import gc
import sys
from collections.abc import Iterable, Iterator, Sequence
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
        gc.unfreeze()  # what is frozen is not among the objects
        for each in gc.get_objects():
            if isinstance(each, FunctionType) and each.__code__.co_filename in wanted:
                self._at.setdefault(_place(each.__code__), []).append(each)

    def exchange(self, file: str, tree: ast.Module, line: int) -> bool:
        """Give the outermost function around that line its new code.

        False where none is there, or it cannot take that code: then the module has to be imported anew.
        """
        code = _outermost(compile(tree, file, "exec", dont_inherit=True), line)
        if code is None:
            return False
        there = self._that_take(code)
        for each in there:
            each.__code__ = code
        return bool(there)

    def every(self, file: str, tree: ast.Module) -> Iterator[tuple[range, CodeType, Sequence[FunctionType]]]:
        """Each function of the module that can be given its code from that tree: its lines, the code, who takes it."""
        for code in _functions(compile(tree, file, "exec", dont_inherit=True)):
            if there := self._that_take(code):
                yield range(_first(code), _last(code) + 1), code, there

    def _that_take(self, code: CodeType) -> Sequence[FunctionType]:
        """None, where they cannot: what they enclose is another, or two different functions stand at one place."""
        there = self._at.get(_place(code), [])
        if len({id(each.__code__) for each in there}) != 1:
            return []
        return there if len(there[0].__code__.co_freevars) == len(code.co_freevars) else []


def _place(code: CodeType) -> Place:
    return (code.co_filename, code.co_qualname, code.co_firstlineno)


def _outermost(code: CodeType, line: int) -> CodeType | None:
    """The function, which is not itself inside of one, that has the line; classes are looked into."""
    return next((each for each in _functions(code) if _first(each) <= line <= _last(each)), None)


def _functions(code: CodeType) -> Iterator[CodeType]:
    """Those that are not inside of others."""
    for each in code.co_consts:
        if not isinstance(each, CodeType):
            continue
        if not each.co_flags & 0x2:  # CO_NEWLOCALS: a function's code has it, a class's has not
            yield from _functions(each)
        elif each.co_name not in {"<genexpr>", "<listcomp>", "<setcomp>", "<dictcomp>"}:
            yield each


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
