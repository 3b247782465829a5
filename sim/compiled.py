"""Where compiled code is kept, and the one decorator that compiles.

numba caches by source file and does not notice when a *called* file changes, so the cache folder bears the hash of
every compiled file, numba's version and the processor. This module must be imported before numba anywhere; importing
:data:`jit` from here is the only way the project compiles.
"""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

import platformdirs

Function = TypeVar("Function", bound=Callable[..., Any])

_HERE = Path(__file__).parent


def compiled_sources() -> list[Path]:
    """Files whose functions are compiled, in a stable order."""
    return sorted([_HERE / "compiled.py", _HERE / "chance.py", _HERE / "records.py", *(_HERE / "day").glob("*.py")])


def compiled_fingerprint() -> str:
    """Hash of all compiled sources, numba's and NumPy's versions, Python and the processor (16 hexadecimal digits)."""
    digest = hashlib.blake2b(digest_size=8)
    for path in compiled_sources():
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    parts = (version("numba"), version("numpy"), sys.version, platform.machine(), _processor())
    digest.update("\0".join(parts).encode())
    return digest.hexdigest()


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith(("flags", "Features")):
                return hashlib.blake2b(line.encode(), digest_size=8).hexdigest()
    except OSError:
        pass
    return platform.processor()


def _prepare_cache() -> bool:
    """Point numba at a folder of its own; return whether the code is already compiled there."""
    root = Path(os.environ.get("TVAERS_CACHE", platformdirs.user_cache_dir("tvaers"))) / "compiled"
    folder = root / compiled_fingerprint()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for old in root.iterdir():
            if old != folder and old.is_dir() and old.stat().st_mtime < folder.stat().st_mtime - 86_400:
                shutil.rmtree(old, ignore_errors=True)
    except OSError:
        return False  # a read-only home: numba falls back to compiling in memory
    os.environ["NUMBA_CACHE_DIR"] = str(folder)
    return any(folder.rglob("*.nbi"))


os.environ.setdefault("NUMBA_DISABLE_INTEL_SVML", "1")  # one exponential, the same compiled and interpreted
already_compiled = _prepare_cache()

import numba  # noqa: E402  (after the cache folder is set)

#: Whether functions run as plain Python (``NUMBA_DISABLE_JIT=1``): same bytes, for debuggers and coverage.
interpreted: bool = bool(numba.config.DISABLE_JIT)


_EXACT = {"cache": True, "error_model": "numpy", "fastmath": False, "nogil": True}


def entry(function: Function) -> Function:
    """Compile a function that Python calls; without fast-math, so that interpreted and compiled agree to the bit."""
    compiled: Function = numba.njit(function, **_EXACT)
    return compiled


_INNER = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True, "_nrt": False, **_EXACT}


def jit(function: Function) -> Function:
    """Compile a function that only compiled code calls.

    Without wrappers for Python and without reference counting: it may not allocate, and all arrays belong to the
    :func:`entry` that was called.
    """
    compiled: Function = numba.njit(function, **_INNER)
    return compiled


def plain(function: Function) -> Function:
    """A compiled function as Python runs it: for what is needed once, and is not worth compiling for callers."""
    found: Function = getattr(function, "py_func", function)
    return found


def inline(function: Function) -> Function:
    """Compile a small function into its callers."""
    compiled: Function = numba.njit(function, forceinline=True, **_INNER)
    return compiled
