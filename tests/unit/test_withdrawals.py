"""Withdrawals in the document, days to loss, the order of functions, and autarky."""

from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stationkeeper.errors import InputError
from stationkeeper.lifetime.loss_table import FALL, LossRow, loss_days_of, loss_table
from stationkeeper.lifetime.withdrawals import command_returns_on, stations_left, withdrawn
from stationkeeper.programme.autarky import autarky, autarky_text
from stationkeeper.programme.check import check_source
from stationkeeper.programme.composition import all_crews, all_flights
from stationkeeper.programme.document import Programme
from stationkeeper.programme.function_graph import (
    cycles,
    function_order,
    functions_there,
    graph_edges,
    module_days,
    provider_days,
)
from stationkeeper.programme.functions import Withdrawal, WithdrawalMode
from stationkeeper.programme.history import history
from stationkeeper.programme.read import read_programme
from stationkeeper.programme.write import as_toml
from stationkeeper.units import days_since_2000
from tests.withdrawal_document import changed_document, document, leaving

DAY = "2014-11-01"
MODES: tuple[WithdrawalMode, ...] = (
    "crews",
    "crews-and-ships",
    "handed-over",
    "shut",
    "separated",
)


def aboard(programme: Programme, day: str) -> dict[str, dict[str, int]]:
    then = date.fromisoformat(day)
    return {
        key: crew.seats
        for key, crew in all_crews(programme).items()
        if crew.launched <= then < (crew.landed or date.max) and crew.station == "alpha"
    }


def docked(programme: Programme, day: str) -> set[str]:
    then = date.fromisoformat(day)
    return {
        key
        for key, flight in all_flights(programme).items()
        if flight.docked <= then < (flight.undocked or date.max)
    }


def test_without_a_withdrawal_the_document_is_the_same(tmp_path: Path) -> None:
    told = document(tmp_path)
    assert withdrawn(told) is told
    late = document(tmp_path, leaving("south", "2020-01-01", "shut"))
    assert withdrawn(late) is late


@pytest.mark.parametrize("mode", MODES)
def test_applied_twice_it_changes_nothing_more(mode: str, tmp_path: Path) -> None:
    once = withdrawn(document(tmp_path, leaving("south", DAY, mode, to="north")))
    assert withdrawn(once) == once


def test_crews_go_and_ships_that_others_fly_go_on_coming(tmp_path: Path) -> None:
    told = document(tmp_path)
    assert aboard(told, "2014-10-31") == {"glides-002": {"BRA": 1, "USA": 1}}
    found = withdrawn(document(tmp_path, leaving("south", DAY, "crews")))
    # Only its people fly the glider: it leaves with them, and comes no more.
    assert docked(told, DAY) - docked(found, DAY) == {"glides-002"}
    assert not any(key.startswith("glides-003") for key in all_flights(found))
    cargo = {key: f for key, f in all_flights(told).items() if f.ship == "freighter"}
    assert cargo.items() <= all_flights(found).items()
    assert aboard(found, DAY) == {}
    later = [c for key, c in all_crews(found).items() if c.launched >= date.fromisoformat(DAY)]
    assert later
    assert all(crew.seats == {"USA": 2} for crew in later)


def test_who_loses_a_seat_home_stays_only_if_another_ship_has_one(tmp_path: Path) -> None:
    visits = {"traffic.visits.stay_days": 140}  # the capsule is there, a seat of it comes free
    capsule = withdrawn(document(tmp_path, {**visits, **leaving("south", DAY, "crews")}))
    assert aboard(capsule, DAY) == {"visits-002": {"USA": 2}, "glides-002.moved": {"USA": 1}}
    home = all_flights(capsule)["visits-002"].undocked
    moved = all_crews(capsule)["glides-002.moved"]
    assert moved.ship_down == "visits-002"
    assert moved.landed is not None
    assert home is not None
    assert moved.landed <= home
    full = {**visits, "traffic.visits.seats": {"USA": 3}}
    crowded = withdrawn(document(tmp_path, {**full, **leaving("south", DAY, "crews")}))
    assert aboard(crowded, DAY) == {"visits-002": {"USA": 3}}


