"""Where run folders stand: found out before the work, and each written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from sim.reading import InputError


def folder_name(command: str, names: list[str], fingerprint: str) -> str:
    """Name of a run folder: what was done, with what, and the fingerprint's beginning."""
    words = re.sub(r"[^A-Za-z0-9.-]+", "-", "-".join([command, *names])).strip("-.")
    return f"{words[:80]}-{fingerprint[:10]}"


def ensure_place(out: Path) -> None:
    """Find out before the work, not after it, whether its result can be written; nothing is left behind.

    Parameters
    ----------
    out : Path
        Folder in which run folders are to be made; it may not exist yet.

    Raises
    ------
    InputError
        If it cannot be made, or nothing can be written in it.
    """
    if out.exists() and not out.is_dir():
        raise InputError("a file stands where the folder of --out should be", str(out), allowed="the name of a folder")
    problem = "the folder of --out cannot be made"
    try:
        utf8_name(out.absolute())
    except UnicodeDecodeError as error:
        problem = "the name of the folder of --out is not text in UTF-8"
        raise InputError(problem, str(out), allowed="a folder that is named in UTF-8") from error
    try:
        with _standing(out):
            problem = "nothing can be written in the folder of --out"
            Path(tempfile.mkdtemp(prefix=".tvaers-", dir=out)).rmdir()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"{problem} ({reason})", str(out), allowed="a folder that you may write in") from error


def utf8_name(path: Path) -> str:
    """Name of a file as UTF-8 text, also where Python was told of another encoding: what DuckDB expects.

    Raises
    ------
    UnicodeDecodeError
        If the name is no text in UTF-8.
    """
    return os.fsencode(path).decode("utf-8")


@contextlib.contextmanager
def _standing(folder: Path) -> Iterator[None]:
    """Make a folder and those above it; of what was made, what stays empty is taken away again."""
    missing = [place for place in (folder, *folder.parents) if not place.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    finally:
        for place in missing:
            with contextlib.suppress(OSError):
                place.rmdir()


@contextlib.contextmanager
def new_folder(place: Path) -> Iterator[Path]:
    """A folder that appears under its name when it is complete; until then, and after a failure, there is nothing.

    Parameters
    ----------
    place : Path
        Where it shall stand. A folder of that name is replaced: names carry the fingerprint of the content.

    Raises
    ------
    OSError
        Naming the place, if something cannot be written.
    """
    try:
        with _drafted(place) as draft:
            yield draft
    except OSError as error:
        reason = error.strerror or str(error)
        raise OSError(f"{place}: the results cannot be written ({reason}); nothing half-written is left") from error


@contextlib.contextmanager
def _drafted(place: Path) -> Iterator[Path]:
    with _standing(place.parent):
        draft = Path(tempfile.mkdtemp(prefix=f".{place.name}-", dir=place.parent))
        try:
            draft.chmod(0o755)
            yield draft
            if place.exists():
                old = Path(tempfile.mkdtemp(prefix=f".{place.name}-old-", dir=place.parent))
                os.replace(place, old / place.name)
                os.replace(draft, place)
                shutil.rmtree(old)
            else:
                os.replace(draft, place)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
