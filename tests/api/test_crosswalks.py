"""Crosswalks for programs: the figures of the pages, own mappings, and who gets nothing."""

from __future__ import annotations

from typing import Any

import pytest

from clauses.models import Mapping, Position
from tests.cast import make_evidence
from tests.clauses.crosswalks.making import make_framework, make_mapping
from tests.traces import written

pytestmark = pytest.mark.django_db
GIVEN = {"requirement": "6.1.2", "framework": "gdpr", "ref": "Art. 5", "relationship": "superset", "strength": "strong"}


def test_a_program_reads_frameworks_and_coverage(organisation: Any, auditor: Any, program: Any) -> None:
    position = Position.objects.get(organisation=organisation, reference="6.1.2")
    item = make_evidence(organisation, proves=position)
    ask = program(auditor)
    frameworks = ask("get", "frameworks/").json()
    assert frameworks["count"] == 7
    assert [one["id"] for one in frameworks["results"]][:3] == ["ccpa", "cmmc-2-l2", "eu-ai-act"]
    one = ask("get", "frameworks/nist-ai-rmf/").json()
    found = ask("get", "frameworks/nist-ai-rmf/coverage/").json()
    assert found["counts"] == one["counts"]
    assert found["counts"]["of"] == len(found["requirements"]) == 72
    states = [line["state"] for line in found["requirements"]]
    assert {state: states.count(state) for state in set(states)} == {
        key: count for key, count in one["counts"].items() if key != "of" and count
    }
    through = [each for line in found["requirements"] for each in line["mappings"] if each["requirement"] == "6.1.2"]
    assert through
    assert all(each["evidence"] == [item.reference] and each["mark"] == "unanswered" for each in through)
    assert ask("get", "frameworks/unheard-of/coverage/").status_code == 404


def test_lists_of_mappings_are_filtered(organisation: Any, officer: Any, program: Any) -> None:
    make_mapping(organisation, officer, framework="gdpr", ref="Art. 5")
    ask = program(officer)
    counts = {
        "": 941,
        "?framework=gdpr": 115,
        "?framework=gdpr&own=false": 114,
        "?own=true": 1,
        "?strength=weak&framework=eu-ai-act": 77,
        "?requirement=4.1&own=true": 1,
    }
    assert {query: ask("get", f"mappings/{query}").json()["count"] for query in counts} == counts
    assert ask("get", "mappings/?strength=enormous").status_code == 400


def test_an_own_mapping_is_added_once_and_removed(organisation: Any, officer: Any, program: Any) -> None:
    ask = program(officer)
    given = GIVEN | {"basis": "Our counsel says so"}
    made = ask("post", "mappings/", given, **{"Idempotency-Key": "one"})
    assert made.status_code == 201, made.content
    assert made.json()["own"] is True
    assert made.json()["added_by"] == officer.email
    assert ask("post", "mappings/", given, **{"Idempotency-Key": "one"}).json() == made.json()
    for wrong, field in (
        (given, "requirement"),
        (GIVEN, "basis"),
        (given | {"basis": " "}, "basis"),
        (given | {"requirement": "99"}, "requirement"),
        (given | {"framework": "x"}, "framework"),
        (given | {"ref": "CH II"}, "ref"),
        (given | {"strength": "total"}, "strength"),
    ):
        answer = ask("post", "mappings/", wrong)
        assert (answer.status_code, field in answer.json()["error"]["fields"]) == (400, True), answer.content
    one = f"mappings/{made.json()['id']}/"
    assert ask("get", one).json() == made.json()
    assert ask("delete", one).status_code == 204
    assert ask("get", one).status_code == 404
    published = Mapping.objects.filter(organisation=None)[0]
    assert ask("delete", f"mappings/{published.pk}/").status_code == 403


@pytest.mark.parametrize("role", ["auditor", "manager"])
def test_readers_write_nothing(role: str, request: Any, officer: Any, organisation: Any, program: Any) -> None:
    own = make_mapping(organisation, officer, framework="gdpr", ref="Art. 5")
    ask, before = program(request.getfixturevalue(role)), written()
    assert ask("post", "mappings/", GIVEN | {"basis": "x"}).status_code == 403
    assert ask("delete", f"mappings/{own.pk}/").status_code == 403
    assert {name: n for name, n in written().items() if name == "MappingEvent"} == {
        name: n for name, n in before.items() if name == "MappingEvent"
    }


def test_contributors_and_strangers_get_nothing(
    organisation: Any, officer: Any, contributor: Any, outsider: Any, program: Any
) -> None:
    made = make_framework(organisation, officer)
    own = make_mapping(organisation, officer, framework=made.code, ref="H-1")
    for path in ("frameworks/", "frameworks/gdpr/coverage/", "mappings/", f"mappings/{own.pk}/"):
        assert program(contributor)("get", path).status_code == 403
    theirs = program(outsider)
    assert theirs("get", f"frameworks/{made.code}/").status_code == 404
    assert theirs("get", f"mappings/{own.pk}/").status_code == 404
    assert theirs("delete", f"mappings/{own.pk}/").status_code == 404
    assert theirs("get", "mappings/").json()["count"] == 940
