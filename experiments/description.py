"""The model described from its code along the ODD protocol (2020) with its decision-making extension, as Markdown.

Sentences that say why stand here; every table is read off what runs: record types, the schedule, decisions, measures,
actions, clauses, contracts and parameters. ``docs/odd.md`` is the output, and a test keeps it current.
"""

from __future__ import annotations

import ast
import inspect
import io
import re
import sys
import tokenize
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from types import ModuleType

    from agents.actions import Action
    from sim.payment.clauses.written import ClauseSpec

Row = Sequence[object]

_SIM: Final = Path(__file__).parents[1] / "sim"
#: What a variable is, where neither its record nor an agent says it.
_MEANINGS: Final[dict[str, str]] = {
    "key": "stable key of a person",
    "birth": "day of birth",
    "unit": "home-care unit of the district",
    "nursing": "home nursing, minutes a week",
    "row": "row of the person",
    "day": "since when, until when or for when, by queue",
    "ratio": "severity over the need of a bed",
    "kind": "what is waited for",
    "band": "age band",
    "value": "tariff value, øre",
    "admitted": "day and hour of admission",
    "ready": "day and hour from which no hospital care is needed",
    "episode": "day on which the course began",
    "nights": "midnights so far",
    "ward": "ward",
    "diagnosis": "diagnosis group",
    "waits_for": "what is needed from the municipality at discharge",
    "gp_minutes": "capacity, tenths of minutes a weekday",
    "gp_background": "mean used by people under 65, tenths of minutes a weekday",
    "gp_key": "key of its luck",
    "unit_capacity": "home help, minutes a week",
    "unit_committed": "of these granted, minutes a week",
    "unit_municipality": "municipality",
    "nurse_capacity": "visits of the acute nurse a day",
    "temporary_capacity": "temporary places for older people",
    "temporary_used": "of these taken",
    "nursing_capacity": "nursing-home places",
    "nursing_used": "of these taken, people in hospital included",
    "share_acute": "share of acute courses held at the catchment's hospital",
    "share_elective": "the same of planned courses",
    "ward_beds": "staffed beds",
    "ward_key": "key of its luck",
    "instability": "short-lived deviation of health, in standard deviations",
    "frailty": "frailty index, 0 robust to 1",
    "municipality": "home municipality",
    "practice": "general practice on whose list the person is",
    "alone": "lives alone",
}
_GRADES: Final = {
    "quoted": "stands so in a source",
    "derived": "computed from a source",
    "assumed": "nobody has published it; a reasoned choice",
    "prior-only": "unknown; a wide prior with zero inside",
}
_ROLES: Final = {
    "lever": "policy chooses it",
    "uncertainty": "nobody knows it exactly",
    "constant": "held still",
}


def describe_model() -> str:
    """The whole description; the same text for the same code."""
    parts = [
        _opening(),
        _purpose(),
        _entities(),
        _process(),
        _design(),
        _initial(),
        _input(),
        _submodels(),
        _parameters(),
    ]
    return "\n\n".join(part.strip("\n") for part in parts)


# ---- Markdown ------------------------------------------------------------------------------------------------------


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
    paragraph = " ".join((text or "").split("\n\n")[0].split())
    return paragraph.rstrip(".")


# ---- reading the code ----------------------------------------------------------------------------------------------


def _comments(source: str) -> dict[tuple[str, str], str]:
    """What comments say of the fields of records and tuples, by (record, field): ``("frailty", np.float32),  # ...``."""
    spoken = {
        token.start[0]: token.string.lstrip("#: ").strip()
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type == tokenize.COMMENT
    }
    found: dict[tuple[str, str], str] = {}
    for record, name, line in _fields_in(ast.parse(source)):
        if line in spoken:
            found[record, name] = spoken[line]
    return found


