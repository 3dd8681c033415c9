"""Risks as a decision maker sees them: from rows to chances, calibrated, and without foresight."""

import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from stationkeeper.errors import DomainError, StorageError
from stationkeeper.lifetime.deciding.hazard import (
    PRIOR_OF_STATE,
    Seen,
    cumulative,
    error_of_year,
    hat_functions,
    next_hit,
    smooth_rate,
    state_factors,
)
from stationkeeper.lifetime.deciding.risk import (
    LEAKING,
    MEASURES,
    NINE_IN_TEN,
    QUIET,
    STATES,
    WITHOUT,
    continued,
    flat_risks,
    foreseen,
    history_of,
    joined,
    risk_rows,
    risks,
    taken,
)
from stationkeeper.lifetime.deciding.rows import NEVER, Outcomes, gathered, outcomes
from stationkeeper.results.events import write_events

ORIGIN = int(np.datetime64("2000-01-01", "D").astype(int))


def day(text: str) -> int:
    """Return a date as a day since 2000-01-01."""
    return int(np.datetime64(text, "D").astype(int)) - ORIGIN


def told_of(
    events: list[tuple[int, str, str, str]], replicas: int, *, stations: tuple[str, ...] = ("one",)
) -> Outcomes:
    """Return outcomes of station one, from (replica, name, subject, date)."""
    parts = [
        ("one", name, subject, np.array([replica]), np.array([day(when)]))
        for replica, name, subject, when in events
    ]
    return gathered(parts, stations, replicas, day("2030-01-01"), 3_652)


MONTHS = np.arange("2030-01", "2040-01", dtype="datetime64[M]")


def assembled(until: datetime.date | None = None, exists: slice = slice(None)) -> Any:
    """Stand in for a programme of one station, which somebody leaves on a day."""
    days = int((np.datetime64("2040-01-01") - np.datetime64("2030-01-01")).astype(int))
    month_of_day = (
        (np.datetime64("2030-01-01") + np.arange(days)).astype("datetime64[M]") - MONTHS[0]
    ).astype(int)
    there = np.zeros(days, bool)
    there[exists] = True
    leave = SimpleNamespace(kind="leave", station="one", date=until)
    programme = SimpleNamespace(
        function={
            "power": SimpleNamespace(needed_by="station"),
            "study": SimpleNamespace(needed_by="work"),
        },
        event={} if until is None else {"leave": leave},
        withdraw={},
        flight={},
        crew={},
        as_known=None,
        station={"one": SimpleNamespace(end=None)},
        span=SimpleNamespace(first=datetime.date(2030, 1, 1), last=datetime.date(2039, 12, 31)),
    )
    return SimpleNamespace(
        programme=programme,
        keys=("one",),
        calendar=SimpleNamespace(months=MONTHS, month_of_day=month_of_day),
        stations=(SimpleNamespace(hardware=SimpleNamespace(exists=there)),),
    )


# ---- rows


def test_rows_of_several_files_are_read_back_by_station_and_kind(tmp_path: Path) -> None:
    names = [("drag factor", "1"), ("hull penetrated: hub", "mm"), ("people are back", "1")]
    for chunk in range(2):
        rows = {
            "replica": np.array([2 * chunk, 2 * chunk, 2 * chunk + 1]),
            "station": np.array([0, 1, 0]),
            "event": np.array([1, 1, 2]),
            "day": np.array([11_000, 11_001, 11_002]),
            "value": np.ones(3),
        }
        with open(tmp_path / f"chunk-{chunk}.parquet", "wb") as file:
            write_events(rows, ("one", "two"), names)(file)
    told = outcomes(tmp_path, ("one", "three"), 4, 10_957, 3_652)
    struck, back = told.marks["one"]["penetrated"], told.marks["one"]["people-back"]
    assert (struck.replica.tolist(), struck.day.tolist()) == ([0, 2], [11_000, 11_000])
    assert struck.subjects == ("hub",)
    assert (back.replica.tolist(), back.day.tolist()) == ([1, 3], [11_002, 11_002])
    assert told.first("one", "penetrated").tolist() == [11_000, NEVER, 11_000, NEVER]
    assert told.marks["three"]["penetrated"].day.size == 0
    assert "two" not in told.marks


