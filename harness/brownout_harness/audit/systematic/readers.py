"""Who may see what is computed when a module is imported: the functions that mention what it is called.

A constant, a setting's default, a row of a table, and what a function does that makes one, is executed by nobody's run.
A scenario can notice that it is another only if it executes a function that names it, or names what was made of it at
the import, and so on. Names are compared as words, whatever they belong to; what a module of another package that uses
this one mentions may be seen by all.
"""

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from brownout_harness.audit.kept import OURS, root_of

Lines = Mapping[str, frozenset[int]]
"""By file."""


@dataclass(frozen=True, slots=True)
class _Made:
    """One statement that is executed at the import."""

    lines: range
    names: frozenset[str] | None
    """What it gives a name to; None: nobody knows what it does."""
    body: range
    """Of a function, which sees the defaults of its arguments."""
    mentions: frozenset[str]
    calls: frozenset[str] = frozenset()


class Readers:
    """Of one package."""

    def __init__(self, package: str, without: Iterable[str] = ("audit", "commands")) -> None:
        """`without` are the parts of the other packages that are no part of a run."""
        root = root_of(package)
        trees = {str(file): ast.parse(file.read_bytes()) for file in sorted(root.rglob("*.py"))}
        self._made = {file: list(_made(tree)) for file, tree in trees.items()}
        self._named = {
            file: [(each.name, _lines(each)) for each in tree.body if isinstance(each, ast.FunctionDef)]
            for file, tree in trees.items()
        }
        self._functions: dict[str, list[tuple[str, range]]] = defaultdict(list)
        for file, tree in trees.items():
            for function in _functions(tree):
                lines = _lines(function)
                for name in _mentioned(function):
                    self._functions[name].append((file, lines))
        self._statements: dict[str, list[tuple[str, _Made]]] = defaultdict(list)
        for file, all_made in self._made.items():
            for each in all_made:
                for name in each.mentions:
                    self._statements[name].append((file, each))
        others = (root_of(other) for other in OURS if other != package)
        self._elsewhere = frozenset(
            name for other in others for tree in _using(package, other, frozenset(without)) for name in _mentioned(tree)
        )

    def of(self, file: Path, line: int) -> Lines | None:
        """The lines of the functions that may see what is computed there; None: all."""
        waiting = [(str(file), each) for each in self._made[str(file)] if line in each.lines][-1:]
        seen: dict[str, set[int]] = defaultdict(set)
        if not waiting:
            waiting = self._calls_of(str(file), line)
            seen[str(file)].update(*(lines for _, lines in self._named[str(file)] if line in lines))
        if not waiting:
            return None
        known: set[str] = set()
        while waiting:
            there, made = waiting.pop()
            if made.names is None or made.names & self._elsewhere:
                return None
            seen[there].update(made.body)
            for name in made.names - known:
                known.add(name)
                for reader, lines in self._functions[name]:
                    seen[reader].update(lines)
                waiting += self._statements[name]
        return {file: frozenset(lines) for file, lines in seen.items()}

    def is_called(self, file: Path, line: int) -> bool:
        """Whether it stands in a function that is called when a module is imported: `original`."""
        return bool(self._calls_of(str(file), line))

    def _calls_of(self, file: str, line: int) -> list[tuple[str, _Made]]:
        names = {name for name, lines in self._named[file] if line in lines}
        return [(there, each) for name in names for there, each in self._statements[name] if name in each.calls]


def _made(tree: ast.AST, classes: frozenset[str] = frozenset()) -> Iterator[_Made]:
    """What is inside of a class comes behind it."""
    for each in ast.iter_child_nodes(tree):
        body, names = range(0), None
        match each:
            case ast.ClassDef(name=name):
                parts = [*each.bases, *each.keywords, *each.decorator_list]
                yield _Made(_lines(each), frozenset({name}), body, _mentioned(*parts))
                # By its value, or one after the other, what is in it may be had from the class.
                yield from _made(each, classes | ({name} if each.bases else frozenset()))
                continue
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                arguments = _mentioned(each.args)
                # A decorator may make another thing of it, under its name.
                yield _Made(_head(each), frozenset(), _lines(each), arguments)
                yield _Made(range(0), frozenset({name}), body, _mentioned(*each.decorator_list))
                continue
            case ast.Assign(targets=targets):
                names = frozenset(name for target in targets for name in _given(target)) | classes
            case ast.AnnAssign(target=target):
                names = frozenset(_given(target)) | classes
            case ast.Import() | ast.ImportFrom() | ast.expr() | ast.keyword() | ast.expr_context():
                continue
        if isinstance(each, ast.stmt):
            yield _Made(_lines(each), names, body, _mentioned(each), _called(each))


def _given(target: ast.AST) -> Iterator[str]:
    for each in ast.walk(target):
        if isinstance(each, ast.Name):
            yield each.id
        elif isinstance(each, ast.Attribute):
            yield each.attr


def _functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Those that are not inside of others."""
    for each in ast.iter_child_nodes(tree):
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef):
            yield each
        else:
            yield from _functions(each)


def _mentioned(*nodes: ast.AST) -> frozenset[str]:
    found: set[str] = set()
    for node in nodes:
        for each in ast.walk(node):
            match each:
                case ast.Name(id=name) | ast.Attribute(attr=name) | ast.keyword(arg=str(name)):
                    found.add(name)
                case ast.Constant(value=str(word)) if word.isidentifier():
                    found.add(word)
    return frozenset(found)


def _called(node: ast.AST) -> frozenset[str]:
    """Outside of what is only defined there."""
    found: set[str] = set()
    match node:
        case ast.Lambda() | ast.FunctionDef() | ast.AsyncFunctionDef():
            return frozenset()
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            found.add(name)
    return frozenset(found.union(*map(_called, ast.iter_child_nodes(node))))


def _using(package: str, root: Path, without: frozenset[str]) -> Iterator[ast.Module]:
    """The modules below that import anything of the package."""
    for file in root.rglob("*.py"):
        code = file.read_bytes()
        if file.relative_to(root).parts[0] not in without and package.encode() in code:
            yield ast.parse(code)


def _lines(node: ast.stmt) -> range:
    return range(node.lineno, (node.end_lineno or node.lineno) + 1)


def _head(function: ast.FunctionDef | ast.AsyncFunctionDef) -> range:
    return range(function.lineno, function.body[0].lineno)
