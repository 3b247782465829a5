"""Run folders: everything that a run or comparison showed and was made of."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pandas as pd

from experiments.run_inputs import write_scenarios
from experiments.run_place import folder_name, new_folder, utf8_name

if TYPE_CHECKING:
    from experiments.comparison import Effects
    from experiments.digest import Digest
    from sim.scenario import Scenario

#: Packages on whose versions results may depend.
PACKAGES: Final = ("tvaers", "mesa", "numpy", "numba", "networkx", "scipy", "pandas", "matplotlib", "duckdb")

#: Tables of single runs that a folder keeps: name, attribute of the digest.
RUN_TABLES: Final = ("indicators", "ledger", "costs", "activity", "incentives")


#: How tables are read with what is installed beside the model: pandas alone reads no Parquet.
_READING: Final = """# How to read the tables of this folder

{names}: each stands as CSV (`{first}.csv`) and as Parquet (`{first}.parquet`), which keeps the types of its columns.
In the environment of tvaers:

```python
import duckdb

table = duckdb.read_parquet("{first}.parquet").df()  # a pandas table
```

`pandas.read_csv("{first}.csv")` works as well. `pandas.read_parquet` needs pyarrow or fastparquet, which are not
installed with tvaers.
"""


def versions() -> dict[str, str]:
    """Versions of Python and of the packages on which results may depend."""
    import platform

    found = {"python": platform.python_version()}
    for package in PACKAGES:
        with contextlib.suppress(PackageNotFoundError):
            found[package] = version(package)
    return found


def write_table(table: pd.DataFrame, folder: Path, name: str) -> None:
    """Write a table as CSV and as Parquet, the same bytes every time.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    import duckdb

    table.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n", encoding="utf-8")
    with duckdb.connect() as connection:
        connection.execute("SET threads = 1")
        connection.register("rows", table)
        target = utf8_name(folder / f"{name}.parquet").replace("'", "''")
        try:
            connection.execute(f"COPY rows TO '{target}' (FORMAT parquet)")
        except duckdb.IOException as error:
            raise OSError(str(error)) from error


def write_reading(folder: Path) -> None:
    """Write how the tables of a folder are read; call it when they are there."""
    names = sorted(file.stem for file in folder.glob("*.parquet"))
    text = _READING.format(names=", ".join(names), first=names[0])
    (folder / "README.md").write_text(text, encoding="utf-8")


def run_tables(digests: Mapping[str, list[Digest]]) -> dict[str, pd.DataFrame]:
    """The tables of all runs below each other, with scenario and seed in front."""
    tables = {}
    for name in RUN_TABLES:
        pieces = [
            getattr(run, name).assign(scenario=label, seed=run.seed) for label, runs in digests.items() for run in runs
        ]
        table = pd.concat(pieces, ignore_index=True)
        tables[name] = table[["scenario", "seed", *(column for column in table if column not in ("scenario", "seed"))]]
    return tables


def write_common(
    folder: Path,
    scenarios: Mapping[str, Scenario],
    digests: Mapping[str, list[Digest]],
    fingerprint: str,
    price_year: int | None,
) -> None:
    """Write what every run folder holds: scenarios with the files that they name, provenance, tables of the runs."""
    write_scenarios(scenarios, folder)
    provenance = {
        "fingerprint": fingerprint,
        "price_year": price_year,
        "versions": versions(),
        "runs": [
            {"scenario": label, "seed": run.seed, "fingerprint": run.fingerprint}
            for label, runs in digests.items()
            for run in runs
        ],
    }
    (folder / "provenance.json").write_text(
        json.dumps(provenance, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    for name, table in run_tables(digests).items():
        write_table(table, folder, name)


def write_comparison(effects: Effects, out: Path) -> Path:
    """Write the folder of a comparison: tables, figures, report.

    Parameters
    ----------
    effects : Effects
        The comparison.
    out : Path
        Folder in which the new folder is made.

    Returns
    -------
    Path
        The new folder.
    """
    from experiments.figure_files import to_png, to_svg
    from experiments.figures import report_figures
    from experiments.reading_effects import mains
    from experiments.report import report_html

    place = out / folder_name("compare", [effects.base, *mains(effects)], effects.fingerprint)
    with new_folder(place) as folder:
        write_common(folder, effects.scenarios, effects.digests, effects.fingerprint, effects.price_year)
        write_table(effects.frame, folder, "effects")
        (folder / "effects.json").write_text(effects.to_json() + "\n", encoding="utf-8")
        for label in mains(effects):
            for name, (figure, _) in report_figures(effects, label).items():
                file = name if len(mains(effects)) == 1 else f"{folder_name(name, [label], '').rstrip('-')}"
                (folder / f"{file}.svg").write_text(to_svg(figure), encoding="utf-8")
                (folder / f"{file}.png").write_bytes(to_png(figure))
        (folder / "report.html").write_text(report_html(effects), encoding="utf-8")
        write_reading(folder)
    return place


def write_run(
    scenario: Scenario,
    digests: list[Digest],
    estimates: pd.DataFrame,
    fingerprint: str,
    out: Path,
    price_year: int | None = None,
) -> Path:
    """Write the folder of the runs of one scenario, and return it."""
    place = out / folder_name("run", [scenario.name], fingerprint)
    with new_folder(place) as folder:
        write_common(folder, {scenario.name: scenario}, {scenario.name: digests}, fingerprint, price_year)
        write_table(estimates, folder, "estimates")
        write_reading(folder)
    return place
