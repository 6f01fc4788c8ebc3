"""The lock files: every package pinned with hashes, no addresses, and one set of versions for portal and tests."""

import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "requirements"
PIN = re.compile(r"^([a-z0-9._-]+)(?:\[.*\])?==(\S+)", re.MULTILINE)


def pins(name: str) -> dict[str, str]:
    return dict(PIN.findall((FOLDER / f"{name}.lock").read_text()))


@pytest.mark.parametrize("name", ["portal", "test"])
def test_every_package_has_hashes_and_none_an_address(name: str) -> None:
    text = (FOLDER / f"{name}.lock").read_text()
    packages = re.split(r"^(?=[a-z])", text, flags=re.MULTILINE)[1:]
    assert len(packages) == len(pins(name))
    assert not [package for package in packages if "--hash=sha256:" not in package]
    assert "://" not in text
    assert not re.search(r"^\s*-", text.replace("    --hash=", "    "), re.MULTILINE)


def test_tests_run_on_the_versions_of_the_portal() -> None:
    tests = pins("test")
    assert {name: tests.get(name) for name in pins("portal")} == pins("portal")


@pytest.mark.parametrize("name", ["portal", "test"])
def test_what_is_asked_for_is_locked(name: str) -> None:
    asked = re.findall(r"^([A-Za-z][\w.-]*)", (FOLDER / f"{name}.in").read_text(), re.MULTILINE)
    locked = pins(name)
    assert not [package for package in asked if package.lower().replace("_", "-") not in locked]
