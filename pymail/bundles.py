"""Making the bundles that the program starts from.

Apart from `start`, which reads them, because that is seldom: when a source has changed. A bundle lies
where Python keeps compiled forms: who may write there may change what runs anyway. Its code is without
what only people and checkers read, since loading that takes a twentieth of what Python takes to start.
pip, which has not put the bundles there, does not take them away either.
"""

from __future__ import annotations
import __future__

import ast
import os
import signal
from _frozen_importlib_external import MAGIC_NUMBER
from marshal import dumps

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pymail.start import Module


def keep(missed: dict[str, list[Module]]) -> None:
    """Write bundles, path -> modules; without a word where that cannot be done. A signal ends the program."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if callable(signal.getsignal(number)):
            signal.signal(number, signal.SIG_DFL)
    for path, modules in missed.items():
        try:
            _write(path, MAGIC_NUMBER + dumps([(*module[:-1], _code(module[1])) for module in modules]))
        except (OSError, SyntaxError):
            return


def _code(source: str) -> object:
    """The compiled form of a source. One that has changed since it was loaded makes its bundle too old, not wrong."""
    with open(source, "rb") as file:
        tree = _bare(ast.parse(file.read(), source))
    return compile(tree, source, "exec", __future__.annotations.compiler_flag, dont_inherit=True)


def _bare(tree: ast.Module) -> ast.Module:
    """Take annotations and docstrings away. What has a decorator keeps its docstring: verbs are explained by it."""
    tree.body = [node for node in tree.body if not _is_for_checkers(node)]
    for node in ast.walk(tree):
        if isinstance(node, ast.arg):
            node.annotation = None
        elif isinstance(node, ast.FunctionDef):
            node.returns = None
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            decorated = not isinstance(node, ast.Module) and node.decorator_list
            if not decorated and ast.get_docstring(node) is not None:
                node.body = node.body[1:] or [ast.Pass()]
    return ast.fix_missing_locations(tree)


def _is_for_checkers(node: ast.stmt) -> bool:
    if isinstance(node, ast.ImportFrom):
        return node.module == "__future__"
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING" and not node.orelse


def _write(path: str, octets: bytes) -> None:
    """Put a file in its place, whole or not at all. Raises OSError."""
    temporary = f"{path}.{os.getpid()}"
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
    try:
        whole = os.write(descriptor, octets) == len(octets)
    finally:
        os.close(descriptor)
    os.replace(temporary, path) if whole else os.unlink(temporary)
