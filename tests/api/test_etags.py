"""An ETag covers all that is shown: also the links that leave a record's version as it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clauses.models import Position
from evidence.actions import link, unlink
from tests.cast import make_ai_system, make_evidence

pytestmark = pytest.mark.django_db
Ask = Callable[..., Any]


def test_linking_and_taking_off_evidence_changes_the_tag_of_the_requirement(
    officer: Any, organisation: Any, program: Callable[..., Ask]
) -> None:
    ask, path = program(officer), "requirements/6.1.2/"
    position = Position.objects.get(organisation=organisation, reference="6.1.2")
    item = make_evidence(organisation)
    before = ask("get", path)["ETag"]
    link(item, position, by=officer)
    linked = ask("get", path)
    assert linked["ETag"] != before
    assert ask("patch", path, {"narrative": "x"}, **{"If-Match": before}).status_code == 412
    unlink(item, position, by=officer)
    assert ask("get", path)["ETag"] not in {before, linked["ETag"]}, "changed_at is shown, and it was changed twice"
    assert ask("patch", path, {"narrative": "x"}, **{"If-Match": ask("get", path)["ETag"]}).status_code == 200


def test_linking_changes_the_tag_of_the_evidence_as_it_shows_what_it_proves(
    officer: Any, organisation: Any, program: Callable[..., Ask]
) -> None:
    ask, item = program(officer), make_evidence(organisation, owner=officer)
    path = f"evidence/{item.reference}/"
    before = ask("get", path)
    link(item, make_ai_system(organisation), by=officer)
    after = ask("get", path)
    assert before.json()["proves"] != after.json()["proves"]
    assert before["ETag"] != after["ETag"]


def test_what_did_not_change_keeps_its_tag(officer: Any, organisation: Any, program: Callable[..., Ask]) -> None:
    ask = program(officer)
    path = f"ai-systems/{make_ai_system(organisation, owner=officer).reference}/"
    make_evidence(organisation)
    assert len({ask("get", path)["ETag"] for _time in range(3)}) == 1
    changed = ask("patch", path, {"title": "New"}, **{"If-Match": "*"})
    assert changed["ETag"] == ask("get", path)["ETag"]


def test_a_tag_costs_no_query(officer: Any, organisation: Any, program: Callable[..., Ask]) -> None:
    ask = program(officer)
    path = f"ai-systems/{make_ai_system(organisation).reference}/"
    ask("get", path)
    with CaptureQueriesContext(connection) as one:
        ask("get", path)
    with CaptureQueriesContext(connection) as many:
        ask("get", "ai-systems/")
    # A list has no tag, but counts its rows.
    assert len(one) <= len(many)