def test_ships_go_with_the_partner_and_new_modules_stay_away(tmp_path: Path) -> None:
    early = withdrawn(document(tmp_path, leaving("south", "2014-05-01", "crews-and-ships")))
    stay = {
        f.ship for f in all_flights(early).values() if (f.undocked or date.max) > date(2014, 5, 1)
    }
    assert stay == {"capsule"}
    assert history(early).modules_on("alpha", date(2014, 7, 1)) == ("core", "annexe")
    assert "workshop-docks" not in early.event


def test_companies_go_with_the_only_partner_of_their_nation() -> None:
    settings = ["withdraw.nasa={date=2025-01-01, mode='crews-and-ships'}"]
    found = withdrawn(read_programme("iss", settings=settings))
    left = date(2025, 1, 1)
    ships = {f.ship for f in all_flights(found).values() if (f.undocked or date.max) > left}
    partners = {found.ship[key].partner for key in ships}
    assert partners == {"roscosmos", "jaxa"}
    nations = {n for c in all_crews(found).values() for n in c.seats if c.launched >= left}
    assert "USA" not in nations


def test_what_is_handed_over_is_commanded_by_nobody_in_between(tmp_path: Path) -> None:
    parting = leaving("south", DAY, "handed-over", to="north", transfer_days=100)
    found = withdrawn(document(tmp_path, parting))
    there = provider_days(found, "alpha")
    own, other = there["power", "arrays"].there, there["power", "arrays.north"].there
    first = days_since_2000(date.fromisoformat(DAY)) - days_since_2000(found.span.first)
    assert own[first - 1]
    assert not own[first:].any()
    assert not other[: first + 100].any()
    assert other[first + 100]
    assert found.function["power"].provider["arrays.north"].commanded_by == "north"
    assert "data" in found.function
    assert found.function["data"].provider.keys() == {"core"}


def test_a_transfer_counts_from_the_notice() -> None:
    day = date(2025, 1, 1)
    parting = Withdrawal(date=day, mode="handed-over", to="nasa", transfer_days=365)
    assert command_returns_on(parting) == date(2026, 1, 1)
    noticed = parting.model_copy(update={"notice": date(2024, 6, 1)})
    assert command_returns_on(noticed) == date(2025, 6, 1)
    early = parting.model_copy(update={"notice": date(2023, 6, 1)})
    assert command_returns_on(early) == day
    assert command_returns_on(parting.model_copy(update={"mode": "shut"})) is None
    assert command_returns_on(parting.model_copy(update={"to": None})) is None


def test_what_is_shut_is_commanded_by_nobody_again(tmp_path: Path) -> None:
    later = {"function.power.provider.spare": {"commanded_by": "south", "since": date(2016, 1, 1)}}
    found = withdrawn(document(tmp_path, {**later, **leaving("south", DAY, "shut")}))
    there = provider_days(found, "alpha")
    first = days_since_2000(date.fromisoformat(DAY)) - days_since_2000(found.span.first)
    for key, name in (("power", "arrays"), ("power", "spare"), ("orbit", "core")):
        assert not there[key, name].command[first:].any()
    assert there["power", "arrays"].command[:first].all()
    assert there["data", "core"].there[first:].any()


def test_modules_that_separate_take_with_them_what_only_they_hold(tmp_path: Path) -> None:
    guest = {"module.workshop.partner": "north"}  # docked to the annexe, which goes
    found = withdrawn(document(tmp_path, {**guest, **leaving("south", DAY, "separated")}))
    told = history(found)
    assert told.modules_on("alpha", date(2014, 10, 31)) == ("core", "annexe", "workshop")
    assert told.modules_on("alpha", date.fromisoformat(DAY)) == ("core",)
    assert not told.broken
    # It cannot found the second station any more, and ships at it have gone with it.
    assert "separation" not in found.event
    assert told.modules_on("beta", date(2016, 1, 1)) == ()
    assert not [f for f in all_flights(found).values() if f.port.startswith("annexe/")
                and (f.undocked or date.max) > date.fromisoformat(DAY)]  # fmt: skip


