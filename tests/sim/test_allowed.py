"""Every error of a person's input says what is allowed instead."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
#: How many positional arguments a call has when the last of them is what is allowed.
WITH_ALLOWED = {"InputError": 5, "UnusableNumberError": 5, "error": 3, "fail": 3}


def calls(file: Path) -> Iterator[tuple[str, ast.Call]]:
    """Calls that make an error of input, by the name that is called."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name in WITH_ALLOWED:
                yield name, node


def test_every_error_of_input_says_what_is_allowed() -> None:
    found = [
        (f"{file.relative_to(ROOT)}:{call.lineno}", name, call)
        for package in ("agents", "sim", "calibration", "experiments")
        for file in sorted((ROOT / package).rglob("*.py"))
        for name, call in calls(file)
    ]
    assert len(found) > 90
    silent = [
        place
        for place, name, call in found
        if len(call.args) < WITH_ALLOWED[name] and "allowed" not in {word.arg for word in call.keywords}
    ]
    assert silent == []
