"""`docs/faults.md` says which test does which fault: every one exists, and the limits it names are the code's."""

from __future__ import annotations

import re

from django.conf import settings

from evidence import archives, checking
from records.imports import sheets
from records.templatetags.components import size

from . import tree

PAGE = (tree.ROOT / "docs" / "faults.md").read_text()


def test_every_test_that_the_page_names_exists() -> None:
    there = {name for path in tree.python() for name in re.findall(r"^def (test_\w+)", tree.read(path), re.MULTILINE)}
    named = set(re.findall(r"`(test_\w+)`", PAGE))
    assert len(named) > 40
    assert not named - there, tree.listed("docs/faults.md names tests that are not there:", sorted(named - there))


def test_every_row_names_a_test() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith(("| fault", "| item"))]
    assert not [row for row in rows if "`test_" not in row]


def test_the_page_names_the_limits_of_the_code() -> None:
    words = PAGE.replace("\n  ", " ")
    assert ", ".join(checking.ENDINGS) in words
    assert f"each file ({size(settings.EVIDENCE_MAX_BYTES)})" in words
    assert f"each organisation ({size(settings.EVIDENCE_QUOTA_BYTES)})" in words
    assert f"{archives.MAX_ENTRIES} parts, {size(archives.MAX_UNPACKED)}, and {archives.MAX_RATIO} times" in words
    assert f"{checking.MAX_PIXELS // 10**6} million pixels" in words
    assert f"at most {size(sheets.MOST_BYTES)}, {sheets.MOST_ROWS:,} rows, {sheets.MOST_COLUMNS} columns" in words
    assert f"at most {size(sheets.MOST_UNPACKED)} and {sheets.MOST_TAGS // 10**6} million tags" in words