def test_a_series_goes_on_at_the_ports_that_stay(tmp_path: Path) -> None:
    changes: dict[str, Any] = {
        "ship.freighter.partner": "north",
        "traffic.cargo": {
            "ship": "freighter", "station": "alpha", "since": date(2014, 7, 1),
            "every_days": 60, "stay_days": 40, "ports": ["annexe/aft", "core/top"],
        },
        "traffic.glides.ports": ["core/aft"],
        "traffic.visits.ports": ["annexe/aft"],
        "traffic.visits.until": date(2014, 3, 1),
        "event.separation.date": date(2016, 12, 1),
        "traffic.visits.since": date(2014, 3, 5),
    }  # fmt: skip
    changes["traffic.visits.until"] = date(2014, 3, 6)
    told = document(tmp_path, changes)
    found = withdrawn(document(tmp_path, {**changes, **leaving("south", DAY, "separated")}))

    def dockings(programme: Programme, port: str) -> list[date]:
        flights = all_flights(programme).values()
        return [f.docked for f in flights if f.ship == "freighter" and f.port == port]

    assert dockings(found, "core/top") == dockings(told, "core/top")
    left = date.fromisoformat(DAY)
    assert dockings(found, "annexe/aft") == [d for d in dockings(told, "annexe/aft") if d < left]


def test_who_has_a_station_of_its_own_keeps_it(tmp_path: Path) -> None:
    told = document(tmp_path)
    assert stations_left(told, "south") == ("alpha",)
    assert stations_left(told, "north") == ("alpha",)
    shipped = read_programme("iss-to-ros")
    assert stations_left(shipped, "roscosmos") == ("iss",)
    assert stations_left(shipped, "spacex") == ("iss",)
    alone = document(tmp_path, {"station.alpha.partners": ["north"]})
    assert stations_left(alone, "north") == ("alpha",)


PARTINGS = [(partner, mode) for partner in ("nasa", "roscosmos") for mode in MODES]
PARTINGS += [("esa", "separated"), ("jaxa", "separated"), ("csa", "shut"), ("spacex", "shut")]


@cache
def iss_to_ros() -> tuple[Programme, frozenset[tuple[str, str]]]:
    """Return the shipped programme, and what a check says of it as it is."""
    checked = check_source("iss-to-ros")
    assert checked.programme is not None
    return checked.programme, frozenset((p.key, p.given) for p in checked.problems)


@pytest.mark.parametrize(("partner", "mode"), PARTINGS)
def test_every_withdrawal_from_the_iss_leaves_a_sound_document(
    partner: str, mode: WithdrawalMode, tmp_path: Path
) -> None:
    programme, known = iss_to_ros()
    to = "nasa" if partner != "nasa" else "roscosmos"
    parting = Withdrawal(date=date(2025, 1, 1), mode=mode, to=to if mode == "handed-over" else None)
    found = withdrawn(programme.model_copy(update={"withdraw": {partner: parting}}))
    path = tmp_path / "left.toml"
    path.write_text(as_toml({**found.as_document(), "resolved": True}), "utf-8")
    problems = [p for p in check_source(str(path)).problems if (p.key, p.given) not in known]
    # Warnings: people may be too few; the station of its separated modules may have too little.
    allowed = ("station.iss.crew_rules", "station.ros", "function.ros-")
    assert not [str(p) for p in problems if p.severity == "error" or not p.key.startswith(allowed)]


def test_functions_come_after_what_they_need(tmp_path: Path) -> None:
    told = document(tmp_path)
    order = function_order(told, "alpha")
    assert order.index("power") < order.index("heat")
    assert sorted(order) == sorted(told.function)
    assert function_order(told, "beta") == ()


def test_a_circle_is_told_as_a_circle(tmp_path: Path) -> None:
    assert cycles(document(tmp_path)) == []
    way = {"loop": {"commanded_by": "south", "needs": ["heat", "data"]}}
    raw = changed_document({"function.power.provider": way})
    tied = Programme.model_validate(raw)
    assert [set(circle) for circle in cycles(tied)] == [{"heat", "power"}]
    for circle in cycles(tied):
        for key, need in pairwise((*circle, circle[0])):
            assert any(need in way.needs for way in tied.function[key].provider.values())
    with pytest.raises(InputError, match="heat -> power -> heat"):
        function_order(tied, "alpha")
    self_tied = changed_document({"function.data.provider.core.needs": ["data"]})
    assert cycles(Programme.model_validate(self_tied)) == [("data",)]


