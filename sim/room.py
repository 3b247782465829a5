"""Longer lists before a day that might need them; what is in them stays, so that no run knows how long they were."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.compiled import plain
from sim.day.frame import Claims, Output, empty_claims
from sim.day.room import LISTS, ROWS, STAYS, WAITING, worst_day
from sim.records import empty_log
from sim.state import Lists, Queue, Stays, empty_queue, empty_stays

if TYPE_CHECKING:
    from sim.building import World

#: Claims on a capacity, in the order of :data:`sim.day.room.LISTS`.
_CLAIMS = LISTS[:STAYS]
# lists are made longer by this part of what is needed, so that one that grows day by day is copied ever less often
_SPARE = 4


def enlarge(world: World, out: Output) -> Output:
    """Give every list room for the coming day, whatever it brings (:func:`sim.day.room.worst_day`), and some to spare.

    Parameters
    ----------
    world : World
        Gets longer lists where they were too short; people and organisations are left alone.
    out : Output
        Records of the month so far.

    Returns
    -------
    Output
        The same records, with room for the day.
    """
    state, work = world.state, world.work
    plain(worst_day)(state, work, out)
    need = [int(rows) for rows in work.room]
    queues = zip(state.lists, need[WAITING:ROWS], strict=True)
    world.state = state._replace(
        stays=_longer_stays(state.stays, need[STAYS]), lists=Lists(*(_longer_queue(one, rows) for one, rows in queues))
    )
    claims: dict[str, Any] = {
        name: _longer_claims(getattr(work, name), rows) for name, rows in zip(_CLAIMS, need, strict=False)
    }
    world.work = work._replace(**claims)
    if len(out.row) >= need[ROWS]:
        return out
    used = int(out.used[0])
    row = empty_log(_with_spare(need[ROWS])).row
    row[:used] = out.row[:used]
    return out._replace(row=row)


def _with_spare(need: int) -> int:
    return need + need // _SPARE


def _filled(new: Any, old: Any, used: int) -> Any:
    new[:used] = old[:used]
    return new


def _longer_queue(queue: Queue, need: int) -> Queue:
    if len(queue.entry) >= need:
        return queue
    entry = empty_queue(_with_spare(need)).entry
    return Queue(queue.count, _filled(entry, queue.entry, int(queue.count[0])))


def _longer_stays(stays: Stays, need: int) -> Stays:
    if len(stays.bed) >= need:
        return stays
    return Stays(stays.count, _filled(empty_stays(_with_spare(need)).bed, stays.bed, int(stays.count[0])))


def _longer_claims(claims: Claims, need: int) -> Claims:
    """Claims are of a day, so none are kept."""
    return claims if len(claims.entry) >= need else empty_claims(_with_spare(need))
