"""What the day-step engine reads and keeps: bundles of arrays, without a word of the document.

Letters in shapes: D days of the run, S segments, O operators of equipment, G groups of it, U units,
F functions, P providers, B stores, V ships that may be lost on the way, M modules, T particle
targets, L leaks of a module, K repairs of a leak, R replicas, Y years, Q months. A *place* is a day
counted from the first of the run.
"""

from enum import IntEnum
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]

NEVER: Final = 2**40  # a place that no run reaches
ABSENT: Final = -1  # pads lists of groups, functions and stores; also: no such function
ASK_AGAIN: Final = 30  # [d] our choice: until it is seen anew whether people can come back
LARGEST_LEAK: Final = 500.0  # [kg/d] our choice: growth ends here, about a hole of 6 mm
SEALED: Final = 1e-3  # [kg/d] our choice: less than this is no leak any more


class Need(IntEnum):
    """What the loss of a function ends."""

    WORK = 0
    CREW = 1
    STATION = 2


class Happening(IntEnum):
    """Numbers of the events of a log; the subject of each is in the comment."""

    UNIT_FAILS = 1  # group
    UNIT_MENDED_BY_ROBOT = 2  # group
    UNIT_MENDED_BY_PEOPLE = 3  # group
    FUNCTION_DOWN = 4  # function
    FUNCTION_UP = 5  # function
    LEAK_BEGINS = 6  # module
    LEAK_MENDED = 7  # module
    LEAK_BEYOND_LIMIT = 8  # module
    HATCH_SHUT = 9  # module
    HULL_PENETRATED = 10  # target
    SHIP_HIT = 11  # target
    STORE_SHORT = 12  # store
    SEAT_LOST = 13  # target
    EVACUATION = 14  # cause
    RETURN = 15  # 0
    STATION_LOST = 16  # cause
    CREW_LOST = 17  # cause
    COLLISION = 18  # 0
    FUNCTION_LOST = 19  # function: down, and nothing bridges it any more
    SHIP_LOST = 20  # class of ship: it does not arrive


# Causes of an evacuation or a loss: a function, or one of these and what it struck.
CAUSE_TARGET: Final = 1_000  # and the number of the target
CAUSE_COLLISION: Final = 2_000


class Plan(NamedTuple):
    """One station, the same for all replicas."""

    exists: Flags  # (D,)
    stirs: Flags  # (D,) anything open, aboard or shut differs from the day before, or cargo docks
    month_begins: Flags  # (D,) first day of a calendar month
    month_ends: Flags  # (D,) last day of a calendar month, or of the run
    people: Whole  # (D,) planned
    seats: Whole  # (D,) in docked ships
    trained: Whole  # (S, D) planned people who can run a segment
    cargo: Whole  # (O, D) cargo ships that dock with spare parts for an operator
    volume: Array  # (D,) of the cabin [m3]
    group_needed: Whole  # (G,)
    group_segment: Whole  # (G,)
    group_operator: Whole  # (G,)
    group_by_people: Flags  # (G,)
    group_by_robot: Flags  # (G,)
    group_takes_spare: Flags  # (G,)
    group_people_days: Array  # (G,) [d]
    group_robot_days: Array  # (G,) [d]
    group_spares: Array  # (G,) at the start
    group_spares_per_cargo: Array  # (G,)
    group_hazard: Array  # (G, months of age + 1) hazard lived through
    unit_group: Whole  # (U,)
    unit_first: Whole  # (U,) place from which it is there
    unit_last: Whole  # (U,) place from which it is gone
    unit_age: Array  # (U,) at `unit_first` [month]
    unit_key: NDArray[np.uint64]  # (U,) component of its draws
    wear: Array  # (S, D + 1) months that equipment has aged by the start of each day
    function_need: Whole  # (F,) of `Need`
    function_order: Whole  # (F,) those needed by others first
    function_first_provider: Whole  # (F + 1,) providers of a function follow one another
    function_bridge: Whole  # (F, stores that bridge), padded
    orbit: int  # function, or ABSENT
    avoidance: int  # function, or ABSENT
    rescue: int  # function, or ABSENT
    provider_open: Flags  # (P, D) commanded, modules there, ship docked
    provider_burns: Flags  # (P,) needs propellant
    provider_groups: Whole  # (P, groups), padded
    provider_needs: Whole  # (P, functions), padded
    store_start: Array  # (B,)
    store_capacity: Array  # (B,)
    store_use: Array  # (B,) standing, a day
    store_use_person: Array  # (B,) of one person, a day
    store_takes_leaks: Flags  # (B,)
    store_spared_by: Whole  # (B, functions), padded
    store_spared: Array  # (B, functions) share of the use that each spares
    store_filled_by: Whole  # (B,) function, or ABSENT
    store_brought: Array  # (B, D) by ships that are not lost
    ship_first: Whole  # (D + 1,) ships that may be lost are in order; the first from a day on
    ship_class: Whole  # (V,)
    ship_cargo: Whole  # (O, V) as `cargo`
    ship_brought: Array  # (B, V)
    module_segment: Whole  # (M,)
    module_share: Array  # (M, D) of the volume in which people are
    hatch: Array  # (M, D) share of the time that it is open; -1 while the module is absent
    target_kind: Whole  # (T,) 0 module, 1 hull of a docked ship, 2 its radiator
    target_module: Whole  # (T,) or ABSENT
    target_seats: Whole  # (T,)
    target_until: Whole  # (T, D) place on which the docked ship leaves
    target_hazard: Array  # (T, D + 1) expected penetrations by the start of each day
    target_hole: Array  # (T, quantiles) diameter of the hole [m]
    target_key: NDArray[np.uint64]  # (T,) component of its draws
    station_key: np.uint64  # component of draws about the whole station
    month: Whole  # (D,) of the run, for the sums
    leak_limit: float  # [kg/d]
    leak_found: float  # [kg/d]
    leak_repair_days: float
    robots: int
    hands: int
    rescue_days: int
    return_days: int
    collision_chance: float
    chain: Array  # (9,) chances, medians and spread of `hull.after_penetration.ChainFigures`
    event_offset: int  # place 0 as an event number