def test_a_folder_without_rows_is_told(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="expected replicas"):
        outcomes(tmp_path, ("one",), 1, 0, 1)
    (tmp_path / "chunk-0.parquet").write_bytes(b"not rows")
    with pytest.raises(StorageError, match="cannot be read"):
        outcomes(tmp_path, ("one",), 1, 0, 1)


# ---- states


def test_a_state_is_seen_from_the_month_after_its_event_for_a_year() -> None:
    told = told_of(
        [
            (0, "leak-beyond", "hub", "2031-03-01"),
            (1, "function-lost", "power", "2031-03-31"),
            (2, "function-lost", "study", "2031-03-31"),
            (3, "people-leave", "function power", "2031-03-10"),
            (4, "people-leave", "function power", "2031-03-10"),
            (4, "people-back", "", "2033-03-01"),
        ],
        5,
    )
    state = history_of(told, "one", MONTHS, ("power",), 0, 120).state

    def months(replica: int, name: str) -> list[int]:
        return np.flatnonzero(state[replica] == STATES.index(name)).tolist()

    march = 14
    assert months(0, LEAKING) == list(range(march + 1, march + 13))
    assert months(1, WITHOUT) == list(range(march + 1, march + 13))
    assert months(2, QUIET) == list(range(120))
    assert months(3, WITHOUT) == list(range(march + 1, 120))
    assert months(4, WITHOUT) == list(range(march + 1, march + 25))


def test_a_loss_ends_what_is_looked_at_with_its_month() -> None:
    told = told_of([(0, "station-lost", "hub", "2031-03-01")], 2)
    history = history_of(told, "one", MONTHS, (), 3, 100)
    assert history.lost.tolist() == [14, 120]
    assert history.seen["people-lost"].begin.tolist() == [3, 3]
    assert history.seen["people-lost"].end.tolist() == [15, 100]
    assert np.flatnonzero(history.seen["station-lost"].hit[0]).tolist() == [14]


# ---- rates


def never_lost(hit: np.ndarray) -> Seen:
    """Look at all months of all replicas."""
    return Seen(hit, np.zeros(len(hit), int), np.full(len(hit), hit.shape[1]))


def test_hat_functions_add_up_to_one() -> None:
    for months in (1, 2, 36, 37, 240):
        assert np.allclose(hat_functions(months).sum(axis=1), 1.0)


def test_the_rate_follows_one_that_grows() -> None:
    truth = 0.002 * np.exp(np.arange(240) / 120)
    hit = np.random.default_rng(1).random((2_000, 240)) < truth
    rate = smooth_rate(never_lost(hit))
    assert rate.hazard == pytest.approx(truth, rel=0.2)
    assert np.abs(np.log(rate.hazard / truth)).mean() < 0.05


def test_events_without_number_leave_half_an_event() -> None:
    rate = smooth_rate(never_lost(np.zeros((50, 120), bool)))
    assert rate.hazard.sum() * 50 == pytest.approx(0.5)
    with pytest.raises(DomainError, match="at least one month"):
        smooth_rate(Seen(np.zeros((5, 12), bool), np.zeros(5, int), np.zeros(5, int)))


def test_the_band_holds_the_truth_nine_times_in_ten() -> None:
    random, truth, held = np.random.default_rng(7), 0.001, []
    expected = 12 * truth
    for _ in range(200):
        rate = smooth_rate(never_lost(random.random((250, 120)) < truth))
        total = cumulative(rate)
        year = total[12 + np.arange(120)] - total[:120]
        width = np.exp(NINE_IN_TEN * error_of_year(rate))
        held.append((year[60] / width[60] < expected) & (expected < year[60] * width[60]))
    assert 0.86 <= np.mean(held) <= 0.97


def test_replicas_that_differ_widen_the_band() -> None:
    random = np.random.default_rng(3)
    alike = random.random((500, 120)) < 0.02
    differ = random.random((500, 120)) < 0.02 * random.gamma(0.3, 1 / 0.3, (500, 1))
    narrow, wide = (error_of_year(smooth_rate(never_lost(hit))).mean() for hit in (alike, differ))
    assert wide > 1.5 * narrow


def test_next_hit_counts_the_month_itself() -> None:
    hit = np.zeros((1, 6), bool)
    hit[0, [2, 5]] = True
    assert next_hit(hit).tolist() == [[2, 2, 2, 5, 5, 5]]


