"""The model described from its code along the ODD protocol (2020) with its decision-making extension, as Markdown.

The prose stands in ``experiments/description_text.py``; every table is read off what runs: record types, the schedule,
decisions, measures, actions, clauses, contracts and parameters. ``docs/odd.md`` is the output.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from experiments.description_text import GRADES, MEANINGS, PAGE, ROLES_OF_PARAMETERS
from experiments.reading_code import comments_in, day_files, where_drawn

if TYPE_CHECKING:
    from agents.actions import Action
    from sim.payment.clauses.written import ClauseSpec

Row = Sequence[object]
Parts = dict[str, object]


def describe_model() -> str:
    """The whole description; the same text for the same code."""
    parts = {
        **_entities(), **_process(), **_decision_making(), **_observation(), **_start(), **_input(), **_payment(),
        **_parameters(),
    }  # fmt: skip
    return PAGE.format(**parts)


def _table(headings: Sequence[str], rows: Iterable[Row]) -> str:
    lines = [_line(headings), "|" + "---|" * len(headings), *(_line(row) for row in rows)]
    return "\n".join(lines)


def _line(cells: Row) -> str:
    return "| " + " | ".join(_cell(cell) for cell in cells) + " |"


def _cell(cell: object) -> str:
    return " ".join(str(cell).split()).replace("|", "\\|").replace("<", "&lt;")


def _code(name: object) -> str:
    return f"`{name}`"


def _named(names: Iterable[object]) -> str:
    return ", ".join(map(_code, names))


def _first_sentence(text: str | None) -> str:
    return " ".join((text or "").split("\n\n")[0].split()).rstrip(".")


# ---- entities ------------------------------------------------------------------------------------------------------


def _entities() -> Parts:
    import sim.state as state
    from calibration.baseline import load_targets
    from sim.clock import DAYS_PER_YEAR
    from sim.measures import CONDITIONS, DIAGNOSES
    from sim.network import WARDS

    comments = comments_in(inspect.getsource(state))

    def variables(record: str, fields: Iterable[tuple[str, str]]) -> list[Row]:
        rows: list[Row] = []
        for name, kind in fields:
            meaning = comments.get((record, name)) or MEANINGS.get(name)
            if not meaning:
                raise KeyError(f"nothing says what {record}.{name} is: add a comment beside it")
            rows.append((_code(name), kind, meaning))
        return rows

    def of(record: str) -> list[Row]:
        dtype = getattr(state, record)
        return variables(record, [(name, str(dtype[name])) for name in dtype.names])

    headings = ("variable", "type", "meaning")
    columns = [(name, _kind(hint)) for name, hint in state.People.__annotations__.items() if name != "card"]
    return {
        "targets": len(load_targets()),
        "agents": _agents(),
        "places": ", ".join(state.PLACES),
        "conditions": ", ".join(f"{bit} {_code(name)}" for name, bit in CONDITIONS.items()),
        "diagnoses": _named(DIAGNOSES),
        "queues": _named(state.Lists._fields),
        "wards": "; ".join(f"{_code(name)} {text}" for name, text in WARDS),
        "year": f"{DAYS_PER_YEAR:g}",
        "person": _table(headings, of("CARD") + variables("People", columns)),
        "course": _table(headings, of("BED")),
        "waiting": _table(headings, of("WAITING")),
        "practice": _table(headings, of("PRACTICE")),
        "unit": _table(headings, of("UNIT")),
        "municipality": _table(headings, of("TOWN")),
        "ward": _table(headings, of("WARD")),
    }


def _kind(hint: object) -> str:
    """Type of an array from how it is declared: ``NDArray[np.int32]`` is int32."""
    found = re.search(r"np\.(\w+)\]", str(getattr(hint, "__forward_arg__", hint)))
    return found[1] if found else "array"


def _agents() -> str:
    from agents.home_care import HomeCareUnit
    from agents.municipality import Municipality
    from agents.patient import Patient
    from agents.practice import GpPractice
    from agents.region import Region, State
    from agents.ward import Ward

    kinds = (Patient, GpPractice, HomeCareUnit, Ward, Municipality, Region, State)
    rows = [(_code(kind.__name__), _first_sentence(kind.__doc__), _named(_properties(kind))) for kind in kinds]
    return _table(("agent", "what it is", "properties"), rows)


def _properties(kind: type) -> list[str]:
    """Properties by which an agent tells about itself, its own and those of its kind."""
    classes = [base for base in reversed(kind.__mro__) if base.__module__.startswith("agents.")]
    found = [name for one in classes for name, value in vars(one).items() if isinstance(value, property)]
    return [name for name in dict.fromkeys(found) if name not in ("columns", "world")]


# ---- process, decisions, observation -------------------------------------------------------------------------------


def _process() -> Parts:
    from sim.schedule import SCHEDULE

    rows = [(step.when, step.number or "", _code(step.process), step.text) for step in SCHEDULE]
    files = [(_code(name), _first_sentence(text), _named(functions)) for name, text, functions in day_files()]
    return {
        "schedule": _table(("when", "step", "process", "what happens"), rows),
        "files": _table(("file", "what it does", "functions"), files),
    }


def _decision_making() -> Parts:
    from agents.actions import all_actions
    from agents.responses.registry import LAWS, RESPONSES
    from sim.chance import DECISIONS
    from sim.parameters import Parameters

    number = Parameters.load().number

    def action_row(action: Action) -> Row:
        span = f"{number(action.number('lowest')):g} to {number(action.number('highest')):g}"
        scale = f"share, observed {number(action.observed):g}" if action.observed else "relative"
        effect = "makes" if action.direction > 0 else "avoids"
        return (
            action.kind, _code(action.name), action.text, action.unit, f"{effect} {_code(action.measure)}",
            action.discretion.replace("_", "-"), span, scale,
        )  # fmt: skip

    drawn = where_drawn()
    decisions = [(name, _named(drawn.get(name, ())) or "kept free") for name in dict.fromkeys((*DECISIONS, *drawn))]
    responses = [
        (_code(name), _first_sentence(sys.modules[respond.__module__].__doc__)) for name, respond in RESPONSES.items()
    ]
    headings = ("provider", "action", "level", "one unit", "a higher level", "discretion", "range", "scale")
    return {
        "actions": _table(headings, map(action_row, all_actions())),
        "laws": _named(LAWS),
        "responses": _table(("response", "who answers so"), responses),
        "decisions": _table(("decision", "drawn in"), decisions),
    }


def _observation() -> Parts:
    import sim.records as records
    from sim.indicators import INDICATORS
    from sim.measures import AGE_BAND_NAMES, FLAGS, MEASURES

    comments = comments_in(inspect.getsource(records))

    def counters(table: str) -> str:
        rows = [
            (_code(name), comments.get((table, name)) or name.replace("_", " ")) for name in getattr(records, table)
        ]
        return _table(("counter", "meaning"), rows)

    indicators = [(_code(one.name), one.unit, one.better, one.aim or "") for one in INDICATORS]
    return {
        "bands": ", ".join(AGE_BAND_NAMES),
        "measures": _table(
            ("measure", "unit", "one row stands for"), [(_code(one.name), one.unit, one.text) for one in MEASURES]
        ),
        "flags": _table(("flag", "bit", "meaning"), [(_code(flag.name), flag.bit, flag.text) for flag in FLAGS]),
        "counters": counters("COUNTERS"),
        "ward_counters": counters("WARD_COUNTERS"),
        "indicators": _table(("indicator", "unit", "better", "triple aim"), indicators),
    }


# ---- start, input, payment -----------------------------------------------------------------------------------------


def _start() -> Parts:
    from sim.library import BASE_SCENARIO, built_in
    from sim.population.synthesis import COLUMNS
    from sim.scenario import Scenario

    scenario = Scenario.load(BASE_SCENARIO)
    return {
        "towns": ", ".join(scenario.population.municipalities),
        "columns": _named(COLUMNS),
        "burn_in": scenario.time.burn_in_years,
        "scenarios": _named(built_in().scenarios()),
    }


def _input() -> Parts:
    from sim.payment.contract import Contract, contract_names

    headings = ("clause", "kind", "pays", "what it says", "grade", "source")
    blocks: list[str] = []
    for contract in map(Contract.load, contract_names()):
        rows = _table(headings, map(_clause, contract.clauses))
        blocks += [f"### Contract {_code(contract.name)}", contract.explanation.en, rows]
    return {"contracts": "\n\n".join(block for block in blocks if block)}


def _clause(clause: ClauseSpec) -> Row:
    sides = [str(getattr(clause, side)) for side in ("payer", "payee") if getattr(clause, side, None)]
    return _code(clause.id), clause.kind, " to ".join(sides), clause.text.en, clause.grade, clause.source


def _payment() -> Parts:
    from sim.payment.accounts import ROLES
    from sim.payment.clauses.written import ClauseSpec
    from sim.payment.contract import KINDS

    rows = [
        (
            _code(name),
            _first_sentence(kind.spec.__doc__),
            _named(term for term in kind.spec.model_fields if term not in ClauseSpec.model_fields),
        )
        for name, kind in KINDS.items()
    ]
    return {"roles": _named(ROLES), "kinds": _table(("kind", "what it is", "terms"), rows)}


# ---- parameters ----------------------------------------------------------------------------------------------------


def _parameters() -> Parts:
    from sim.parameters import Parameters

    rows = Parameters.load().rows()
    themes = list(dict.fromkeys(row["theme"] for row in rows))
    return {
        "grades": _table(("grade", "meaning"), GRADES.items()),
        "roles_of_parameters": _table(("role", "meaning"), ROLES_OF_PARAMETERS.items()),
        "counts": _table(("theme", *GRADES, "all"), _counts(rows, themes)),
        "parameters": "\n\n".join(_theme(theme, [row for row in rows if row["theme"] == theme]) for theme in themes),
    }


def _counts(rows: list[dict[str, Any]], themes: list[str]) -> Iterator[Row]:
    found = Counter((row["theme"], row["grade"]) for row in rows)
    for theme in themes:
        counts = [found[theme, grade] for grade in GRADES]
        yield theme, *counts, sum(counts)
    totals = Counter(row["grade"] for row in rows)
    yield "all", *(totals[grade] for grade in GRADES), len(rows)


def _theme(theme: str, rows: list[dict[str, Any]]) -> str:
    headings = ("parameter", "value", "range", "unit", "meaning", "grade", "role", "source")
    return f"### Parameters: {theme}\n\n" + _table(headings, map(_parameter, rows))


def _parameter(row: dict[str, Any]) -> Row:
    known = row["low"] is not None or row["high"] is not None
    span = f"{_number(row['low'])} to {_number(row['high'])}" if known else ""
    source = f"{row['source']} ({row['row']})" if row["row"] and row["row"] not in row["source"] else row["source"]
    name = row["name"].removeprefix(row["theme"] + ".")
    return _code(name), _number(row["value"]), span, row["unit"], row["text"], row["grade"], row["role"], source


def _number(value: object) -> str:
    if value is None:
        return "open"
    if isinstance(value, tuple):
        return ", ".join(map(_number, value))
    return repr(value).removesuffix(".0")
