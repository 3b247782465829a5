"""The command ``tvaers``: results on standard output, everything else on standard error.

Each command loads what it needs when it runs, so that ``--help``, ``check`` and ``contracts`` answer at once.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from experiments.limits import MOST_SEEDS, MOST_WORKERS
from sim.limits import MOST_ROOT, whole_number

if TYPE_CHECKING:
    import pandas as pd

    from sim.scenario import Scenario

app = typer.Typer(
    name="tvaers",
    help="What would happen to admissions, readmissions and costs if care for older people were paid for differently, "
    "to whom, and who would pay?",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)


def _whole(name: str, least: int, most: int) -> dict[str, Any]:
    """How an option of a whole number is read: with an error that says what is allowed."""

    def read(text: str) -> int:
        from sim.reading import InputError, shown

        try:
            return whole_number(name, int(text), least, most)
        except (ValueError, InputError):
            allowed = f"a whole number from {least:,} to {most:,}"
            raise typer.BadParameter(f"{shown(text)} is not possible here. Allowed: {allowed}.") from None

    return {"parser": read, "metavar": "N"}


ScenarioName = Annotated[str, typer.Argument(metavar="SCENARIO", help="Name of a built-in scenario, or a file.")]
Seed = Annotated[int, typer.Option("--seed", **_whole("seed", 0, MOST_ROOT), help="Root seed of all luck.")]
Seeds = Annotated[
    int,
    typer.Option("--seeds", **_whole("seeds", 1, MOST_SEEDS), help="Replicate runs, derived from the root seed."),
]
Workers = Annotated[
    int | None,
    typer.Option(
        "--workers",
        **_whole("workers", 1, MOST_WORKERS),
        help="Processes; default one per processor. Never changes a result.",
    ),
]
Out = Annotated[Path, typer.Option("--out", help="Folder in which the run folder is made.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of tables.")]


@app.command(epilog="Example: tvaers run denmark-2018 --seeds 20")
def run(
    scenario: ScenarioName, seed: Seed = 1, seeds: Seeds = 10, workers: Workers = None,
    out: Out = Path("results"), json: Json = False,
) -> None:  # fmt: skip
    """Run one scenario and print its indicators with intervals."""
    loaded = _load(scenario)
    from experiments.levels import estimates_of
    from experiments.numbers_in_words import counted
    from experiments.replication import Order, derive_seeds, joint_fingerprint, replicate
    from experiments.run_folder import write_run
    from experiments.run_place import ensure_place
    from experiments.terminal import ProgressOnError, show_json, show_tables
    from experiments.variants import price_year

    ensure_place(out)
    drawn = derive_seeds(seed, seeds)
    with ProgressOnError(loaded.name) as progress:
        digests = replicate([Order("run", loaded)], drawn, workers=workers, on_progress=progress)["run"]
        estimates = estimates_of(digests)
        fingerprint = joint_fingerprint([digest.fingerprint for digest in digests])
        place = write_run(loaded, digests, estimates, fingerprint, out, price_year(loaded))
    _say_where(place)
    if json:
        from experiments.json_output import run_json

        show_json(run_json(fingerprint, loaded.name, drawn, estimates))
        return
    from experiments.levels import chosen
    from experiments.tables import levels_report

    span, prices = counted(loaded.time.years, "year"), price_year(loaded)
    heading = f"{loaded.name}: {span}, {counted(seeds, 'run')}; {f'prices of {prices}; ' if prices else ''}"
    heading += f"fingerprint {fingerprint[:16]}"
    show_tables(levels_report(chosen(estimates), heading))


@app.command(epilog="Example: tvaers compare denmark-2018 shared-savings --seeds 30")
def compare(
    base: Annotated[str, typer.Argument(metavar="BASE", help="What the others are compared with.")],
    others: Annotated[list[str], typer.Argument(metavar="OTHER...", help="Scenarios to compare, names or files.")],
    seed: Seed = 1, seeds: Seeds = 30, workers: Workers = None,
    by_actor: Annotated[bool, typer.Option("--by-actor", help="Split the behavioural part by actor.")] = False,
    out: Out = Path("results"), json: Json = False,
) -> None:  # fmt: skip
    """Compare scenarios on the same people with the same luck: effects with 90 % intervals, who pays, and why.

    A consortium is also run with members who take no account of its result
    and with members who take more of it (governance 0 and 0.6), and on fewer
    seeds with members who look to all that any member gains or loses. A report
    with figures is written.
    """
    first, asked = _load(base), [_load(other) for other in others]
    from experiments.comparison import compare as compare_scenarios
    from experiments.comparison import names_beside
    from experiments.run_folder import write_comparison
    from experiments.run_place import ensure_place
    from experiments.terminal import ProgressOnError, say, show_json, show_tables
    from experiments.variants import MEMBERSHIP_SEEDS, governance_ends, other_membership

    ensure_place(out)
    labelled: list[tuple[str, Scenario]] = []
    fewer: dict[str, int] = {}
    for label, scenario in zip(names_beside(first, asked), asked, strict=True):
        others_of = other_membership(scenario, label)
        labelled += [(label, scenario), *governance_ends(scenario, label), *others_of]
        fewer |= dict.fromkeys((name for name, _ in others_of), MEMBERSHIP_SEEDS)
    with ProgressOnError("comparing") as progress:
        effects = compare_scenarios(
            first, *(scenario for _, scenario in labelled), labels=[label for label, _ in labelled],
            fewer=fewer, seeds=seeds, seed=seed, workers=workers, by_actor=by_actor, on_progress=progress,
        )  # fmt: skip
        place = write_comparison(effects, out)
    if json:
        show_json(effects.to_json())
    else:
        from experiments.tables import effects_report

        show_tables(effects_report(effects))
    say(f"Report: {place / 'report.html'}")


@app.command(epilog="Example: tvaers incentives shared-savings --against denmark-2018")
def incentives(
    scenario: ScenarioName,
    against: Annotated[str | None, typer.Option("--against", help="Scenario that is subtracted.")] = None,
    by_account: Annotated[bool, typer.Option("--by-account", help="Keep the accounts of a chain apart.")] = False,
    seed: Seed = 1, out: Out = Path("results"), json: Json = False,
) -> None:  # fmt: skip
    """Show what each actor gains or loses by one more of each act, before any run."""
    loaded, other = _load(scenario), _load(against) if against else None
    from experiments.incentive_map import incentive_rows, kinds, planned, settled_on
    from experiments.run_place import ensure_place
    from experiments.terminal import show_json, show_tables

    ensure_place(out)
    found = planned(loaded, seed)
    table, before = found.rows, planned(other, seed).rows if other else None
    rows = incentive_rows(table, before, by_account=by_account)
    names = [loaded.name, *([f"against {other.name}"] if other else [])]
    single = incentive_rows(table, before)
    means = kinds(single[single["actor"] != "gp"])
    _say_where(_write_incentives(names, loaded.fingerprint(seed), rows, means, out))
    if json:
        from experiments.json_output import rows_json

        show_json(rows_json(rows, "incentives by account" if by_account else "incentives"))
        return
    from experiments.tables import incentives_report
    from experiments.variants import price_year

    shown = kinds(rows[rows["actor"] != "gp"]) if by_account else means
    prices = f", prices of {price_year(loaded)}" if price_year(loaded) else ""
    heading = f"Kroner{prices}, for one more of each act: {', '.join(names)} (means over members)"
    show_tables(incentives_report(shown, heading, settled_on(loaded, found.foreseen)))


@app.command(epilog="Example: tvaers contracts shared-savings")
def contracts(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="A contract to explain, by name or file.")
    ] = None,
    json: Json = False,
) -> None:
    """List the contracts that are built in, or explain one clause by clause."""
    from experiments import contract_tables
    from experiments.terminal import show_json, show_tables

    if json:
        show_json(contract_tables.contracts_json(name))
        return
    show_tables(contract_tables.listing() if name is None else contract_tables.explanation(name))


@app.command(epilog="Example: tvaers check my-scenario.toml my-contract.toml")
def check(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="Scenario, contract or figures files.")],
    json: Json = False,
) -> None:
    """Say what is wrong with files, where, and what is allowed; exit code 2 if anything is."""
    from experiments.checking import check_files
    from experiments.terminal import show, show_json, wrapped

    found = check_files(files)
    if json:
        from experiments.json_output import to_text

        show_json(to_text({"rows": [one.as_record() for one in found]}))
    else:
        for one in found:
            show("\n".join(wrapped(line) for line in one.lines()))
    if not all(one.ok for one in found):
        raise typer.Exit(2)


@app.command(epilog="Example: tvaers validate baseline --seeds 20")
def validate(
    cases: Annotated[list[str] | None, typer.Argument(metavar="[CASE...]", help="Cases; all if none is named.")] = None,
    seed: Seed = 1, seeds: Seeds = 20, workers: Workers = None, json: Json = False,
) -> None:  # fmt: skip
    """Compare the model with what is known. A value outside its range is a result: the exit code stays 0."""
    from experiments.terminal import ProgressOnError, show_json, show_tables
    from experiments.validation import validate as validate_cases
    from experiments.validation import validation_report

    with ProgressOnError("validating") as progress:
        rows = validate_cases(cases or (), seed=seed, seeds=seeds, workers=workers, on_progress=progress)
    if json:
        from experiments.json_output import rows_json

        show_json(rows_json(rows, "validate"))
        return
    show_tables(validation_report(rows))


@app.command(epilog="Example: tvaers bench --json")
def bench(json: Json = False) -> None:
    """Measure speed and memory on this machine, beside a plain Mesa version of the same reduced model."""
    from experiments.terminal import note, show_json, show_tables

    measured = _part("bench", "measure")(note)
    if json:
        from experiments.json_output import bench_json

        show_json(bench_json(measured))
        return
    from experiments.bench_tables import bench_report

    show_tables(bench_report(measured))


@app.command(epilog="Example: tvaers describe > odd.md")
def describe() -> None:
    """Describe the model from its code: entities, schedule, parameters with sources (Markdown)."""
    from experiments.terminal import show

    show(_part("description", "describe_model")())


def _part(module: str, name: str) -> Any:
    """Load a part of the experiments that is needed by one command alone."""
    import importlib

    return getattr(importlib.import_module(f"experiments.{module}"), name)


def _load(reference: str) -> Scenario:
    from experiments.terminal import note
    from sim.scenario import Scenario

    scenario = Scenario.load(reference)
    if scenario.population.scale < 1.0:
        note(
            f"{scenario.name}: a sample of {scenario.population.scale:g} of the people meets organisations of full "
            "size; all others are load, as measured for the whole catchment. What rarely runs out is less exact than "
            "means. Decide on scale 1."
        )
    return scenario


def _say_where(place: Path) -> None:
    from experiments.terminal import say

    say(f"Written: {place}")


def _write_incentives(names: list[str], fingerprint: str, rows: pd.DataFrame, means: pd.DataFrame, out: Path) -> Path:
    from experiments.figure_files import to_png, to_svg
    from experiments.figures import incentive_map_figure
    from experiments.run_folder import write_reading, write_table
    from experiments.run_place import folder_name, new_folder

    place = out / folder_name("incentives", names, fingerprint)
    with new_folder(place) as folder:
        write_table(rows, folder, "incentives")
        write_reading(folder)
        figure = incentive_map_figure(means, f"What one more is worth: {', '.join(names)}", fingerprint)
        (folder / "incentives.svg").write_text(to_svg(figure), encoding="utf-8")
        (folder / "incentives.png").write_bytes(to_png(figure))
    return place


def main() -> None:
    """Run the command; a problem is said in a line, never as a traceback."""
    from experiments.interruption import Interrupted, end_with, interruptible
    from experiments.terminal import explain, settle_width, tolerant_streams

    tolerant_streams()
    settle_width()
    with interruptible():
        try:
            app(prog_name="tvaers")
        except Interrupted as stopped:
            end_with(f"tvaers: {stopped}")
        except Exception as error:
            raise SystemExit(explain(error)) from None


if __name__ == "__main__":
    main()