class Given(NamedTuple):
    """What some replicas were dealt."""

    seed: np.uint64
    replica: NDArray[np.uint64]  # (R,)
    particle_factor: Array  # (R,)
    leak_birth: Array  # (R, M, L) place, NaN: none
    leak_rate: Array  # (R, M, L) at birth, or at place 0 if born before [kg/d]
    leak_growth: Array  # (R, M) [1/d]
    leak_left: Array  # (R, M, L, K) share that a repair leaves
    leak_dated: Whole  # (J,) places of the repairs that the document dates
    leak_dated_module: Whole  # (J,)
    leak_dated_left: Array  # (R, J, L) share that each leaves
    leak_own_from: Whole  # (M,) place from which people mend leaks on their own
    leak_baseline: Array  # (R,) what the station loses anyway [kg/d]
    approach: Flags  # (R, D) a day on which an object comes too near
    ship_lost: Flags  # (R, V)
    ship_more: Array  # (R, B, V) in the place of what lost ones carried


class State(NamedTuple):
    """Where some replicas stand at the end of a day."""

    started: Flags  # (R,)
    stirred: Flags  # (R,) the same, for the next day
    busy: Flags  # (R,) somebody worked on the day before
    lost: Flags  # (R,) the station is lost
    away_until: Whole  # (R,) place from which evacuated people are back, -1: not evacuated
    event_day: Whole  # (R,) next place on which something is due
    unit_due: Whole  # (R, U) place of its next failure
    unit_broken: Flags  # (R, U)
    unit_done: Array  # (R, U) share of its repair
    unit_life: Whole  # (R, U) lives lived
    group_working: Whole  # (R, G)
    shelf: Array  # (R, G)
    target_due: Whole  # (R, T)
    target_lived: Array  # (R, T) hazard at the last penetration
    target_count: Whole  # (R, T)
    target_hit_until: Whole  # (R, T) place until which a hit ship takes nobody home
    leak_pending: Whole  # (R, M) births so far
    leak_due: Whole  # (R, M) place of the next birth
    leak_now: Array  # (R, M, L) at the last month's begin, or birth or repair after it [kg/d]
    leak_since: Whole  # (R, M, L) that place
    leak_day: Array  # (R,) air that the cabin loses [kg/d]
    leak_mended: Whole  # (R, M, L) repairs
    leak_done: Array  # (R, M, L) share of the repair
    active: Whole  # (R, M * L) leaks that there are: module times 2**16 plus number
    active_count: Whole  # (R,)
    hatch_shut: Flags  # (R, M) for a leak
    pierced: Flags  # (R, M) behind a shut hatch for good
    beyond: Flags  # (R, M) the module leaks more than the limit
    up: Flags  # (R, F)
    gone: Flags  # (R, F) lost: down, or a store short, and nothing bridges
    fuel: Flags  # (R,) propellant in the tanks
    store: Array  # (R, B)
    need: Array  # (R, B) what a day takes
    short: Flags  # (R, B)
    came: Array  # (R, B)
    refused: Array  # (R, B)
    used: Array  # (R, B)
    unmet: Array  # (R, B)
    leaked: Array  # (R,) air lost [kg]


class Log(NamedTuple):
    """Events, those of one replica in the order in which they came.

    `length` goes on where the arrays end.
    """

    replica: Whole  # (n,) place of the replica in the piece
    place: Whole  # (n,)
    code: Whole  # (n,)
    subject: Whole  # (n,)
    value: Array  # (n,)
    length: Whole  # (1,)


class Course(NamedTuple):
    """What is kept of each day or month."""

    burns: Flags  # (R, D) the orbit can be raised
    moves: Flags  # (R, D) it can be moved out of the way of an object
    people: NDArray[np.int16]  # (R, D) aboard
    leak: Array  # (R, Q) air lost [kg]
    store: NDArray[np.float32]  # (R, B, Q) on the last day of the month
    lived: NDArray[np.int16]  # (R, Q) days of the month, until the station is lost
    failures: Whole  # (G, Q) of all replicas
    down: Whole  # (F, Q) replicas in which it is down, or the station lost, on the last day