def test_factors_are_those_of_a_plain_count() -> None:
    random = np.random.default_rng(5)
    hit = random.random((40, 60)) < 0.02
    begin, end = np.full(40, 4), random.integers(30, 61, 40)
    end[:25] = 60
    begin[7], hit[:10] = 9, False
    seen, state = Seen(hit, begin, end), random.integers(0, 3, (40, 60)).astype(np.int8)
    rate = smooth_rate(seen)
    found = state_factors(seen, state, 3, rate, (12, 1))
    for row, window in zip(found, (12, 1), strict=True):
        events, wanted = np.zeros(3), np.zeros(3)
        for r in range(40):
            for m in range(begin[r], end[r]):
                for later in range(m, min(m + window, end[r])):
                    wanted[state[r, m]] += rate.hazard[later]
                    if hit[r, later]:
                        events[state[r, m]] += 1
                        break
        plain = (events / window + PRIOR_OF_STATE) / (wanted / window + PRIOR_OF_STATE)
        assert row == pytest.approx(plain)


# ---- chances


def dealt(seed: int, replicas: int) -> Outcomes:
    """Deal lives in which a leak makes a loss eight times as likely in the year after it."""
    random = np.random.default_rng(seed)
    days = MONTHS.astype("datetime64[D]").astype(int) - ORIGIN + 10
    leak = random.random((replicas, 120)) < 0.01
    lately = np.zeros_like(leak)
    for month in range(1, 120):
        lately[:, month] = leak[:, max(month - 12, 0) : month].any(axis=1)
    loss = random.random((replicas, 120)) < np.where(lately, 0.008, 0.001)
    when = np.where(loss.any(axis=1), loss.argmax(axis=1), 120)
    leak &= np.arange(120) <= when[:, None]
    who, month = np.nonzero(leak)
    lost = np.flatnonzero(when < 120)
    parts = [
        ("one", "leak-beyond", "hub", who, days[month]),
        ("one", "station-lost", "hub", lost, days[when[lost]]),
    ]
    return gathered(parts, ("one",), replicas, day("2030-01-01"), 3_652)


def test_what_is_foreseen_comes_in_replicas_that_were_not_asked() -> None:
    """By state: what one half lets expect of the coming year lies within three errors."""
    known, other = (history_of(dealt(seed, 1_500), "one", MONTHS, (), 0, 120) for seed in (1, 2))
    seen = known.seen["station-lost"]
    yearly, _ = foreseen(seen, known.state, smooth_rate(seen))
    # The state ends within the year, and others enter it: less than eight times.
    assert 3 * yearly[0].mean() < yearly[1].mean() < 8 * yearly[0].mean()
    came = next_hit(other.seen["station-lost"].hit)
    for state in (0, 1):
        expected = events = 0.0
        for month in range(0, 120, 12):
            asked = (other.lost >= month) & (other.state[:, month] == state)
            expected += asked.sum() * yearly[state, month]
            events += (asked & (came[:, month] < month + 12)).sum()
        # Both halves scatter.
        assert abs(events - expected) < 3 * np.sqrt(2 * expected)
        assert expected > 20


def test_nobody_sees_the_future_of_a_replica() -> None:
    """Replicas alike up to a day may change their futures: what was foreseen before is the same."""
    events = [(r, "leak-beyond", "hub", "2030-06-10") for r in range(0, 40, 2)]
    later = {
        3: ("station-lost", "hub", "2036-02-03"),
        5: ("people-lost", "hub", "2035-07-01"),
        6: ("station-lost", "hub", "2035-02-01"),
        8: ("people-leave", "hub", "2036-10-10"),
    }
    one = told_of(events + [(r, *what) for r, what in later.items()], 40)
    changed = {33: later[3], 11: later[5], 38: later[6], 30: later[8]}
    two = told_of(events + [(r, *what) for r, what in changed.items()], 40)
    first, second = (risks(told, None, assembled(), 40) for told in (one, two))
    cut = 60  # 2035-01
    for measure in MEASURES:
        before, after = (told.yearly["one"][measure] for told in (first, second))
        assert before[:, :cut] == pytest.approx(after[:, :cut], rel=1e-6)
    # They do learn from what has happened.
    leave = first.yearly["one"]["people-leave"]
    assert leave[8, 90] != leave[30, 90]


