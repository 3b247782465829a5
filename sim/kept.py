"""What can be made again, kept in the user's cache folder: results of reading files, and of long calculations."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import platformdirs

#: How many results of a group of long calculations are kept (about 20 kB each).
MOST_KEPT: Final = 200


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


def kept_or_made(name: str, make: Callable[[], Any]) -> Any:
    """What ``make`` gives, taken from the cache if it was made before under this name.

    Parameters
    ----------
    name : str
        Group, a hyphen, and a hash of everything that the result depends on. Of a group the newest are kept.
    make : callable
        Gives something that JSON can hold; its errors pass through.
    """
    kept_in = cache_folder() / f"{name}.json"
    try:
        return json.loads(kept_in.read_bytes())
    except (OSError, ValueError):
        made = make()
    _write(kept_in, made)
    _remove_oldest(name.partition("-")[0])
    return made


def is_kept(name: str) -> bool:
    """Whether :func:`kept_or_made` would find something under this name."""
    return (cache_folder() / f"{name}.json").is_file()


def _remove_oldest(group: str) -> None:
    try:
        files = sorted(cache_folder().glob(f"{group}-*.json"), key=lambda file: file.stat().st_mtime_ns)
        for file in files[:-MOST_KEPT]:
            file.unlink(missing_ok=True)
    except OSError:
        return  # another process was faster


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


def _write(path: Path, content: Any) -> None:
    unfinished = path.with_suffix(f".{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished.write_text(json.dumps(content), encoding="utf-8")
        unfinished.replace(path)  # whole or not at all, also with several processes
    except OSError:
        return  # a read-only or full home: made again next time
