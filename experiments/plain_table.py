"""A table for the terminal that never cuts a number: where columns do not fit, each row becomes a block of lines."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from rich.box import SIMPLE_HEAD
from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table
from rich.text import Text

#: Columns of white space around a cell and between two.
_BESIDE = 3


def table_of(heading: str, columns: Sequence[str], rows: Sequence[Sequence[str]], texts: int = 1) -> PlainTable:
    """A plain table; the first ``texts`` columns are words, the others numbers aligned right."""
    return PlainTable(heading, columns, rows, texts)


class PlainTable(Table):
    """A table whose words wrap and whose numbers do not; in too narrow a place each row is a block of lines.

    Parameters
    ----------
    heading : str
        Stands above it.
    columns : sequence of str
        Their names, which may be empty or of several lines.
    rows : sequence of sequence of str
        A cell for each column.
    texts : int
        How many columns at the front are words.
    """

    def __init__(self, heading: str, columns: Sequence[str], rows: Sequence[Sequence[str]], texts: int) -> None:
        super().__init__(
            title=heading, title_justify="left", title_style="bold", box=SIMPLE_HEAD, show_edge=False, padding=(0, 1)
        )
        self._names, self._cells, self._texts = columns, rows, texts
        for number, column in enumerate(columns):
            right = number >= texts
            self.add_column(column, justify="right" if right else "left", no_wrap=right, overflow="fold")
        for row in rows:
            self.add_row(*(Text(cell) for cell in row))

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Print as a table, or row by row where words would be broken or numbers cut."""
        if self._least_width() <= options.max_width:
            yield from super().__rich_console__(console, options)
        else:
            yield Text(f"{self.title}\n", style="bold")
            yield Text("\n\n".join(self._block(row) for row in self._cells))

    def _least_width(self) -> int:
        """Columns in which no word is broken and no number leaves its line."""
        widths = []
        for number, cells in enumerate(zip(self._names, *self._cells, strict=True)):
            pieces = [piece for cell in cells for piece in (cell.split() if number < self._texts else cell.split("\n"))]
            widths.append(max(map(len, pieces), default=0))
        return sum(widths) + _BESIDE * len(widths) - 1

    def _block(self, row: Sequence[str]) -> str:
        """The words of a row, and beneath them a line for each number with the name of its column."""
        words, numbers = row[: self._texts], row[self._texts :]
        named = [
            pair
            for name, cell in zip(self._names[self._texts :], numbers, strict=True)
            if cell
            for pair in zip_longest(name.split("\n"), cell.split("\n"), fillvalue="")
        ]
        widest = max((len(name) for name, _ in named), default=0)
        lines = [f"  {name:<{widest}}  {cell}" if name or widest else f"  {cell}" for name, cell in named]
        return "\n".join([", ".join(word for word in words if word), *lines])
