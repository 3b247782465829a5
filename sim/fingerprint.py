"""What makes two runs the same: a canonical form of the scenario, and hashes of it with seed, files and code."""

from __future__ import annotations

import ast
import hashlib
import json
import os
from collections.abc import Sequence
from functools import lru_cache
from importlib.metadata import entry_points, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.kept import made_by_file
from sim.library import folder_of_package, is_path
from sim.parameters.record import Parameter
from sim.reading import read_source

if TYPE_CHECKING:
    from sim.scenario import Scenario

_VERSIONED = ("numba", "numpy")
#: Tables of parameters that only responses read, and that burn-in therefore does not depend on.
_THEME_OF_RESPONSES = "response."


def canonical(scenario: Scenario) -> str:
    """A scenario as JSON with sorted keys and shortest numbers; contract files stand as hashes of their contents."""
    return _json(_parts(scenario))


def fingerprint(scenario: Scenario, seed: int) -> str:
    """Hash of canonical scenario, seed and model code: 32 hexadecimal digits."""
    return _hash(scenario.canonical(), str(seed), code_hash())


def burn_in_fingerprint(scenario: Scenario, seed: int) -> str:
    """Hash of what burn-in depends on.

    Left out are the payment schedule, the responses with their parameters, and interventions that start at or after
    the start of the accounts: burn-in runs under the reference with every level as observed.
    """
    return _hash("burn-in", _json(_parts_of_burn_in(scenario)), str(seed), code_hash())


def load_name(scenario: Scenario) -> str:
    """Name under which the load of the whole catchment is kept: a hash of what it depends on.

    As for burn-in, without seed, scale and horizon.
    """
    parts = _parts_of_burn_in(scenario)
    del parts["population"]["scale"], parts["time"]["years"]
    return f"load-{_hash('load', _json(parts), code_hash())}"


def _parts_of_burn_in(scenario: Scenario) -> dict[str, Any]:
    parts = _parts(scenario)
    del parts["payment"]
    parts["response"] = {"reference": parts["response"]["reference"]}
    parts["intervention"] = [
        _plain(dict(one)) for one in scenario.interventions if one.start is not None and one.start < scenario.time.start
    ]
    for group in ("parameters", "figures"):
        parts[group] = {name: value for name, value in parts[group].items() if not name.startswith(_THEME_OF_RESPONSES)}
    return parts


def _parts(scenario: Scenario) -> dict[str, Any]:
    schedule = [{"from": row.start, "contract": _contract(row.contract)} for row in scenario.payment.schedule]
    response = dict(scenario.response) | {"reference": _contract(scenario.response.reference)}
    parameters = scenario.parameters
    parts = {
        "time": dict(scenario.time),
        "population": dict(scenario.population),
        "payment": {"schedule": schedule},
        "response": response,
        "intervention": [{**dict(one), "start": one.start or scenario.time.start} for one in scenario.interventions],
        "parameters": {name: parameters[name] for name in parameters},
        "figures": {name: _known_about(figure) for name, figure in parameters.own_figures().items()},
    }
    plain: dict[str, Any] = _plain(parts)
    return plain


def _known_about(figure: Parameter) -> dict[str, Any]:
    return figure.model_dump(include={"value", "low", "high", "unit", "source", "grade"})


def _contract(reference: str) -> str:
    """A built-in contract by its name, a contract file by its contents and those of what it extends."""
    if not is_path(reference):
        return reference
    contents: list[str] = []
    path = Path(reference)
    for _ in range(20):
        data = read_source(path).data
        extended = data.get("extends")
        if not isinstance(extended, str) or not is_path(extended):
            contents.append(_json(_plain(data)))
            break
        # What is extended counts by its contents, not by where it stands.
        contents.append(_json(_plain({key: value for key, value in data.items() if key != "extends"})))
        path = path.parent / extended
    return f"file {_hash(*contents)}"


def _plain(value: Any) -> Any:
    """Dates as text, tuples as lists, all the way down."""
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    return str(value) if hasattr(value, "isoformat") else value


def _json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _hash(*parts: str) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for part in parts:
        content = part.encode()
        digest.update(len(content).to_bytes(8, "little") + content)
    return digest.hexdigest()


def code_files(roots: Sequence[Path]) -> dict[str, Path]:
    """Files that rule what a run gives, Python and TOML of the packages, by name within them, in a stable order."""
    found: dict[str, Path] = {}
    for root in roots:
        for folder, _, names in os.walk(root):
            inside = root.name + folder[len(str(root)) :].replace(os.sep, "/")
            found |= {f"{inside}/{name}": Path(folder, name) for name in names if name.endswith((".py", ".toml"))}
    return dict(sorted(found.items()))


def code_hash(roots: Sequence[Path] | None = None) -> str:
    """Hash of the model's code without comments and docstrings, its data files, and the versions it runs on.

    Hashes of single files are kept in the user's cache folder until path, size or time of the file changes.

    Parameters
    ----------
    roots : sequence of Path, optional
        Folders of the packages; by default those of ``sim`` and ``agents``.
    """
    return _own_code_hash() if roots is None else _hash_of_packages(roots)


@lru_cache(maxsize=1)
def _own_code_hash() -> str:
    """Hash of the code that this process runs: it stays what was there at first, also when a file changes later."""
    return _hash_of_packages(_packages())


def _hash_of_packages(roots: Sequence[Path]) -> str:
    files = code_files(roots)
    hashes = made_by_file("code", list(files.values()), _hash_of_file, Path(__file__))
    return _hash(*(f"{name} {content}" for name, content in zip(files, hashes, strict=True)), *_versions())


def _packages() -> tuple[Path, ...]:
    found = (folder_of_package(name) for name in ("sim", "agents"))
    return tuple(folder for folder in found if folder is not None)


def _versions() -> tuple[str, ...]:
    """Versions of what computes, and of every installed plug-in (entry points in groups named ``tvaers...``)."""
    installed = entry_points()
    plugged = {
        f"{group} {point.name} {point.dist.name} {point.dist.version}"
        for group in installed.groups
        if group.startswith("tvaers")
        for point in entry_points(group=group)
        if point.dist is not None
    }
    return (*(f"{name} {version(name)}" for name in _VERSIONED), *sorted(plugged))


def _hash_of_file(path: Path) -> str:
    content = path.read_bytes()
    if path.suffix != ".py":
        return hashlib.blake2b(content.replace(b"\r\n", b"\n"), digest_size=16).hexdigest()
    return _hash(code_without_words(content.decode()))


def code_without_words(code: str) -> str:
    """Python code without comments, docstrings and layout."""
    tree = ast.parse(code)
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            first = node.body[0] if node.body else None
            if (
                isinstance(first, ast.Expr)
                and isinstance(first.value, ast.Constant)
                and isinstance(first.value.value, str)
            ):
                node.body = node.body[1:] or [ast.Pass()]
    return ast.unparse(ast.fix_missing_locations(tree))
