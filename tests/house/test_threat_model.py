"""`docs/threat-model.md` says which test makes which attack: every one exists."""

from __future__ import annotations

import re

from . import tree

PAGE = (tree.ROOT / "docs" / "threat-model.md").read_text()


def test_every_test_that_the_page_names_exists() -> None:
    there = {name for path in tree.python() for name in re.findall(r"^def (test_\w+)", tree.read(path), re.MULTILINE)}
    named = set(re.findall(r"`(test_\w+)`", PAGE))
    assert len(named) > 15
    assert not named - there, tree.listed("docs/threat-model.md names tests that are not there:", sorted(named - there))


def test_every_file_that_the_page_names_exists() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)`", PAGE)
    assert len(named) > 3
    assert not [name for name in named if not (tree.ROOT / name).exists()]
