"""What was said, decided, agreed, notified and owed: the record of words, kept apart from deeds."""

from typing import Annotated, Literal

from pydantic import Field

from stationkeeper.programme.parts import (
    Confidence,
    Day,
    Fact,
    Identifier,
    NotNegative,
    Text,
)

Track = Literal["said", "decided", "agreed", "notified", "context", "protest"]
Act = Literal[
    "leave",
    "stay",
    "end",
    "first-launch",
    "first-crew",
    "complete",
    "orbit",
    "exchange",
    "no-notice",
    "other",
]
ReasonTopic = Literal[
    "age",
    "condition",
    "malfunctions",
    "safety",
    "radiation",
    "cost",
    "sanctions",
    "own-station",
    "national",
    "cooperation",
    "research",
    "transport",
    "other",
]
Days = Annotated[int, Field(ge=0, le=20_000, strict=True)]


class Statement(Fact):
    """Words of an office on a day. It changes nothing by itself."""

    office: Text
    """Office, body or law, never a person. [-]"""
    date: Day
    """Day on which it was made. [date]"""
    date_confidence: Confidence | None = None
    """A if the day was read, B or C if it is remembered or approximate. [-]"""
    track: Track
    """Said, decided, agreed, or notified in the form that an agreement asks for; context and
    protests stand beside and have no effect. [-]"""
    act: Act = "other"
    """What it is about: leaving, staying or the end of a station, the first launch, first crew,
    completion or orbit of a new one, seats, or that no notice has come. [-]"""
    partner: Identifier | None = None
    """Partner whose act it is. [-]"""
    stations: tuple[Identifier, ...] = ()
    """Stations concerned. [-]"""
    text: Text
    """Short, as worded. [-]"""
    worded: Literal["quote", "shortened", "paraphrase"] = "paraphrase"
    """How near the text is to the words. [-]"""
    worded_date: Text = ""
    """The date as worded: ``after 2024``. [-]"""
    not_before: Day | None = None
    """First day that the words allow. [date]"""
    not_after: Day | None = None
    """Last day that the words allow. [date]"""
    condition: Text = ""
    """On what it depends, as worded; empty if on nothing. [-]"""
    reaffirms: tuple[Identifier, ...] = ()
    """Statements that it says again. [-]"""
    replaces: tuple[Identifier, ...] = ()
    """Statements that hold no more. [-]"""
    denies: tuple[Identifier, ...] = ()
    """Statements that it contradicts. [-]"""
    refers: tuple[Identifier, ...] = ()
    """Other statements that it explains, joins, extends or answers. [-]"""
    reasons: dict[ReasonTopic, Text] = {}
    """Reasons as stated, by topic; none is asserted here. [-]"""


class Treaty(Fact):
    """An agreement of states: open-ended, left by written notice."""

    title: Text
    """Name as people say it. [-]"""
    parties: tuple[Identifier, ...]
    """Partners bound by it. [-]"""
    stations: tuple[Identifier, ...] = ()
    """Stations concerned. [-]"""
    depositary: Identifier | None = None
    """Partner that receives notices. [-]"""
    since: Day
    """Day of signature. [date]"""
    until: Day | None = None
    """Last day; absent means that it names no end. [date]"""
    notice_days: Days
    """Days between a notice of withdrawal and its effect. [d]"""


class Notice(Fact):
    """A formal notice under a treaty. Only this starts the clock."""

    treaty: Identifier
    """Treaty under which it is given. [-]"""
    partner: Identifier
    """Partner that gives it. [-]"""
    date: Day
    """Day on which it is given. [date]"""
    kind: Literal["withdrawal", "extension"]
    """Withdrawal starts the clock; an extension tells how long a partner will stay. [-]"""
    statement: Identifier | None = None
    """Statement that records it. [-]"""


class Commitment(Fact):
    """A partner is bound to take part to a day."""

    partner: Identifier
    """Partner bound. [-]"""
    station: Identifier
    """Station concerned. [-]"""
    since: Day
    """Day of the decision. [date]"""
    until: Day
    """Last day. [date]"""
    replaces: tuple[Identifier, ...] = ()
    """Commitments that it extends or shortens. [-]"""
    statement: Identifier | None = None
    """Statement that records it. [-]"""


class Obligation(Fact):
    """Something owed by one side to another, with what was delivered of it."""

    title: Text
    """What is owed. [-]"""
    owed_by: tuple[Identifier, ...]
    """Partners that owe it; none means every partner. [-]"""
    owed_to: tuple[Identifier, ...] = ()
    """Partners to which it is owed; none means all others. [-]"""
    since: Day
    """First day. [date]"""
    until: Day | None = None
    """Last day; absent means no end is agreed. [date]"""
    quantity: NotNegative | None = None
    """Owed in all, or each year if the unit says so; absent means not published. [its unit]"""
    delivered: NotNegative | None = None
    """Delivered so far; absent means not counted. [its unit]"""
    unit: Text = ""
    """Unit of both. [-]"""
    status: Literal[
        "in-force", "running", "in-preparation", "delivered", "ended", "cancelled", "not-checked"
    ]
    """Where it stands. [-]"""
    basis: Text = ""
    """Treaty, protocol or arrangement on which it rests, in words. [-]"""
    treaty: Identifier | None = None
    """Treaty on which it rests, if listed. [-]"""


class Cooperation(Fact):
    """A change of how two partners work together in one subject."""

    partners: tuple[Identifier, Identifier]
    """The pair. [-]"""
    subject: Text
    """What they work together in. [-]"""
    date: Day
    """First day of the new state. [date]"""
    change: Literal["begin", "suspend", "resume", "end"]
    """What changes. [-]"""
    statement: Identifier | None = None
    """Statement that records it. [-]"""