def _fields_in(tree: ast.Module) -> Iterator[tuple[str, str, int]]:
    """Record, field and line of everything declared in a module."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            for item in node.body:
                if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name):
                    yield node.name, item.target.id, item.lineno
        elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            for inner in ast.walk(node.value):
                if isinstance(inner, ast.Constant) and isinstance(inner.value, str) and isinstance(target, ast.Name):
                    yield target.id, inner.value, inner.lineno


def _source(module: ModuleType) -> str:
    return Path(inspect.getfile(module)).read_text(encoding="utf-8")


def _variables(record: str, fields: Iterable[tuple[str, str]], comments: dict[tuple[str, str], str]) -> list[Row]:
    rows: list[Row] = []
    for name, kind in fields:
        meaning = comments.get((record, name)) or _MEANINGS.get(name, "")
        if not meaning:
            raise KeyError(f"nobody says what {record}.{name} is: add a comment beside it")
        rows.append((_code(name), kind, meaning))
    return rows


def _fields_of(dtype: Any) -> list[tuple[str, str]]:
    return [(name, str(dtype[name])) for name in dtype.names]


# ---- the parts -----------------------------------------------------------------------------------------------------


def _opening() -> str:
    return """
# The model described

This page is written from the code by `tvaers describe`; a test checks that it is current. It follows the ODD protocol
(Grimm and others 2020, *Journal of Artificial Societies and Social Simulation* 23(2) 7) with the extension for human
decisions (Müller and others 2013, *Environmental Modelling & Software* 48, 37-48).
"""


def _purpose() -> str:
    from calibration.baseline import load_targets

    targets = len(load_targets())
    return f"""
## 1 Purpose and patterns

What would happen to admissions, readmissions and costs if care for older people were paid for differently, to whom, and who
would pay? The model answers by comparing contracts on the same people with the same luck. It is for what-if and sensitivity
analysis by health economists and planners, not for forecasts, clinical decisions or single persons.

Whether it is fit for that is judged by patterns: {targets} levels of today, by age, municipality and season, each with a
range and a source (see [baseline fit](baseline.md)), and identities and closed forms that hold in any case (tests).
"""


def _entities() -> str:
    import sim.state as state
    from sim.clock import DAYS_PER_YEAR
    from sim.measures import CONDITIONS, DIAGNOSES
    from sim.network import WARDS

    comments = _comments(_source(state))
    people = [(name, "array") for name in state.People._fields if name != "card"]
    columns = ("variable", "type", "meaning")
    blocks = [
        "## 2 Entities, state variables, and scales",
        _agents(),
        "### Person",
        "One row of columns; " + f"a person is {_named(state.PLACES)} (variable `place`). Conditions are the bits "
        + ", ".join(f"{bit} {_code(name)}" for name, bit in CONDITIONS.items()) + ".",
        _table(columns, _variables("CARD", _fields_of(state.CARD), comments) + _variables("People", people, comments)),
    ]  # fmt: skip
    for heading, text, record, dtype in (
        (
            "Hospital course",
            f"One for everybody in hospital now. Diagnosis groups: {_named(DIAGNOSES)}.",
            "BED",
            state.BED,
        ),
        ("Place in a queue", f"Queues and bookings: {_named(state.Lists._fields)}.", "WAITING", state.WAITING),
        ("General practice", "", "PRACTICE", state.PRACTICE),
        ("Home-care unit", "", "UNIT", state.UNIT),
        ("Municipality", "", "TOWN", state.TOWN),
        ("Ward", "; ".join(f"`{name}`: {text}" for name, text in WARDS) + ".", "WARD", state.WARD),
    ):
        blocks += [
            f"### {heading}",
            *([text] if text else []),
            _table(columns, _variables(record, _fields_of(dtype), comments)),
        ]
    blocks += [
        "Providers also have one level per action (section 4), 1 where nothing differs from what was observed, and accounts.",
        "### Scales",
        f"One step is a day of the calendar; a year has {DAYS_PER_YEAR:g} days where ages and rates are converted. Providers "
        "decide once a month; contracts are settled each month and closed each year. Space is municipality, district and "
        "practice; distances play no part. A `scale` below 1 samples people and leaves organisations at full size.",
    ]
    return "\n\n".join(blocks)


def _agents() -> str:
    from agents.home_care import HomeCareUnit
    from agents.municipality import Municipality
    from agents.patient import Patient
    from agents.practice import GpPractice
    from agents.region import Region, State
    from agents.ward import Ward

    def properties(kind: type) -> list[str]:
        classes = [base for base in reversed(kind.__mro__) if base.__module__.startswith("agents.")]
        hidden = ("columns", "world")
        return [name for one in classes for name, value in vars(one).items()
                if isinstance(value, property) and name not in hidden]  # fmt: skip

    kinds = (Patient, GpPractice, HomeCareUnit, Ward, Municipality, Region, State)
    rows = [(_code(kind.__name__), _first_sentence(kind.__doc__), _named(properties(kind))) for kind in kinds]
    text = "Each is a Mesa agent that is a name for one row of the state and keeps nothing else."
    return text + "\n\n" + _table(("agent", "what it is", "properties"), rows)


def _process() -> str:
    from sim.schedule import SCHEDULE

    rows = [(step.when, step.number or "", _code(step.process), step.text) for step in SCHEDULE]
    return "\n\n".join([
        "## 3 Process overview and scheduling",
        "The order below is the order of the calls in the compiled day (a test compares them). The number is that of the step "
        "in [the day](day.md). Where a capacity can run out, claims are collected first, ranked by urgency, days waited, a "
        "draw of person and day, and the person's key, and then served; the order of the rows plays no part.",
        _table(("when", "step", "process", "what happens"), rows),
    ])  # fmt: skip


def _design() -> str:
    return "\n\n".join([
        "## 4 Design concepts",
        """**Basic principles.** Care follows need, capacity and what providers choose to offer. What providers choose moves with
