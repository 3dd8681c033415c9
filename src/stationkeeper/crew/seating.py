"""On which ship is whose seat home: one kernel, used as flown and where something else happens."""

import numpy as np
from numpy.typing import NDArray

from stationkeeper.kernels import kernel
from stationkeeper.programme.check_crews import LASTING_STAY_DAYS

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@kernel
def seat_people(
    starts: Ints,
    docked: Ints,
    undocked: Ints,
    seats: Ints,
    emergency: Ints,
    fit: Flags,
    size: Ints,
    since: Ints,
    until: Ints,
    up: Ints,
    down: Ints,
    tied: Ints,
    stranded: Flags,
    waits: Flags,
    bound: Flags,
    reading: int,
) -> tuple[Ints, Flags]:
    """Find the ship whose seat home is theirs, for each group and interval.

    In this order, on each day by itself:

    1. A group tied to a docked ship by the record sits there.
    2. The others by the reading. 0: on the landing ship once it has docked, else on the arrival
       ship; 1: on the arrival ship until it leaves, then on the landing ship. Ships that are gone
       or not fit do not count. Nobody moves to a landing ship that has no free seat yet: of those
       who would, the last in the list stay on their arrival ship; if that is gone they go to 3.
    3. Those without a ship of their own, in the order of the list: free seats of one docked and
       fit ship for all of the group, a ship that stays 60 days or more before a visit, the ship
       with most, of equals the first docked; else their own ship if it is docked but not fit; else
       places of an emergency, as with free seats; else none. Such a place has to be made ready: on
       a ship that is full, while their own is docked, only the record gives it (our choice).

    Parameters
    ----------
    starts : ndarray of int, (interval,)
        First day of each interval. [d]
    docked, undocked, seats, emergency : ndarray of int, (flight,)
        [d], [-]
    fit : ndarray of bool, (flight, interval)
        It can bring people home.
    size, since, until, up, down : ndarray of int, (group,)
        People, days aboard, flights; -1 for no flight.
    tied : ndarray of int, (group, interval)
        Flight, or -1.
    stranded : ndarray of bool, (group,)
        Their landing ship does not come: they take what is free after all others, their arrival
        ship first.
    waits : ndarray of bool, (flight,)
        Its replacement does not come: the stranded people who came with it leave with it.
    bound : ndarray of bool, (group, interval)
        Whoever had a seat and finds none then leaves with the ship that had it; elsewhere people
        stay as long as the record says, with a seat or without.
    reading : int
        Place in :data:`~stationkeeper.crew.roster.READINGS`.

    Returns
    -------
    seat : ndarray of int, (group, interval)
        Flight, or -1.
    aboard : ndarray of bool, (group, interval)
    """
    groups, intervals, flights = size.size, starts.size, docked.size
    seat = np.full((groups, intervals), -1, dtype=np.int64)
    aboard = np.zeros((groups, intervals), dtype=np.bool_)
    gone = np.zeros(groups, dtype=np.bool_)
    room = np.zeros(flights, dtype=np.int64)
    own = np.zeros(groups, dtype=np.bool_)
    for i in range(intervals):
        t = starts[i]
        for f in range(flights):
            room[f] = seats[f]
        for g in range(groups):
            own[g] = False
            if not since[g] <= t < until[g] or gone[g]:
                continue
            a, b, c = up[g], down[g], tied[g, i]
            arrival = a >= 0 and docked[a] <= t < undocked[a]
            with_it = stranded[g] and i > 0 and aboard[g, i - 1] and a >= 0 and seat[g, i - 1] == a
            if with_it and waits[a] and not arrival:
                gone[g] = True
                continue
            aboard[g, i] = True
            arrival = arrival and fit[a, i]
            landing = b >= 0 and docked[b] <= t < undocked[b] and fit[b, i]
            if c >= 0 and docked[c] <= t < undocked[c]:
                seat[g, i] = c
            elif stranded[g]:
                continue
            elif landing and (reading == 0 or not arrival):
                seat[g, i] = b
                own[g] = True
            elif arrival:
                seat[g, i] = a
                own[g] = True
            if seat[g, i] >= 0:
                room[seat[g, i]] -= size[g]
        moved = True
        while moved:
            moved = False
            for g in range(groups - 1, -1, -1):
                b = down[g]
                if not own[g] or seat[g, i] != b or b == up[g] or room[b] >= 0:
                    continue
                room[b] += size[g]
                own[g] = False
                moved = True
                a = up[g]
                if a >= 0 and docked[a] <= t < undocked[a] and fit[a, i]:
                    seat[g, i] = a
                    room[a] -= size[g]
                else:
                    seat[g, i] = -1
        for g in range(groups):
            if not aboard[g, i] or seat[g, i] >= 0:
                continue
            a = up[g]
            arrival = a >= 0 and docked[a] <= t < undocked[a] and fit[a, i]
            if stranded[g] and arrival and room[a] >= size[g]:
                seat[g, i] = a
                room[a] -= size[g]
                continue
            best = -1
            for extra in range(2):
                most, long = -1, False
                for f in range(flights):
                    if seats[f] > 0 and docked[f] <= t < undocked[f] and fit[f, i]:
                        free = room[f] + extra * emergency[f]
                        lasting = undocked[f] - docked[f] >= LASTING_STAY_DAYS
                        better = free > most or (free == most and docked[f] < docked[best])
                        if free >= size[g] and (lasting > long or (lasting == long and better)):
                            most, long = free, lasting
                            best = f
                for f in (up[g], down[g]):
                    if best < 0 and f >= 0 and docked[f] <= t < undocked[f] and not fit[f, i]:
                        best = f
                if best >= 0:
                    break
            if best >= 0:
                seat[g, i] = best
                room[best] -= size[g]
            elif bound[g, i] and i > 0 and seat[g, i - 1] >= 0:
                # The last seat they had has left, and they with it.
                gone[g] = True
                aboard[g, i] = False
    return seat, aboard
