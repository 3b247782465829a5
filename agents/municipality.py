"""A municipality: pays for home care, nursing homes and temporary places, owns the home-care units."""

from __future__ import annotations

from agents.mesa_base import Payer


class Municipality(Payer):
    """A municipality of the catchment."""

    kind = "municipality"