what their contracts pay at the margin, derived from the clauses and never typed in (see [incentives](incentives.md)).

**Emergence.** Admissions, readmissions, stays, waiting and finished-treated days, and who gains and loses; none is a rate
that is put in. Levels are adapted to history by figures that say so.""",
        "### Individual decision-making",
        "People do not optimise: where they turn is drawn from severity, hour, habit and place of living. Providers decide; "
        "municipalities, region and state pay and own. Each provider sets the levels of its actions once a month.",
        _actions(),
        "A level answers a change of the felt incentive against the reference contract. The responses:",
        _responses(),
        """### Learning, prediction, sensing

Levels drift towards their target over years; expectations of yearly clauses are updated month by month from what has been
earned so far. Providers sense their own accounts, their load, and, where imitation is on, the levels of peers in the same
quality cluster. Nobody sees the future or another scenario.

### Interaction, collectives, heterogeneity

People compete for minutes, hours, nurses, places and beds. Providers interact through patients, accounts and, as members of
a consortium, through shared results. People differ in age, sex, conditions, frailty, living and luck; practices in size,
town and cluster.

### Individual interaction with the world outside

Younger patients and other diagnoses are workload; people treated at another hospital are paid for and counted but take no
bed; freed beds are partly refilled.

### Stochasticity""",
        "Every draw is a function of seed, person, decision, day and index (see [chance](chance.md)), so that scenarios are "
        "compared on the same luck. The decisions drawn:",
        _decisions(),
        "### Observation",
        _observation(),
    ])  # fmt: skip


def _actions() -> str:
    from agents.actions import all_actions
    from sim.parameters import Parameters

    figures = Parameters.load()

    def row(action: Action) -> Row:
        number = figures.number
        share = f"share, observed {number(action.observed):g}" if action.observed else "relative"
        return (
            action.kind, _code(action.name), action.text, action.unit, _code(action.measure),
            "makes" if action.direction > 0 else "avoids", action.discretion.replace("_", "-"),
            f"{number(action.number('lowest')):g}-{number(action.number('highest')):g}", share,
        )  # fmt: skip

    headings = ("provider", "action", "level", "one unit", "measure", "a higher level", "discretion", "range", "scale")
    return _table(headings, map(row, all_actions()))


