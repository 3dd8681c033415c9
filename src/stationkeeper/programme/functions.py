"""What a station needs to live: functions, who provides them, stores that bridge, and partings."""

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from stationkeeper.programme.parts import (
    Day,
    Fact,
    Flag,
    Fraction,
    Identifier,
    NotNegative,
    Part,
    Positive,
    Text,
)

FunctionKind = Literal[
    "attitude",
    "orbit",
    "avoidance",
    "power",
    "data",
    "air",
    "water",
    "heat",
    "ports",
    "rescue",
    "other",
]
StoreKind = Literal["oxygen", "nitrogen", "water", "food", "charge", "momentum", "heat", "other"]


class Provider(Fact):
    """One way in which a function is provided."""

    segment: Identifier | None = None
    """Segment that provides it; absent for ships and the ground. [-]"""
    commanded_by: Identifier
    """Partner from whose ground it is commanded. [-]"""
    modules: tuple[Identifier, ...] = ()
    """Modules that must all be at the station. [-]"""
    equipment: tuple[Identifier, ...] = ()
    """Groups of equipment that must all work. [-]"""
    needs: tuple[Identifier, ...] = ()
    """Functions that must all be there. [-]"""
    ships: tuple[Identifier, ...] = ()
    """Ships of which one must be docked. [-]"""
    propellant: Flag = False
    """It needs propellant in the tanks. [-]"""
    since: Day | None = None
    """First day; absent means always. [date]"""
    until: Day | None = None
    """Last day; absent means always. [date]"""


class Function(Fact):
    """Something without which a station or its people cannot be."""

    station: Identifier
    """Station concerned. [-]"""
    title: Text
    """Name as people say it. [-]"""
    kind: FunctionKind
    """What it does. [-]"""
    segments: tuple[Identifier, ...] = ()
    """Segments that consume it; none means all. [-]"""
    needed_by: Literal["station", "crew", "work"]
    """What its loss ends once nothing bridges it any more: the station, the stay of people, or
    nothing but work. [-]"""
    bridge: tuple[Identifier, ...] = ()
    """Stores that bridge its loss; the first to be empty counts. [-]"""
    provider: Annotated[dict[Identifier, Provider], Field(min_length=1, max_length=50)]
    """Ways in which it is provided; any of them is enough. [-]"""


class Store(Fact):
    """Something kept aboard that runs down."""

    station: Identifier
    """Station concerned. [-]"""
    title: Text
    """Name as people say it. [-]"""
    kind: StoreKind
    """What it holds; ships bring oxygen, nitrogen, water and food. [-]"""
    unit: Literal["kg", "kWh", "N m s", "MJ"] = "kg"
    """Unit of all its figures. [-]"""
    aboard: NotNegative
    """Aboard on the first day. [its unit]"""
    capacity: Positive
    """Most it holds. [its unit]"""
    use_per_day: NotNegative = 0.0
    """Standing use. [its unit/d]"""
    use_per_person_day: NotNegative = 0.0
    """Use of one person. [its unit/d]"""
    takes_leaks: Flag = False
    """It makes up for the air that leaks. [-]"""
    spared_by: dict[Identifier, Fraction] = {}
    """Share of the use that a function spares while it is there: recovery, or all of it. [-]"""
    filled_by: Identifier | None = None
    """Function that fills it again in a day while it is there (charge, momentum, heat). [-]"""
    counted_on: Day | None = None
    """Day on which that much was aboard; absent means the first day flown. [date]"""
    reserve_days: NotNegative = 45.0
    """Days of use that are kept as a reserve. [d]"""


WithdrawalMode = Literal["crews", "crews-and-ships", "handed-over", "shut", "separated"]


class Withdrawal(Fact):
    """A partner ends its part on a day. A date alone stands for ``shut``."""

    date: Day
    """First day without the partner. [date]"""
    mode: WithdrawalMode = "shut"
    """Its people no longer come; nor its ships; its grounds hand over; all that it commands is
    shut; its modules leave. [-]"""
    to: Identifier | None = None
    """Handed over: the partner that commands afterwards. [-]"""
    transfer_days: NotNegative = 365.0
    """Handed over: days from the notice until the other can command. [d]"""
    notice: Day | None = None
    """Handed over: day on which the transfer begins; absent means the date itself. [date]"""

    @model_validator(mode="before")
    @classmethod
    def _date_alone(cls, value: Any) -> Any:
        return value if isinstance(value, dict | Withdrawal) else {"date": value}


class Brought(Part):
    """What a ship brings beside propellant."""

    oxygen_kg: NotNegative = 0.0
    """Oxygen. [kg]"""
    nitrogen_kg: NotNegative = 0.0
    """Nitrogen, or air. [kg]"""
    water_kg: NotNegative = 0.0
    """Water. [kg]"""
    food_kg: NotNegative = 0.0
    """Food with packing. [kg]"""
    spares_kg: NotNegative = 0.0
    """Spare parts. [kg]"""
    other_kg: NotNegative = 0.0
    """All else that fills the hold: research, clothes, hardware. [kg]"""


class Hold(Part):
    """What a ship can carry beside people."""

    total_kg: Positive
    """Most cargo in all, propellant for the station included. [kg]"""
    dry_kg: NotNegative
    """Most in the pressurised hold: food, spare parts, all else. [kg]"""
    water_kg: NotNegative = 0.0
    """Most water in tanks. [kg]"""
    gas_kg: NotNegative = 0.0
    """Most oxygen and nitrogen in tanks. [kg]"""
    propellant_kg: NotNegative = 0.0
    """Most propellant for the station. [kg]"""
