"""People aboard, summed over days, are the seats of all stays times their days."""

import numpy as np
import pytest

from stationkeeper.lifetime.assemble import assemble
from stationkeeper.lifetime.merge import same_in_all
from stationkeeper.programme.read import read_programme
from stationkeeper.programme.reference import reference_table


@pytest.mark.parametrize("name", ["iss-to-ros", "mir", "skylab"])
def test_person_days_add_up(name):
    assembled = assemble(read_programme(name), reference_table)
    calendar = assembled.calendar
    expected = 0
    for stay in assembled.stays:
        days = min(stay.last, calendar.days) - max(stay.first, 0)
        expected += days * sum(stay.crew.seats.values())
    assert assembled.people.sum() == expected
    days_of_month = np.bincount(calendar.month_of_day)
    monthly = same_in_all(assembled)["people"]
    assert (monthly * days_of_month).sum() == pytest.approx(expected, rel=1e-12)
    assert expected > 100


@pytest.mark.parametrize("name", ["iss-to-ros", "tiangong"])
def test_mass_is_that_of_the_modules_present_and_the_ships_docked(name):
    programme = read_programme(name)
    assembled = assemble(programme, reference_table)
    masses = np.array([module.mass_kg for module in programme.module.values()])
    heaviest = 16 * max(ship.mass_kg for ship in programme.ship.values())
    for flown in assembled.stations:
        parts = flown.hardware
        modules = masses @ parts.modules
        ships = (parts.mass - modules)[parts.exists]
        assert (ships > -1e-6).all()
        assert ships.max() < heaviest
        assert ships.max() > 0