def _responses() -> str:
    from agents.responses.registry import LAWS, RESPONSES

    rows = [
        (_code(name), _first_sentence(sys.modules[respond.__module__].__doc__)) for name, respond in RESPONSES.items()
    ]
    return _table(("response", "who answers so"), rows) + f"\n\nLaws of the answer: {_named(LAWS)}."


def _decisions() -> str:
    from sim.chance import DECISIONS

    drawn = _where_drawn()
    names = dict.fromkeys((*DECISIONS, *sorted(drawn)))
    return _table(("decision", "drawn in"), [(name, _named(drawn.get(name, [])) or "kept free") for name in names])


def _where_drawn() -> dict[str, list[str]]:
    """Functions that draw each decision: streams of the compiled day, and names given to ``uniforms``."""
    streams = _stream_names()
    found: dict[str, list[str]] = {}
    for file in sorted(_SIM.rglob("*.py")):
        for function in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(function, ast.FunctionDef):
                for decision in _draws_in(function, streams):
                    where = f"{file.stem}.{function.name}"
                    if where not in found.setdefault(decision, []):
                        found[decision].append(where)
    return found


def _stream_names() -> dict[str, str]:
    """Decision behind each constant of ``sim/day/streams.py``."""
    tree = ast.parse((_SIM / "day" / "streams.py").read_text(encoding="utf-8"))
    return {
        target.id: node.value.slice.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
        if isinstance(node.value, ast.Subscript) and isinstance(node.value.slice, ast.Constant)
    }


def _draws_in(function: ast.FunctionDef, streams: dict[str, str]) -> Iterator[str]:
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and node.id in streams:
            yield streams[node.id]
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "uniforms":
            for given in node.args[1:2]:
                if isinstance(given, ast.Constant):
                    yield str(given.value)


def _observation() -> str:
    import sim.records as records
    from sim.indicators import INDICATORS
    from sim.measures import AGE_BAND_NAMES, FLAGS, MEASURES

    comments = _comments(_source(records))
    counters = [(_code(name), comments.get(("COUNTERS", name), "")) for name in records.COUNTERS]
    wards = [(_code(name), comments.get(("WARD_COUNTERS", name), "")) for name in records.WARD_COUNTERS]
    return "\n\n".join([
        "Everything that happens is one row of the month's activity table, from which payment, costs and indicators are all "
        f"computed; age bands are {', '.join(AGE_BAND_NAMES)}.",
        "#### Measures",
        _table(("measure", "unit", "one row stands for"), [(_code(one.name), one.unit, one.text) for one in MEASURES]),
        "Flags of a row:",
        _table(("flag", "bit", "meaning"), [(_code(flag.name), flag.bit, flag.text) for flag in FLAGS]),
        "#### Counters",
        "What is counted besides, by month, municipality and age band; what did not happen is among it.",
        _table(("counter", "meaning"), counters),
        "By ward and month:",
        _table(("counter", "meaning"), wards),
        "#### Indicators",
        "Defined in words and formulas in [indicators](indicators.md).",
        _table(("indicator", "unit", "better", "triple aim"),
               [(_code(one.name), one.unit, one.better, one.aim or "") for one in INDICATORS]),
    ])  # fmt: skip


def _initial() -> str:
    from sim.library import built_in
    from sim.population.synthesis import COLUMNS
    from sim.scenario import Scenario

    scenario = Scenario.load("denmark-2018")
    return "\n\n".join([
        "## 5 Initialisation",
        f"People of {', '.join(scenario.population.municipalities)} are made from published figures before the first day, "
        f"those who will come included: {_named(COLUMNS)}. Levels of living alone, conditions and nursing homes are solved so "
        "that published shares are met; the hazard of death is solved so that deaths meet the life table. A person's "
        "attributes depend on the seed, the figures and the person alone.",
        f"Burn-in of {scenario.time.burn_in_years} year(s) runs under the reference contract with every level as observed. "
        f"Built-in scenarios: {_named(built_in().scenarios())}.",
    ])  # fmt: skip


