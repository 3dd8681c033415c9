"""A shock that cannot be meant gives one message that names it, and exit code 2."""

import pytest
from typer.testing import CliRunner

from stationkeeper.cli import app
from tests.programmes import SMALL

SHIP = "freighter"
BY_FLIGHT = {"kind": '"flight-lost"', "ships": f'["{SHIP}"]', "chance_per_flight": "0.1"}
BY_YEAR = {
    "kind": '"grounded"',
    "ships": f'["{SHIP}"]',
    "per_year": "0.2",
    "lasts_days": "[30, 90]",
}


def table(name: str, keys: dict[str, str | None]) -> str:
    lines = [f"{key} = {value}" for key, value in keys.items() if value is not None]
    return "\n".join(["", f"[{name}]", *lines, ""])


def told(tmp_path, text: str) -> tuple[int, list[str]]:
    path = tmp_path / "programme.toml"
    path.write_text(SMALL + text)
    done = CliRunner().invoke(app, ["check", str(path)])
    lines = [line for line in done.output.splitlines() if line.startswith(str(path))]
    return done.exit_code, lines


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        (
            {**BY_FLIGHT, "chance_per_flight": None},
            "random.bad.chance_per_flight: given nothing; expected this key in a shock",
        ),
        (
            {**BY_FLIGHT, "chance_per_flight": None, "per_year": "0.1"},
            "random.bad.chance_per_flight: given per_year instead",
        ),
        ({**BY_YEAR, "per_year": None}, "random.bad.per_year: given nothing; expected this key"),
        (
            {**BY_YEAR, "chance_per_flight": "0.1"},
            "random.bad.chance_per_flight: given both per_year and chance_per_flight; expected one",
        ),
        (
            {**BY_YEAR, "lasts_days": "[90, 30]"},
            "random.bad.lasts_days: given [90, 30]; expected [shortest, longest], the shortest",
        ),
        ({**BY_YEAR, "lasts_days": None}, "random.bad.lasts_days: given nothing"),
        ({**BY_YEAR, "per_year": "1e9"}, "random.bad.per_year: given 1e+09; expected at most 100"),
        ({**BY_YEAR, "per_year": "-1.0"}, "random.bad.per_year"),
        ({**BY_FLIGHT, "chance_per_flight": "1.5"}, "random.bad.chance_per_flight"),
        (
            {**BY_YEAR, "ships": None},
            "random.bad.ships: given nothing; expected this key in a shock 'grounded', or",
        ),
        ({**BY_YEAR, "launchers": '["no-such"]'}, "random.bad.launchers: given 'no-such'"),
        ({**BY_YEAR, "kind": '"storm"'}, "random.bad.kind"),
        ({**BY_FLIGHT, "ships": '["capsule"]'}, "random.bad.ships: given 'capsule', which has"),
        (
            {**BY_FLIGHT, "lasts_days": "[1, 2]"},
            "random.bad.lasts_days: given this key; expected no duration",
        ),
        (
            {**BY_YEAR, "kind": '"pad-closed"', "ships": None},
            "random.bad.site: given nothing; expected this key in a shock 'pad-closed'",
        ),
        (
            {**BY_YEAR, "kind": '"cooperation-halted"', "ships": None},
            "random.bad.partners: given nothing",
        ),
    ],
)
def test_a_random_shock_that_cannot_be_meant_is_told_once(tmp_path, keys, expected):
    code, lines = told(tmp_path, table("random.bad", keys))
    assert code == 2
    assert len(lines) == 1, lines
    assert expected in lines[0]


@pytest.mark.parametrize("keys", [BY_FLIGHT, BY_YEAR])
def test_a_random_shock_that_says_what_it_must_is_fine(tmp_path, keys):
    assert told(tmp_path, table("random.good", keys)) == (0, [])


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"kind": '"grounded"'}, "shock.bad.ships: given nothing"),
        ({"kind": '"grounded"', "launchers": '["no-such"]'}, "shock.bad.launchers"),
        ({"kind": '"module-late"', "modules": '["core"]'}, "shock.bad.late_days: given nothing"),
        ({"kind": '"module-late"', "late_days": "30.0"}, "shock.bad.modules: given nothing"),
        ({"kind": '"cooperation-halted"'}, "shock.bad.agreements: given nothing"),
        ({"kind": '"sanction"'}, "shock.bad.partners: given nothing"),
        (
            {"kind": '"sanction"', "partners": '["operator"]', "until": "2027-01-01"},
            "shock.bad.until: given until on 2027-01-01; expected a day not before 2028-01-01",
        ),
    ],
)
def test_a_dated_shock_that_cannot_be_meant_is_told_once(tmp_path, keys, expected):
    whole = {"station": '"small"', "date": "2028-01-01", **keys}
    code, lines = told(tmp_path, table("shock.bad", whole))
    assert code == 2
    assert len(lines) == 1, lines
    assert expected in lines[0]