def test_a_way_is_there_with_its_modules_command_and_ships(tmp_path: Path) -> None:
    told = document(tmp_path)
    begin = days_since_2000(told.span.first)

    def first(mask: Any) -> date:
        return date.fromordinal(told.span.first.toordinal() + int(np.flatnonzero(mask)[0]))

    there = provider_days(told, "alpha")
    assert first(there["power", "arrays"].there) == date(2014, 3, 4)
    separated = days_since_2000(date(2015, 7, 1)) - begin
    assert there["power", "arrays"].there[separated - 1]
    assert not there["power", "arrays"].there[separated:].any()
    assert first(there["power", "later"].there) == date(2015, 6, 1)
    assert first(there["orbit", "ships"].there) == date(2014, 4, 1)
    assert not there["orbit", "ships"].there[days_since_2000(date(2014, 7, 10)) - begin]
    functions, ways = functions_there(told, "alpha", there)
    assert (functions["heat"] == (ways["heat", "loop"])).all()
    assert first(functions["heat"]) == date(2014, 3, 4)
    assert functions["power"][separated:].all()
    assert not ways["heat", "loop"][separated:].any()  # its pumps have gone


def test_the_drawing_has_both_ends_of_every_arrow(tmp_path: Path) -> None:
    nodes, edges = graph_edges(document(tmp_path), "alpha")
    keys = {node.key for node in nodes}
    assert len(keys) == len(nodes)
    assert all({edge.source, edge.target} <= keys for edge in edges)
    arrows = {(edge.source, edge.target, edge.kind) for edge in edges}
    assert ("function/power", "provider/heat/loop", "needs") in arrows
    assert ("store/charge", "function/power", "bridges") in arrows
    assert ("function/power", "store/charge", "fills") in arrows
    assert ("equipment/pumps", "provider/heat/loop", "part") in arrows
    assert ("partner/south", "provider/orbit/ships", "commands") in arrows


REPLICAS = 20


def losses(
    programme: Programme, charge: Any = 50.0, use: Any = 10.0, fall: Any = 400.0
) -> dict[str, LossRow]:
    rows = loss_table(
        programme,
        "alpha",
        days_since_2000(date.fromisoformat(DAY)),
        {"charge": np.broadcast_to(np.asarray(charge, float), (REPLICAS,))},
        {"charge": np.broadcast_to(np.asarray(use, float), (REPLICAS,))},
        np.broadcast_to(np.asarray(fall, float), (REPLICAS,)),
    )
    return {row.function: row for row in rows}


def test_days_to_loss_follow_the_stores_and_the_fall(tmp_path: Path) -> None:
    told = document(tmp_path, leaving("south", DAY, "shut"))
    found = losses(told)
    assert found["power"].lost
    assert found["power"].providers_before == ("arrays",)
    assert found["power"].providers_after == ()
    assert found["power"].days == (5.0, 5.0, 5.0)
    assert found["power"].limited_by == "charge"
    assert found["heat"].days == (0.0, 0.0, 0.0)
    assert not found["data"].lost
    assert found["data"].days == (np.inf,) * 3
    assert found["orbit"].days == (400.0,) * 3
    assert found["orbit"].limited_by == FALL
    assert losses(told, charge=200.0)["power"].days == (20.0,) * 3
    assert losses(told, use=20.0)["power"].days == (2.5,) * 3
    assert losses(told, use=0.0)["power"].days == (np.inf,) * 3
    bands = losses(told, charge=np.arange(1.0, 21.0) * 10, fall=np.arange(1.0, 21.0))
    assert bands["power"].days == (1.0, 10.0, 19.0)
    assert bands["orbit"].days == (1.0, 10.0, 19.0)
    some = losses(told, charge=np.r_[np.full(10, np.nan), np.full(10, 30.0)])
    assert some["power"].days == (3.0,) * 3


def test_a_store_that_lasts_until_a_later_provider_is_enough(tmp_path: Path) -> None:
    told = document(tmp_path, leaving("south", DAY, "shut"))
    wait = (date(2015, 6, 1) - date.fromisoformat(DAY)).days
    found = losses(told, charge=10.0 * np.r_[np.full(15, wait), np.full(5, wait - 1)])["power"]
    assert found.back_in_days == wait
    assert found.share_felt == 0.25
    assert "later: there from 2015-06-01, commanded by north" in found.in_place_first
    assert "arrays: command by north" in found.in_place_first


