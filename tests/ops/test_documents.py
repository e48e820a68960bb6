"""What the documents promise to list is listed."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def dependencies() -> list[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    wanted = [*project["dependencies"], *(line for extra in extras.values() for line in extra)]
    names = dict.fromkeys(re.match(r"[\w.-]+", line).group() for line in wanted)
    return [name for name in names if name != project["name"]]


def variables() -> set[str]:
    settings = (ROOT / "avatarlab" / "settings.py").read_text()
    return set(re.findall(r'env_(?:str|bool|int|list)\("(\w+)"', settings))


@pytest.mark.parametrize("package", dependencies())
def test_every_dependency_has_its_reason(package):
    assert f"| {package} | " in (ROOT / "docs" / "dependencies.md").read_text()


def test_no_reason_is_given_for_what_is_not_a_dependency():
    named = re.findall(r"^\| ([\w.-]+) \| ", (ROOT / "docs" / "dependencies.md").read_text(), re.MULTILINE)
    assert set(named) - {"package"} == set(dependencies())


@pytest.mark.parametrize("variable", sorted(variables()))
def test_every_setting_of_the_environment_is_in_the_readme(variable):
    assert f"`{variable}`" in (ROOT / "README.md").read_text()
