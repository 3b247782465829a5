"""What may be asked for: how many runs, in how many processes."""

from __future__ import annotations

from typing import Final

#: Most replicates of one command, and most processes.
MOST_SEEDS: Final = 100_000
MOST_WORKERS: Final = 1024