def test_a_visible_state_changes_the_chance_of_its_replica_alone() -> None:
    told = risks(dealt(1, 800), None, assembled(), 800)
    yearly, state = told.yearly["one"]["station-lost"], told.state["one"]
    leaking = state[:, 50] == STATES.index(LEAKING)
    assert 0 < leaking.sum() < 800
    assert yearly[leaking, 50].min() > 3 * yearly[~leaking, 50].max()
    low, high = told.band["one"]["station-lost"]
    mean = told.mean["one"]["station-lost"]
    assert np.all((low < mean) & (mean < high))


def test_a_station_has_no_risk_while_it_is_not_there() -> None:
    told = risks(dealt(1, 50), None, assembled(exists=slice(400, 2_000)), 50)
    for measure in MEASURES:
        yearly = told.yearly["one"][measure]
        assert not yearly[:, :13].any()
        assert not yearly[:, 66:].any()
        assert yearly[:, 13:65].min() > 0
    nowhere = assembled()
    nowhere.keys = ()
    assert not risks(dealt(1, 50), None, nowhere, 50).mean["one"]["station-lost"].any()


# ---- replicas that are flown on


def test_replicas_go_on_as_one_in_the_same_state_did() -> None:
    until = 60  # 2035-01
    main = told_of(
        [
            (0, "station-lost", "hub", "2031-01-10"),
            (7, "leak-beyond", "hub", "2034-10-01"),
            (9, "station-lost", "hub", "2036-01-01"),  # after the plan has ended: not so
        ],
        10,
    )
    stay = told_of(
        [
            (0, "station-lost", "hub", "2031-01-10"),
            (1, "leak-beyond", "hub", "2034-11-01"),
            (1, "station-lost", "hub", "2037-05-01"),
            (2, "station-lost", "hub", "2038-05-01"),
        ],
        3,
    )
    own, on = (history_of(told, "one", MONTHS, (), 0, 120) for told in (main, stay))
    state, lost, donor = continued(own, on, until)
    assert donor[1:3].tolist() == [1, 2]
    assert donor[7] == 1
    assert set(donor[[3, 4, 5, 6, 8, 9]].tolist()) == {2}
    assert lost.tolist() == [12, 88, 100, 100, 100, 100, 100, 88, 100, 100]
    assert np.array_equal(state[:, :until], own.state[:, :until])
    assert np.array_equal(state[7, until:], on.state[1, until:])
    told = risks(main, stay, assembled(datetime.date(2035, 1, 5)), 10)
    assert told.flown_until["one"] == until
    assert told.lost_month["one"].tolist() == lost.tolist()
    assert told.yearly["one"]["station-lost"][:, until:].min() > 0


def test_no_replica_counts_twice() -> None:
    main = told_of([(r, "station-lost", "hub", "2033-01-10") for r in (0, 8)], 10)
    stay = told_of([(0, "station-lost", "hub", "2033-01-10")], 4)
    own, on = (history_of(told, "one", MONTHS, (), 0, 120) for told in (main, stay))
    seen = joined(own, on, 60).seen["station-lost"]
    assert seen.hit.sum() == 2
    assert len(seen.hit) == 10
    assert seen.end.tolist() == [37, 120, 120, 120, 60, 60, 60, 60, 37, 60]
    assert joined(own, None, 60) is own


# ---- what others read


def test_the_chance_taken_adds_up_over_months_and_stops() -> None:
    told = flat_risks(("one",), MONTHS, 4, 0.02)
    first, last = np.array([0, 12, 50, 100]), np.array([24, 24, 10, 130])
    chance = taken(told, "one", "people-lost", first, last)
    assert chance == pytest.approx([1 - 0.98**2, 0.02, 0.0, 1 - 0.98 ** (20 / 12)], rel=1e-5)


def test_entries_of_the_document_have_their_shape() -> None:
    told = risks(dealt(1, 50), None, assembled(), 50)
    rows = risk_rows(told)
    assert [row["measure"] for row in rows] == list(MEASURES)
    assert {len(rows[0][name]) for name in ("months", "yearly", "low", "high")} == {120}
    assert rows[0]["flown_until"] is None
    assert rows[0]["months"][0] == "2030-01"
    assert told.replicas == 50
