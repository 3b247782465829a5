"""Hand a process its columns by reference: one pointer instead of hundreds of arguments.

A :class:`~typing.NamedTuple` of columns is passed by value in compiled code, and every call spells out all of it; the
compiler then takes minutes. Inside the compiled day the same fields travel as one reference. Interpreted, the tuples
themselves are handed on, so that both see the same names.
"""

from __future__ import annotations

from typing import Any

from sim.compiled import interpreted, jit
from sim.day.frame import Claims, Load, Output, Today, Work
from sim.day.rates import Rates
from sim.records import ActivityLog, Counters
from sim.state import Lists, Organisations, People, Queue, State, Stays

def by_reference(kind: type[Any]) -> Any:
    """A compiled function that turns a ``kind`` (a NamedTuple of columns) into a reference to the same columns."""
    if interpreted:
        return lambda columns: columns
    from numba.core import types
    from numba.experimental import structref

    type_class = type(
        f"{kind.__name__}Reference",
        (types.StructRef,),
        {
            "__module__": kind.__module__,
            "preprocess_fields": lambda self, fields: tuple((n, types.unliteral(t)) for n, t in fields),
        },
    )
    holder = type(f"{kind.__name__}Holder", (), {"__module__": kind.__module__})
    _REGISTERED[type_class.__name__] = structref.register(type_class)
    structref.define_constructor(holder, type_class, list(kind._fields))

    @jit
    def refer(columns: Any) -> Any:
        return holder(*columns)

    return refer


_REGISTERED: dict[str, Any] = {}


_people, _stays, _queue = by_reference(People), by_reference(Stays), by_reference(Queue)
_lists, _organisations, _state = by_reference(Lists), by_reference(Organisations), by_reference(State)
_claims, _work = by_reference(Claims), by_reference(Work)
_log, _counters, _output = by_reference(ActivityLog), by_reference(Counters), by_reference(Output)

refer_rates, refer_load, refer_today = by_reference(Rates), by_reference(Load), by_reference(Today)


@jit
def refer_state(columns: State) -> State:
    """The state by reference."""
    lists = columns.lists
    queues = Lists(
        _queue(lists.practice), _queue(lists.help), _queue(lists.nursing_home), _queue(lists.temporary),
        _queue(lists.elective), _queue(lists.follow_up), _queue(lists.returns),
    )  # fmt: skip
    state: State = _state(
        State(_people(columns.people), _stays(columns.stays), _lists(queues), _organisations(columns.organisations))
    )
    return state


@jit
def refer_work(columns: Work) -> Work:
    """The scratch room by reference."""
    work: Work = _work(
        Work(
            columns.flags, columns.hashes, columns.found, columns.relapse, columns.counts, _claims(columns.practice),
            _claims(columns.nurse), _claims(columns.emergency), _claims(columns.beds), columns.starts, columns.fill,
        )
    )  # fmt: skip
    return work


@jit
def refer_output(columns: Output) -> Output:
    """The records by reference."""
    out: Output = _output(
        Output(
            _log(columns.table), _counters(columns.counters), columns.stay_bins, columns.return_bins,
            columns.listed_days, columns.practice_minutes, columns.unit_use, columns.nurse_use, columns.ward_month,
            columns.fault,
        )
    )  # fmt: skip
    return out
