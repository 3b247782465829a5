"""Write plain values as TOML."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from sim.reading import quoted


def as_toml(data: Mapping[str, Any]) -> str:
    """Text of a TOML file: plain keys first, then tables, then arrays of tables with their inner tables inline."""
    lines = [f"{quoted(key)} = {_value(value)}" for key, value in data.items() if not _is_tables(value)]
    for key, value in data.items():
        if _is_tables(value):
            for table in value:
                lines += ["", f"[[{quoted(key)}]]"]
                lines += [f"{quoted(name)} = {_value(inner)}" for name, inner in table.items()]
    return "\n".join(lines) + "\n"


def _is_tables(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, Mapping) for one in value)


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return quoted_text(value)
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{quoted(str(key))} = {_value(inner)}" for key, inner in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_value(inner) for inner in value) + "]"
    raise TypeError(f"{type(value).__name__} cannot be written as TOML")


def quoted_text(text: str) -> str:
    """A text in quotes, with what TOML does not allow there escaped."""
    escaped = (
        text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
    )
    return '"' + "".join(sign if sign >= " " and sign != "\x7f" else f"\\u{ord(sign):04x}" for sign in escaped) + '"'
