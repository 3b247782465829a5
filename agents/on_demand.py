"""Libraries that Mesa imports but a run hardly uses, loaded when they are first used."""

from __future__ import annotations

import sys
from importlib.util import LazyLoader, find_spec, module_from_spec


def load_on_demand(*names: str) -> None:
    """Put off the loading of libraries until something in them is asked for.

    The recipe of the standard library (:class:`importlib.util.LazyLoader`); a library that is loaded already, or is not
    there, is left alone.
    """
    for name in names:
        spec = None if name in sys.modules else find_spec(name)
        if spec is None or spec.loader is None:
            continue
        spec.loader = LazyLoader(spec.loader)
        module = module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
