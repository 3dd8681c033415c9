"""The link of a simulated station: paths, rates, spares, the recorder."""

import pytest

from stationkeeper.operations.parts import link
from tests.small_plant import Bench, bench, ros_house

NEAR = 1.0e6  # [m]


@pytest.fixture
def flown() -> Bench:
    return bench(link, ros_house())


def contact(flown: Bench, *, ground: bool = False, relay: bool = False) -> None:
    flown.put("env.ground", float(ground))
    flown.put("env.ground-range", NEAR if ground else 0.0)
    flown.put("env.relay", float(relay))


def test_nothing_passes_without_contact(flown: Bench) -> None:
    flown.run(600)
    for name in ("link.up", "link.down", "link.path", "link.rate", "transmitter.1.output"):
        assert flown.get(name) == 0.0


@pytest.mark.parametrize(
    ("ground", "relay", "error", "path", "rate"),
    [
        (True, False, 0.0, 1.0, 105e6),
        (False, True, 0.0, 2.0, 10e6),
        (True, True, 0.0, 1.0, 105e6),
        (True, False, 1.0, 1.0, 8e3),
        (False, True, 1.0, 0.0, 0.0),
    ],
)
def test_the_fastest_path_is_taken(
    flown: Bench, ground: bool, relay: bool, error: float, path: float, rate: float
) -> None:
    contact(flown, ground=ground, relay=relay)
    flown.put("attitude.error", error)
    flown.run(10)
    assert flown.get("link.path") == path
    assert flown.get("link.rate") == rate
    assert flown.get("link.up") == flown.get("link.down") == float(path > 0)


def test_safe_mode_is_heard_through_a_relay_in_any_attitude(flown: Bench) -> None:
    contact(flown, relay=True)
    flown.put("attitude.error", 2.0)
    flown.command("safe-mode", 1.0)
    flown.run(10)
    assert flown.get("link.up") == 1.0
    assert flown.get("link.rate") == 8e3


def test_nothing_passes_without_a_computer(flown: Bench) -> None:
    contact(flown, ground=True)
    flown.put("computer.leads", 0.0)
    flown.run(10)
    assert flown.get("link.up") == flown.get("link.down") == 0.0


def test_a_spare_transmitter_is_taken_after_ten_minutes_of_contact(flown: Bench) -> None:
    flown.ail("transmitter.1.output", 0.0)
    for _ in range(4):  # passes of three minutes: they add up
        contact(flown, ground=True)
        flown.run(180)
        contact(flown)
        flown.run(3_600)
    assert flown.commanded("load.transmitter-1") == 0.0
    assert flown.commanded("load.transmitter-2") == 1.0
    contact(flown, ground=True)
    flown.run(10)
    assert flown.get("link.down") == 1.0
    assert flown.get("transmitter.2.output") > 0.0


def test_a_spare_receiver_is_taken_too(flown: Bench) -> None:
    flown.ail("receiver.1.sensitivity", 0.0)
    contact(flown, ground=True)
    flown.run(10)
    assert flown.get("link.up") == 0.0
    assert flown.get("link.down") == 1.0
    flown.run(620)
    assert flown.get("link.up") == 1.0
    assert flown.commanded("load.receiver-2") == 1.0


def test_no_spare_is_taken_when_that_is_broken_or_all_is_off(flown: Bench) -> None:
    contact(flown, ground=True)
    flown.ail("transmitter.1.output", 0.0)
    flown.ail("link.switch-over", 0.0)
    flown.run(3_600)
    assert flown.commanded("load.transmitter-2") == 0.0
    flown.ail("link.switch-over", 1.0)
    flown.command("load.transmitter-1", 0.0)
    flown.run(3_600)
    assert flown.commanded("load.transmitter-2") == 0.0


def test_a_weak_transmitter_serves_near_and_not_far(flown: Bench) -> None:
    flown.ail("transmitter.1.output", 0.2)
    contact(flown, ground=True)
    flown.put("env.ground-range", 5e5)
    flown.run(10)
    assert flown.get("link.down") == 1.0
    flown.put("env.ground-range", 2.2e6)
    flown.run(10)
    assert flown.get("link.down") == 0.0


def test_frames_are_counted_and_fewer_are_sent_again_the_more_is_to_spare(flown: Bench) -> None:
    contact(flown, ground=True)
    again = []
    for far in (2.3e6, 1e6):
        flown.put("env.ground-range", far)
        before = flown.get("link.frames"), flown.get("link.frame-errors")
        flown.run(100)
        sent = flown.get("link.frames") - before[0]
        assert sent == pytest.approx(100 * 105e6 / link.FRAME)
        again.append((flown.get("link.frame-errors") - before[1]) / sent)
    assert 0.0 < again[1] < 0.1 * again[0] < 1e-4


def test_noise_brings_the_rate_down(flown: Bench) -> None:
    contact(flown, ground=True)
    flown.put("env.ground-range", 2e6)
    flown.ail("link.interference", 5.0)
    flown.run(10)
    assert flown.get("link.low-rate") == 1.0
    flown.ail("link.interference", 40.0)
    flown.run(10)
    assert flown.get("link.up") == flown.get("link.down") == 0.0


def test_every_contact_over_the_horizon_has_a_margin(flown: Bench) -> None:
    contact(flown, ground=True)
    flown.put("env.ground-range", 2.3e6)
    flown.run(10)
    assert flown.get("receiver.1.level") > 2.0
    assert flown.get("link.rate") == 105e6


def test_the_recorder_fills_empties_and_overflows(flown: Bench) -> None:
    flown.run(86_400)
    came = flown.part.ledger[0]
    assert flown.get("recorder.fill") == pytest.approx(came)
    hidden = flown.registry.hidden
    sources = sum(hidden[name] for name in hidden if name.endswith(".data"))
    housekeeping = 1e3 * ros_house().plant.data.telemetry_kbps
    assert came * 8 / 86_400 == pytest.approx(sources + housekeeping, rel=1e-9)
    contact(flown, ground=True)
    before = flown.get("recorder.fill")
    flown.run(600)
    emptied = before - flown.get("recorder.fill")
    assert emptied == pytest.approx(600 * (105e6 - flown.get("recorder.input")) / 8, rel=1e-9)
    contact(flown)
    flown.run(3 * 86_400)
    assert flown.get("recorder.fill") == 256e9
    assert flown.get("recorder.lost") > 0
    assert abs(link.balance(0.0, flown.get("recorder.fill"), flown.part)["data"]) < 1e-12


def test_a_recorder_without_power_loses_what_comes(flown: Bench) -> None:
    flown.command("load.recorder", 0.0)
    flown.run(600)
    assert flown.get("recorder.lost") == flown.part.ledger[0] > 0.0
    assert flown.get("recorder.fill") == 0.0


def test_a_bad_part_of_the_recorder_takes_its_data(flown: Bench) -> None:
    flown.run(2 * 86_400)
    flown.ail("recorder.room", 0.1)
    flown.run(10)
    assert flown.get("recorder.fill") == pytest.approx(25.6e9)
    assert abs(link.balance(0.0, flown.get("recorder.fill"), flown.part)["data"]) < 1e-12


def test_sending_takes_power_and_warms(flown: Bench) -> None:
    flown.run(3_600)
    quiet = flown.get("load.transmitter-1.asked"), flown.get("transmitter.1.temperature")
    contact(flown, ground=True)
    flown.run(600)
    assert flown.get("load.transmitter-1.asked") == pytest.approx(4 * quiet[0])
    assert flown.get("transmitter.1.temperature") > quiet[1] + 3