def _input() -> str:
    from sim.payment.contract import Contract, contract_names

    blocks = [
        "## 6 Input data",
        "No series from outside drives a run: season and infection waves are figures with keyed luck. What is put in are "
        "figures (section 8), a scenario, and contracts. Built-in contracts, clause by clause:",
    ]
    for contract in map(Contract.load, contract_names()):
        blocks += [
            f"### Contract {_code(contract.name)}",
            contract.explanation.en,
            _table(("clause", "kind", "pays", "what it says", "grade", "source"), map(_clause, contract.clauses)),
        ]
    return "\n\n".join(blocks)


def _clause(clause: ClauseSpec) -> Row:
    sides = [str(getattr(clause, side)) for side in ("payer", "payee") if getattr(clause, side, None)]
    return _code(clause.id), clause.kind, " to ".join(sides), clause.text.en, clause.grade, clause.source


def _submodels() -> str:
    from sim.payment.accounts import ROLES
    from sim.payment.contract import KINDS

    kinds = [
        (_code(name), _first_sentence(kind.spec.__doc__), _named(_own_terms(kind.spec))) for name, kind in KINDS.items()
    ]
    return "\n\n".join([
        "## 7 Submodels",
        "### The day",
        "One small file each; the functions are the processes of section 3 and what they are made of.",
        _table(("file", "what it does", "functions"), _day_files()),
        "### Payment",
        f"Roles that pay and are paid: {_named(ROLES)}. Kinds of clauses:",
        _table(("kind", "what it is", "terms"), kinds),
        "How clauses become a ledger, and a ledger becomes incentives: [contracts](contracts.md), [incentives](incentives.md), "
        "[money](money.md).",
    ])  # fmt: skip


def _own_terms(spec: type[ClauseSpec]) -> list[str]:
    from sim.payment.clauses.written import ClauseSpec as Common

    return [name for name in spec.model_fields if name not in Common.model_fields]


def _day_files() -> Iterator[Row]:
    for file in sorted((_SIM / "day").glob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        functions = [node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name[0] != "_"]
        if functions:
            yield _code(f"sim/day/{file.name}"), _first_sentence(ast.get_docstring(tree)), _named(functions)


# ---- parameters ----------------------------------------------------------------------------------------------------


def _parameters() -> str:
    from sim.parameters import Parameters

    rows = Parameters.load().rows()
    grades = Counter((row["theme"], row["grade"]) for row in rows)
    themes = list(dict.fromkeys(row["theme"] for row in rows))
    counts: list[Row] = [
        (f"[{theme}](#parameters-{theme})", *(grades[theme, grade] for grade in _GRADES), sum(grades[theme, grade] for grade in _GRADES))
        for theme in themes
    ]  # fmt: skip
    totals = [sum(grades[theme, grade] for theme in themes) for grade in _GRADES]
    blocks = [
        "## 8 Parameters",
        "Every figure with its source; grade says how well it is known, role what it is for. Any of them can be "
        "[replaced](replacing-a-figure.md).",
        _table(("grade", "meaning"), _GRADES.items()),
        _table(("role", "meaning"), _ROLES.items()),
        _table(("theme", *_GRADES, "all"), [*counts, ("all", *totals, sum(totals))]),
    ]
    for theme in themes:
        of_theme = [_parameter(row) for row in rows if row["theme"] == theme]
        headings = ("parameter", "value", "range", "unit", "meaning", "grade", "role", "source")
        blocks += [f"### Parameters: {theme}", _table(headings, of_theme)]
    return "\n\n".join(blocks)


def _parameter(row: dict[str, Any]) -> Row:
    known = row["low"] is not None or row["high"] is not None
    span = f"{_number(row['low'])} to {_number(row['high'])}" if known else ""
    source = f"{row['source']} ({row['row']})" if row["row"] and row["row"] not in row["source"] else row["source"]
    name = row["name"].removeprefix(row["theme"] + ".")
    return _code(name), _number(row["value"]), span, row["unit"], row["text"], row["grade"], row["role"], source


def _number(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, tuple):
        return ", ".join(map(_number, value))
    return re.sub(r"\.0$", "", repr(value))
