"""The catalogue: complete, in order, loaded again without harm, and positions opened on it."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from clauses.actions import open_positions
from clauses.loading import PACKAGED, CatalogueError, load_catalogue
from clauses.models import (
    Answer,
    ExpectedEvidence,
    Framework,
    MandatoryDocument,
    Position,
    Question,
    Requirement,
)
from organisations.models import Organisation

pytestmark = pytest.mark.django_db
Change = Callable[[dict[str, Any]], object]


@pytest.fixture
def changed(tmp_path: Path) -> Callable[[Change], Path]:
    """`changed(how)` is a catalogue file that differs from the packaged one."""

    def write(how: Change) -> Path:
        data = yaml.safe_load(PACKAGED.read_text())
        how(data)
        path = tmp_path / "catalogue.yaml"
        path.write_text(yaml.safe_dump(data))
        return path

    return write


def without_a_question(data: dict[str, Any]) -> None:
    data["clauses"][1]["questions"].pop()
    data["counts"]["clause_questions"] -= 1


def test_it_has_what_the_standard_has() -> None:
    requirements = Requirement.objects.filter(is_withdrawn=False)
    assert requirements.filter(kind="clause").count() == 43
    assert requirements.filter(kind="clause", is_assessable=True).count() == 32
    assert requirements.filter(kind="control", is_assessable=True).count() == 38
    assert requirements.filter(kind="area").count() == 11
    assert Question.objects.filter(requirement__kind="clause").count() == 131
    assert Question.objects.filter(requirement__kind="control").count() == 90
    assert MandatoryDocument.objects.count() == 22
    assert Requirement.objects.assessable().count() == 70


def test_it_is_in_the_order_of_the_standard() -> None:
    numbers = list(Requirement.objects.order_by("order").values_list("number", flat=True))
    assert numbers[:5] == ["4", "4.1", "4.2", "4.3", "4.4"]
    assert numbers.index("9.3.3") < numbers.index("10") < numbers.index("A.2") < numbers.index("A.2.2")
    assert numbers[numbers.index("A.6") :][:5] == ["A.6", "A.6.1", "A.6.1.2", "A.6.1.3", "A.6.2"]
    assert numbers[-1] == "A.10.4"


def test_controls_stand_under_their_areas() -> None:
    parents = dict(Requirement.objects.values_list("number", "parent__number"))
    assert parents["A.6.2.4"] == "A.6.2"
    assert parents["A.6.2"] == "A.6"
    assert parents["A.2.2"] == "A.2"
    assert parents["6.1.2"] == "6.1"
    assert parents["A.2"] is None


def test_documentation_is_asked_of_a_control_as_a_whole() -> None:
    assert not ExpectedEvidence.objects.filter(requirement__kind="control", is_mandatory=True).exists()
    assert Requirement.objects.filter(kind="control", documentation_expected=True).count() == 26
    assert ExpectedEvidence.objects.get(name="AI policy, approved and versioned").is_mandatory


def test_loading_it_again_changes_nothing_and_says_so() -> None:
    before = Framework.objects.get()
    output = StringIO()
    call_command("load_catalogue", stdout=output)
    after = Framework.objects.get()
    assert "nothing to change" in output.getvalue()
    assert (after.catalogue_version, after.loaded_at) == (before.catalogue_version, before.loaded_at)


def test_a_comment_in_the_file_is_no_change(tmp_path: Path) -> None:
    path = tmp_path / "same.yaml"
    path.write_text("# the same\n" + PACKAGED.read_text())
    assert not load_catalogue(path).has_changed


def test_a_change_counts_the_version_up_and_keeps_the_rows(changed: Callable[[Change], Path]) -> None:
    before = Requirement.objects.get(number="4.1")
    loaded = load_catalogue(changed(lambda data: data["clauses"][1].update(intent="Shorter.")))
    after = Requirement.objects.get(number="4.1")
    assert loaded.framework.catalogue_version == 2
    assert (after.pk, after.intent) == (before.pk, "Shorter.")
    assert loaded.withdrawn == loaded.opened == 0


def test_what_vanished_is_withdrawn_and_its_answers_stay(
    changed: Callable[[Change], Path], organisation: Organisation
) -> None:
    question = Question.objects.filter(requirement__number="4.1").last()
    assert question
    position = Position.objects.get(organisation=organisation, reference="4.1")
    Answer.objects.create(position=position, question=question, value="met")
    assert load_catalogue(changed(without_a_question)).withdrawn == 1
    question.refresh_from_db()
    assert question.is_withdrawn
    assert question.answers.get().value == "met"
    load_catalogue()
    question.refresh_from_db()
    assert not question.is_withdrawn


def test_a_new_requirement_opens_a_position_everywhere(
    changed: Callable[[Change], Path], organisation: Organisation, other_organisation: Organisation
) -> None:
    def with_one_more(data: dict[str, Any]) -> None:
        data["clauses"].append({"number": "10.3", "title": "More", "parent": "10", "assessable": True})
        data["counts"]["clause_nodes"] += 1
        data["counts"]["assessable_clauses"] += 1

    assert load_catalogue(changed(with_one_more)).opened == 2
    for each in (organisation, other_organisation):
        assert Position.objects.get(organisation=each, reference="10.3").applicable is True


BAD: list[tuple[str, Change]] = [
    ("clause_questions: 131 ≠ 132", lambda data: data["clauses"][1]["questions"].append({"id": "new", "text": "?"})),
    ("4.1 is given twice", lambda data: data["clauses"][2].update(number="4.1")),
    ("4.1-q1 is given twice", lambda data: data["clauses"][2]["questions"][0].update(id="4.1-q1")),
    ("77 does not exist", lambda data: data["clauses"][1].update(parent="77")),
    ("77 does not exist", lambda data: data["mandatory_documents"][0].update(clause="77")),
    ("6.1 does not exist", lambda data: data["annex_a"]["controls"][0].update(objective_ref="6.1")),
    ("lacks a part: 'annex_a'", lambda data: data.pop("annex_a")),
    ("above itself", lambda data: data["clauses"][0].update(parent="4.1")),
]


@pytest.mark.parametrize(("reason", "how"), BAD, ids=[reason for reason, _how in BAD])
def test_a_bad_file_is_refused_and_changes_nothing(changed: Callable[[Change], Path], reason: str, how: Change) -> None:
    with pytest.raises(CatalogueError, match=reason):
        load_catalogue(changed(how))
    assert Framework.objects.get().catalogue_version == 1
    assert Requirement.objects.count() == 92


def test_the_command_names_a_file_it_cannot_read(tmp_path: Path) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text("clauses: [")
    with pytest.raises(CommandError, match=r"broken\.yaml"):
        call_command("load_catalogue", path)
    with pytest.raises(CommandError, match=r"absent\.yaml"):
        call_command("load_catalogue", tmp_path / "absent.yaml")


def test_it_loads_in_few_queries() -> None:
    Framework.objects.update(content_hash="")
    with CaptureQueriesContext(connection) as queries:
        load_catalogue()
    assert len(queries) <= 20 + 5 * Organisation.objects.count()


def test_an_organisation_gets_a_position_on_each_of_the_70_in_few_queries() -> None:
    organisation = Organisation.objects.create(name="Newcomer")
    with CaptureQueriesContext(connection) as queries:
        assert open_positions(organisation) == 70
    assert len(queries) <= 8, "three, and the savepoints around them"
    assert open_positions(organisation) == 0
    positions = Position.objects.in_order().of(organisation)
    assert set(positions.clauses().values_list("applicable", flat=True)) == {True}
    assert set(positions.controls().values_list("applicable", flat=True)) == {None}
    assert next((p.reference, p.title, p.kind, p.status) for p in positions) == (
        "4.1",
        "Understanding the organization and its context",
        "position",
        "",
    )
    events = apps.get_model("clauses.PositionEvent").objects.filter(pgh_obj__organisation=organisation)
    assert events.count() == 70


def test_a_clause_cannot_be_excluded_whatever_writes_it(organisation: Organisation) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Position.objects.clauses().of(organisation).update(applicable=False)
