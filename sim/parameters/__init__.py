"""Every figure of the model with unit, range, source, grade and role, from the TOML files in this folder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from sim.kept import made_by_file
from sim.parameters import record
from sim.parameters.record import Parameter, Value, as_value, numbers_of, parameter_from, read_theme
from sim.reading import InputError, nearest, no_such, shown

__all__ = ["Parameter", "Parameters", "Value"]

FOLDER = Path(__file__).parent


class Parameters:
    """All parameters of one scenario; never changes.

    ``parameters["health.admission.rate"]`` is a float, or a tuple of floats for figures by age band or diagnosis.
    """

    __slots__ = ("_defaults", "_hash", "_records", "_values")
    _defaults: Mapping[str, Parameter]
    _records: Mapping[str, Parameter]
    _values: Mapping[str, Value]
    _hash: int | None

    def __init__(
        self, defaults: Mapping[str, Parameter], records: Mapping[str, Parameter], values: Mapping[str, Value]
    ) -> None:
        for name, content in (("_defaults", defaults), ("_records", records), ("_values", values), ("_hash", None)):
            object.__setattr__(self, name, content)

    @classmethod
    def load(cls, folder: Path = FOLDER) -> Parameters:
        """The built-in figures.

        Raises
        ------
        InputError
            Naming file, line and key, if a file in the folder is wrong.
        """
        files = sorted(folder.glob("*.toml"))
        return _loaded(tuple((file, file.stat().st_size, file.stat().st_mtime_ns) for file in files))

    def __setattr__(self, name: str, value: object) -> None:
        """Parameters never change; :meth:`replace` gives new ones."""
        raise AttributeError("parameters never change: use replace()")

    def __getitem__(self, name: str) -> Value:
        """Value of a parameter, in its unit."""
        try:
            return self._values[name]
        except KeyError:
            raise self.unknown(name) from None

    def __contains__(self, name: object) -> bool:
        """Whether there is a parameter of that name."""
        return name in self._values

    def __iter__(self) -> Iterator[str]:
        """Names, theme by theme in the order of the files."""
        return iter(self._values)

    def __len__(self) -> int:
        """How many parameters there are."""
        return len(self._values)

    def __eq__(self, other: object) -> bool:
        """Whether all values, ranges and sources are equal."""
        if not isinstance(other, Parameters):
            return NotImplemented
        return self._values == other._values and self._records == other._records

    def __hash__(self) -> int:
        """Hash of all values."""
        if self._hash is None:
            object.__setattr__(self, "_hash", hash(tuple(self._values.items())))
        return int(self._hash or 0)

    def __reduce__(self) -> tuple[Any, ...]:
        """Copies and pickles keep the shared defaults."""
        return Parameters, (self._defaults, self._records, self._values)

    def __repr__(self) -> str:
        """Count and differences, for notebooks."""
        return f"<{len(self)} parameters, {len(self.changed())} changed>"

    def number(self, name: str) -> float:
        """Value of a parameter that is one number."""
        value = self[name]
        if isinstance(value, tuple):
            raise InputError(
                f"{name} has {len(value)} values where one is expected", key=name, allowed="a single number"
            )
        return value

    def numbers(self, name: str) -> tuple[float, ...]:
        """Values of a parameter, also if it is one number."""
        return numbers_of(self[name])

    def parameter(self, name: str) -> Parameter:
        """A parameter with its present value and all that is known about it."""
        if name not in self._values:
            raise self.unknown(name)
        kept = self._records[name]
        return kept if kept.value == self._values[name] else kept.model_copy(update={"value": self._values[name]})

    def table(self, prefix: str) -> dict[str, Any]:
        """Values of all parameters below a prefix, as nested dictionaries."""
        found: dict[str, Any] = {}
        for name, value in self._values.items():
            if name.startswith(prefix + "."):
                *tables, last = name[len(prefix) + 1 :].split(".")
                inner = found
                for part in tables:
                    inner = inner.setdefault(part, {})
                inner[last] = value
        if not found:
            raise self.unknown(prefix)
        return found

    @property
    def themes(self) -> tuple[str, ...]:
        """First parts of the names."""
        return tuple(dict.fromkeys(name.partition(".")[0] for name in self._values))

    def replace(self, values: Mapping[str, Any]) -> Parameters:
        """Parameters with other values; these may lie outside ``low`` to ``high`` but must be possible.

        Raises
        ------
        InputError
            For an unknown name (with the nearest), a wrong number of values, or an impossible value.
        """
        return Parameters(self._defaults, self._records, {**self._values, **self._checked(values)})

    def _checked(self, values: Mapping[str, Any]) -> dict[str, Value]:
        checked: dict[str, Value] = {}
        for name, given in values.items():
            if name not in self._values:
                raise self.unknown(name)
            known = self._records[name]
            try:
                value = as_value(given)
            except ValueError as error:
                span = " from {:g} to {:g}".format(*known.limits()) if type(given) in (int, float) else ""
                raise InputError(str(error), key=name, allowed=f"a number{span} ({known.unit})") from None
            if fault := known.fault_of(value):
                raise InputError(fault[0], key=name, allowed=fault[1])
            checked[name] = value
        return checked

    def with_figures(self, figures: list[Parameter]) -> Parameters:
        """Parameters with a user's own figures (see ``sim/parameters/own_figures.py``)."""
        records = {**self._records, **{figure.name: figure for figure in figures}}
        return Parameters(
            self._defaults, records, {**self._values, **{figure.name: figure.value for figure in figures}}
        )

    def unknown(self, name: str) -> InputError:
        """Error for a name that does not exist: what there is in the same place, and the nearest name."""
        place = name
        below: list[str] = []
        while place and not below:
            below = [known for known in self._values if known.startswith(place + ".")]
            place = place.rpartition(".")[0]
        allowed = sorted(below) or list(self.themes) or "no parameters are there"
        problem = (
            f"{shown(name)} is a table of parameters, not one" if below and below[0].startswith(name + ".") else ""
        )
        near = nearest(name, self._values)
        return InputError(problem or no_such("parameter", name, near), None, None, name, allowed, near)

    @property
    def records(self) -> Mapping[str, Parameter]:
        """What is known about each parameter, by name; values as the figures state them."""
        return dict(self._records)

    def rows(self) -> list[dict[str, Any]]:
        """All parameters with theme, present value, default, low, high, unit, text, source, row, grade and role."""
        return [
            {
                "theme": known.theme,
                **known.model_dump(),
                "value": self._values[name],
                "default": self._defaults[name].value,
            }
            for name, known in self._records.items()
        ]

    def assumed(self) -> tuple[str, ...]:
        """Names of the figures that nobody has published: graded assumed or prior-only."""
        return tuple(name for name, known in self._records.items() if known.grade in ("assumed", "prior-only"))

    def changed(self) -> dict[str, Value]:
        """Values that differ from the built-in ones, by name."""
        return {name: value for name, value in self._values.items() if value != self._defaults[name].value}

    def restated(self) -> dict[str, Value]:
        """Values that differ from what the tables of figures state (built-in or a user's own), by name."""
        return {name: value for name, value in self._values.items() if value != self._records[name].value}

    def own_figures(self) -> dict[str, Parameter]:
        """Parameters whose range or source a user replaced, by name."""
        return {
            name: known
            for name, known in self._records.items()
            if known is not (own := self._defaults[name]) and known != own
        }


@lru_cache(maxsize=4)
def _loaded(signature: tuple[tuple[Path, int, int], ...]) -> Parameters:
    files = [path for path, _, _ in signature]
    themes = made_by_file("parameters", files, read_theme, Path(record.__file__))
    known = {entry["name"]: parameter_from(entry) for theme in themes for entry in theme}
    return Parameters(known, known, {name: parameter.value for name, parameter in known.items()})
