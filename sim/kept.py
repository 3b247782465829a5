"""Results of reading files, kept in the user's cache folder until path, size or time of a file changes."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import platformdirs


def cache_folder() -> Path:
    """Folder for what can always be made again; ``TVAERS_CACHE`` overrides the user's cache folder."""
    return Path(os.environ.get("TVAERS_CACHE") or platformdirs.user_cache_dir("tvaers"))


def made_by_file(name: str, files: Sequence[Path], make: Callable[[Path], Any], maker: Path) -> list[Any]:
    """What ``make`` gives for each file, taken from the cache where the file has not changed.

    Parameters
    ----------
    name : str
        What is kept; part of the cache file's name.
    files : sequence of Path
        Files to read.
    make : callable
        From a path to something that JSON can hold; its errors pass through.
    maker : Path
        The source file of ``make``: when it changes, everything is made again.

    Returns
    -------
    list
        One result per file, in the same order.
    """
    place = ":".join(sorted({str(file.parent) for file in files}))
    kept_in = cache_folder() / f"{name}-{hashlib.blake2b(place.encode(), digest_size=6).hexdigest()}.json"
    made_with = _signature(maker)
    kept = _read(kept_in, made_with)
    entries: dict[str, Any] = {}
    for file in files:
        signature = _signature(file)
        entry = kept.get(str(file))
        entries[str(file)] = entry if _fits(entry, signature) else [signature, make(file)]
    if entries != kept:
        _write(kept_in, {"maker": made_with, "files": entries})
    return [entries[str(file)][1] for file in files]


def _signature(file: Path) -> str:
    status = file.stat()
    return f"{status.st_size} {status.st_mtime_ns}"


def _fits(entry: object, signature: str) -> bool:
    return isinstance(entry, list) and len(entry) == 2 and entry[0] == signature


def _read(path: Path, maker: str) -> dict[str, Any]:
    try:
        kept = json.loads(path.read_bytes())
        return dict(kept["files"]) if kept["maker"] == maker else {}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _write(path: Path, content: dict[str, Any]) -> None:
    unfinished = path.with_suffix(f".{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished.write_text(json.dumps(content), encoding="utf-8")
        unfinished.replace(path)  # whole or not at all, also with several processes
    except OSError:
        return  # a read-only or full home: made again next time
