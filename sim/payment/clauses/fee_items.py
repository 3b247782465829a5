"""A fee as it is written: what it pays for, at which price, and its ceiling."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from sim.payment.clauses.ceiling import Ceiling
from sim.payment.clauses.written import Amount, ClauseSpec, Measures, Role, Share, Where
from sim.reading import shown
from sim.validating import Strict, from_array


class Step(Strict):
    """The amount from the nth day of a stay on; a free day has amount 0."""

    from_: Annotated[int, Field(ge=1, le=1000, alias="from", description="a day from 1")]
    amount: Amount


def _as_sources(value: object) -> object:
    if isinstance(value, str) and value != "value":
        return (value,)
    return tuple(value) if isinstance(value, list) else value


class Item(Strict):
    """One thing that a fee pays for.

    Parameters
    ----------
    on : tuple of str
        Activity measures.
    amount : amount
        DKK per unit; a table by age group or a parameter.
    share_of : "value" or tuple of str
        Instead of ``amount``: the tariff value of the row, or what other fee clauses pay for their events.
    share : amount
        Part of the amount or value that is paid, by age.
    times : amount
        How many times that is paid: what scales a fee that is inherited.
    cap : amount
        Most that is paid for one event (or course, see ``cap_per``), DKK.
    cap_per : str
        ``event`` or ``course``: a course's events are added up over days and months.
    steps : tuple of Step
        Amounts by day of the stay instead of ``amount``.
    where : Where
        Filter over rows.
    """

    on: Measures | None = None
    amount: Amount | None = None
    share_of: Annotated[
        Any, BeforeValidator(_as_sources), Field(description='"value", or ids of fee clauses further up')
    ] = None
    share: Share = 1.0
    times: Amount = 1.0
    cap: Amount | None = None
    cap_per: Literal["event", "course"] = "event"
    steps: Annotated[tuple[Step, ...], from_array] = ()
    where: Where = Where()

    @model_validator(mode="after")
    def _one_price(self) -> Self:
        check_price(self)
        return self


def check_price(item: Item) -> None:
    """Whether an item says in exactly one way what it pays, and for what."""
    given = [item.amount is not None, item.share_of is not None, bool(item.steps)]
    if sum(given) != 1:
        raise ValueError("a fee needs exactly one of amount, share_of and steps for what it pays")
    if item.share_of not in (None, "value"):
        if not isinstance(item.share_of, tuple) or not all(isinstance(one, str) for one in item.share_of):
            raise ValueError(f'share_of is {shown(item.share_of)}, but must be "value" or ids of fee clauses')
        if item.on is not None or item.cap is not None or item.where != Where():
            raise ValueError("a share of other clauses takes their measures, caps and filters: leave them out")
    elif item.on is None:
        raise ValueError('"on" is missing: the activity measure that the fee is paid for')
    if [step.from_ for step in item.steps] != sorted({step.from_ for step in item.steps}):
        raise ValueError("steps must begin on different, rising days")


def check_in_items(fee: Item) -> None:
    """Whether a fee with items says nothing beside them of what it pays, but ``times``, which scales them all."""
    beside = [
        name for name in Item.model_fields if name != "times" and getattr(fee, name) != Item.model_fields[name].default
    ]
    if beside:
        raise ValueError(f'a fee with items states "{beside[0]}" in each of them; beside them only "times" scales all')


class FeeSpec(ClauseSpec, Item):
    """A fee as written: one item, or several under ``item`` that share payer, payee, ceiling and ``times``."""

    kind: Literal["fee"]
    payer: Role
    payee: Role
    item: Annotated[tuple[Item, ...], from_array] = ()
    ceiling: Ceiling | None = None

    @model_validator(mode="after")
    def _one_price(self) -> Self:
        if not self.item:
            check_price(self)
        else:
            check_in_items(self)
        if self.payer == self.payee:
            raise ValueError("payer and payee are the same")
        follows = self.ceiling is not None and self.ceiling.follows == "people"
        if follows and any(item.cap_per == "course" for item in self.items()):
            raise ValueError("a ceiling cannot follow people where a cap is for each course: events have no age there")
        return self

    def items(self) -> tuple[Item, ...]:
        """Things that the fee pays for."""
        return self.item or (self,)

    def measures(self) -> tuple[str, ...]:
        """Measures that the fee itself names."""
        return tuple(name for item in self.items() for name in item.on or ())
