"""What the source says that running code does not: comments beside fields, who draws a decision, files of the day."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import sim

_SIM: Final = Path(sim.__file__).parent


def comments_in(source: str) -> dict[tuple[str, str], str]:
    """Comments beside fields of records and tuples, by (record, field), as in ``("day", np.int32),  # since when``."""
    spoken = {
        token.start[0]: token.string.lstrip("# ").strip()
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type == tokenize.COMMENT
    }
    fields = _fields_in(ast.parse(source))
    return {(record, name): spoken[line] for record, name, line in fields if line in spoken}


def _fields_in(tree: ast.Module) -> Iterator[tuple[str, str, int]]:
    """Record, field and line: annotated fields of classes, and names in quotes in tables."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            for item in node.body:
                if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name):
                    yield node.name, item.target.id, item.lineno
        elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            if isinstance(target, ast.Name):
                for inner in ast.walk(node.value):
                    if isinstance(inner, ast.Constant) and isinstance(inner.value, str):
                        yield target.id, inner.value, inner.lineno


def where_drawn() -> dict[str, list[str]]:
    """Functions that draw each decision, as ``file.function``, in the order of the files.

    A draw is a stream of the compiled day, or a name given to ``uniforms`` outside it.
    """
    streams = _streams()
    found: dict[str, list[str]] = {}
    for file in sorted(_SIM.rglob("*.py"), key=lambda file: file.relative_to(_SIM).as_posix()):
        for function in _functions(ast.parse(file.read_text(encoding="utf-8"))):
            for decision in _draws_in(function, streams):
                places = found.setdefault(decision, [])
                if (place := f"{file.stem}.{function.name}") not in places:
                    places.append(place)
    return found


def _functions(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def _streams() -> dict[str, str]:
    """Decision behind each constant of ``sim/day/streams.py``: ``DEATH = _AT["death"]``."""
    found: dict[str, str] = {}
    for node in ast.parse((_SIM / "day" / "streams.py").read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Subscript):
            key, target = node.value.slice, node.targets[0]
            if isinstance(target, ast.Name) and isinstance(key, ast.Constant):
                found[target.id] = str(key.value)
    return found


def _draws_in(function: ast.FunctionDef, streams: dict[str, str]) -> Iterator[str]:
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and node.id in streams:
            yield streams[node.id]
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "uniforms":
            for given in node.args[1:2]:
                if isinstance(given, ast.Constant):
                    yield str(given.value)


def day_files() -> Iterator[tuple[str, str, list[str]]]:
    """Files of the compiled day: name, docstring, functions."""
    for file in sorted((_SIM / "day").glob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        functions = [node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name[0] != "_"]
        if functions:
            yield f"sim/day/{file.name}", ast.get_docstring(tree) or "", functions