def test_what_would_have_to_be_in_place_first(tmp_path: Path) -> None:
    past = {"commanded_by": "south", "modules": ["core"], "until": date(2014, 6, 1)}
    ended = {"function.power.provider.past": past}
    shut = losses(document(tmp_path, {**ended, **leaving("south", DAY, "shut")}))
    assert not any(text.startswith("past") for text in shut["power"].in_place_first)
    assert shut["heat"].in_place_first == ("loop: command by north",)
    assert "more of charge: 50 of 100 kWh aboard" in shut["power"].in_place_first
    over = document(tmp_path, leaving("south", DAY, "handed-over", to="north", transfer_days=30))
    handed = losses(over)
    assert handed["power"].back_in_days == 30
    assert "arrays: command by north before 2014-12-01" in handed["power"].in_place_first
    assert losses(over, charge=1_000.0)["power"].share_felt == 0
    gone = losses(document(tmp_path, leaving("south", DAY, "separated")))
    assert gone["power"].lost
    assert not any("arrays" in text for text in gone["power"].in_place_first)


def test_the_table_is_the_same_from_a_document_with_the_withdrawal_applied(tmp_path: Path) -> None:
    told = document(tmp_path, leaving("south", DAY, "shut"))
    assert losses(withdrawn(told)) == losses(told)


def test_without_figures_of_a_store_the_table_says_which(tmp_path: Path) -> None:
    told = document(tmp_path, leaving("south", DAY, "shut"))
    day = days_since_2000(date.fromisoformat(DAY))
    with pytest.raises(InputError, match="charge"):
        loss_table(told, "alpha", day, {}, {}, np.zeros(3))
    with pytest.raises(InputError, match="2014-01-01 to 2016-12-31"):
        loss_table(told, "alpha", 0, {}, {}, np.zeros(3))
    assert loss_days_of(told) == {("south", "alpha"): day}


def test_autarky_lists_what_is_not_the_partners_own(tmp_path: Path) -> None:
    told = document(tmp_path, {"site.cape.nation": "USA"})
    found = {(row.kind, row.key): row for row in autarky(told, "south", "alpha")}
    # Its own arrays leave with it for its own station: then the power is of the other.
    power = found["function", "power"]
    assert power.partners == ("north",)
    days = (date(2016, 12, 31) - date(2015, 6, 30)).days
    assert power.needed_for == (f"north, south, needed by the crew, on {days} of 1,034 days",)
    assert ("function", "heat") not in found
    assert found["function", "data"].partners == ("north",)
    assert set(found["ground", "north"].needed_for) == {"data (core)", "power (later)"}
    assert "port of annexe" in found["module", "core"].needed_for
    assert "orbit (core)" in found["module", "core"].needed_for
    assert found["ship", "capsule"].needed_for == ("seats of BRA",)
    assert found["launcher", "lifter"].partners == ()
    assert found["site", "cape"].partners == ("USA",)
    assert "ship freighter" in found["site", "cape"].needed_for
    # Days on which no module of those who consume a function is there are not counted.
    early = document(tmp_path, {"function.data.segments": ["south"]})
    data = next(row for row in autarky(early, "south", "alpha") if row.key == "data")
    own = [
        days
        for key, days in module_days(early)["alpha"].items()
        if early.module[key].segment == "south"
    ]
    present = int(np.logical_or.reduce(own).sum())
    assert data.needed_for[0].endswith(f" of {present:,} days")
    text = autarky_text(told, "south", found.values())
    assert "cape (A site; USA): module annexe" in text


def test_autarky_knows_an_owner_who_does_not_operate(tmp_path: Path) -> None:
    own = {"module.annexe.owner": "north"}
    rows = autarky(document(tmp_path, own), "south", "alpha")
    assert ("module", "annexe") in {(row.kind, row.key) for row in rows}
    assert ("equipment", "pumps") in {(row.kind, row.key) for row in rows}
    heat = next(row for row in rows if row.key == "heat")
    assert heat.partners == ("south",)


def test_a_way_that_needs_anothers_function_is_not_its_own(tmp_path: Path) -> None:
    needs = {"function.heat.provider.loop.needs": ["data"]}  # that is commanded by the other
    rows = {(row.kind, row.key) for row in autarky(document(tmp_path, needs), "south", "alpha")}
    assert ("function", "heat") in rows
    assert ("equipment", "pumps") not in rows


def test_autarky_of_nobody_that_is_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="did you mean 'south'"):
        autarky(document(tmp_path), "sout")
    with pytest.raises(InputError, match="expected a station"):
        autarky(document(tmp_path), "south", "gamma")
