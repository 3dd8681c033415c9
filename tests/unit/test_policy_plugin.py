"""A rule of the user's own: a package with an entry point, and what is said when it goes wrong."""

import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stationkeeper.errors import InputError
from stationkeeper.lifetime.assemble import assemble
from stationkeeper.lifetime.deciding.plugins import answer, rule_named, rules_of
from stationkeeper.lifetime.deciding.summary import rehearse
from stationkeeper.lifetime.deciding.view import frozen, plain_view
from stationkeeper.programme.check import check_source
from stationkeeper.programme.deciding import Policy
from stationkeeper.programme.files import package_folder
from stationkeeper.programme.reference import reference_table

HOW_TO = Path(__file__).parents[2] / "docs" / "howto" / "write-a-policy.md"


def blocks(language: str) -> list[str]:
    """Return the blocks of the how-to in one language."""
    return re.findall(rf"```{language}\n(.*?)```", HOW_TO.read_text(), re.DOTALL)


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Install the package of the how-to, as an installer would leave it."""
    (tmp_path / "my_policies.py").write_text(blocks("python")[0])
    metadata = tmp_path / "my_policies-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: my-policies\nVersion: 1.0\n")
    project = blocks("toml")[0]
    name, target = re.findall(r'^([a-z-]+) = "(my_policies:[a-z_]+)"$', project, re.MULTILINE)[0]
    (metadata / "entry_points.txt").write_text(f"[stationkeeper.policies]\n{name} = {target}\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path
    sys.modules.pop("my_policies", None)


def test_the_package_of_the_how_to_is_found_and_decides(installed: Path) -> None:
    rule = rule_named("mine", "leaking-and-bound-no-more")
    view = plain_view(3, day=11_000.0, leak_beyond_limit=np.array([True, False, True]))
    said = answer("mine", "leaking-and-bound-no-more", rule, view, {"after_days": 0.0})
    assert said.tolist() == [True, False, True]
    later = answer("mine", "leaking-and-bound-no-more", rule, view, {"after_days": 1e6})
    assert later.tolist() == [True, False, True]
    bound = plain_view(
        3, day=11_000.0, committed_until=10_990.0, leak_beyond_limit=np.array([True] * 3)
    )
    assert not answer("mine", "x", rule, bound, {"after_days": 30.0}).any()
    assert answer("mine", "x", rule, bound, {"after_days": 5.0}).all()


def test_a_programme_may_name_a_rule_of_a_package(installed: Path, tmp_path: Path) -> None:
    document = _document(tmp_path, blocks("toml")[1])
    checked = check_source(str(document))
    assert checked.programme is not None, checked.as_text()
    assert list(rules_of(checked.programme)) == ["mine"]


def test_the_document_of_the_how_to_is_refused_without_the_package(tmp_path: Path) -> None:
    checked = check_source(str(_document(tmp_path, blocks("toml")[1])))
    assert checked.programme is None
    assert "policy.mine.rule: given 'leaking-and-bound-no-more'" in checked.as_text()


def _document(folder: Path, policies: str) -> Path:
    """Write the smallest programme with some policies."""
    file = folder / "programme.toml"
    small = (package_folder("templates") / "small.toml").read_text()
    file.write_text(small + "\n" + policies)
    return file


def raises(view: Any, parameters: Any) -> Any:
    raise ZeroDivisionError("a rate of nothing")


ANSWERS = {
    "number": lambda view, parameters: 1.0,
    "one": lambda view, parameters: True,
    "short": lambda view, parameters: np.zeros(2, np.bool_),
    "floats": lambda view, parameters: np.zeros(3),
    "nan": lambda view, parameters: np.full(3, np.nan),
    "nothing": lambda view, parameters: None,
}


def test_a_rule_that_raises_is_one_message() -> None:
    with pytest.raises(InputError) as told:
        answer("stay", "mine", raises, plain_view(3, day=9_132.0), {})
    text = str(told.value)
    assert text.startswith("policy.stay: rule 'mine' raised ZeroDivisionError: 'a rate of nothing'")
    assert "2025-01" in text
    assert "\n" not in text


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_that_is_no_yes_or_no_is_one_message(name: str) -> None:
    with pytest.raises(InputError, match="expected an array of 3 true or false") as told:
        answer("stay", name, ANSWERS[name], plain_view(3), {})
    assert "policy.stay" in str(told.value)
    assert ("with NaN" in str(told.value)) == (name == "nan")


def test_a_view_cannot_be_written_to() -> None:
    def writes(view: Any, parameters: Any) -> Any:
        view.certified[:] = False
        return view.certified

    with pytest.raises(InputError, match="raised ValueError"):
        answer("stay", "writes", writes, plain_view(3, certified=frozen(np.ones(3, np.bool_))), {})


def test_a_name_that_no_rule_has_is_told_with_the_nearest() -> None:
    with pytest.raises(InputError, match="did you mean 'risk-above-limit'"):
        rule_named("stay", "risk-above-limt")


def test_a_package_that_cannot_be_loaded_is_one_message(
    installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (installed / "my_policies.py").write_text("import a_module_that_is_not_there\n")
    with pytest.raises(InputError, match="cannot be loaded: ModuleNotFoundError"):
        rule_named("stay", "leaking-and-bound-no-more")


def test_rules_of_packages_are_tried_before_anything_is_flown(
    installed: Path, tmp_path: Path
) -> None:
    checked = check_source(str(_document(tmp_path, blocks("toml")[1])))
    assert checked.programme is not None
    assembled = assemble(checked.programme, reference_table)
    rehearse(assembled, checked.programme, 1)
    sys.modules.pop("my_policies")
    (installed / "my_policies.py").write_text(
        "def leaking_and_bound_no_more(view, parameters):\n    return 1 / 0\n"
    )
    shutil.rmtree(installed / "__pycache__", ignore_errors=True)
    with pytest.raises(InputError, match=r"policy\.mine: .* raised ZeroDivisionError"):
        rehearse(assembled, checked.programme, 1)


def test_a_policy_is_a_part_of_the_document() -> None:
    policy = Policy(rule="x", act="end", station="iss", parameters={"a_days": 3})
    assert policy.parameters == {"a_days": 3.0}
