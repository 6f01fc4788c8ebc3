"""Gap analysis runs: answered as one goes, frozen once closed, compared, and read as a file (A2)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction

from clauses.actions import answer_question
from clauses.gaps.closing import close_run
from clauses.gaps.comparing import Move, compare, earlier_than
from clauses.gaps.findings import findings, gaps_of, outcome_of, totals_of
from clauses.models import GapAnswer, GapProof, GapResult, GapRun, Position, Question, Requirement
from clauses.models.gaps import Outcome
from evidence.models import Proof
from tests.cast import make_evidence
from tests.traces import written

from .making import answer_all, make_gap_run

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}
PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@pytest.fixture
def run(organisation: Any) -> GapRun:
    return make_gap_run(organisation)


def asked_of(number: str) -> Question:
    question = Question.objects.asked().select_related("requirement").filter(requirement__number=number).first()
    assert question
    return question


def closed(run: GapRun, by: Any) -> GapRun:
    return close_run(run, by=by, seen=GapRun.objects.get(pk=run.pk).version)


def test_a_run_asks_every_question_of_32_clauses_and_38_controls(run: Any) -> None:
    found = findings(run)
    clauses = [one for one in found if not one.requirement.is_control]
    controls = [one for one in found if one.requirement.is_control]
    assert (len(clauses), len(controls)) == (32, 38)
    assert (sum(one.asked for one in clauses), sum(one.asked for one in controls)) == (131, 90)
    assert {one.outcome for one in found} == {Outcome.UNANSWERED}


def test_an_answer_is_kept_in_place_and_found_again(run: Any, officer: Any, sign_in: Any) -> None:
    client, question = sign_in(officer), asked_of("6.1.2")
    page = f"{run.get_absolute_url()}requirements/6.1.2/"
    assert 'value="not_applicable"' not in client.get(page).content.decode()
    given = {"answer": "partly", "comment": "Two of six", "version": "0"}
    answer = client.post(f"{run.get_absolute_url()}answers/{question.pk}/", given, **HTMX)
    assert answer.status_code == 200
    assert "Partly met" in answer.content.decode()
    again = client.get(page).content.decode()
    assert "Two of six" in again
    assert "1 of 221" in again
    assert "1 of 221" in client.get(f"/{run.organisation.slug}/gap-runs/").content.decode()
    assert not Position.objects.get(organisation=run.organisation, reference="6.1.2").answers.exists()


def test_of_two_at_one_question_the_second_compares(run: Any, officer: Any, sign_in: Any) -> None:
    client, url = sign_in(officer), f"{run.get_absolute_url()}answers/{asked_of('4.1').pk}/"
    client.post(url, {"answer": "met", "comment": "First", "version": "0"}, **HTMX)
    late = {"answer": "not_met", "comment": "Second", "version": "0"}
    assert client.post(url, late, **HTMX).json()["compare"]
    page = client.post(url, late)
    assert page.status_code == 409
    assert "First" in page.content.decode()
    assert run.answers.get().value == "met"


def test_a_clause_always_applies_and_a_control_needs_a_reason(run: Any, officer: Any, sign_in: Any) -> None:
    client = sign_in(officer)
    for number, comment, status in (("4.1", "No", 422), ("A.7.6", "", 422), ("A.7.6", "We train nothing", 200)):
        url = f"{run.get_absolute_url()}answers/{asked_of(number).pk}/"
        given = {"answer": "not_applicable", "comment": comment, "version": "0"}
        assert client.post(url, given, **HTMX).status_code == status, number
    for number, comment in (("4.1", "No"), ("A.7.5", "")):
        with pytest.raises(DatabaseError), transaction.atomic():
            GapAnswer.objects.create(run=run, question=asked_of(number), value="not_applicable", comment=comment)


@pytest.mark.parametrize(
    ("counts", "outcome"),
    [
        ((0, 0, 0, 0, 3), Outcome.UNANSWERED),
        ((3, 0, 0, 0, 0), Outcome.MET),
        ((2, 0, 0, 0, 1), Outcome.PARTLY),
        ((2, 0, 0, 1, 0), Outcome.MET),
        ((1, 0, 1, 0, 0), Outcome.PARTLY),
        ((0, 1, 0, 0, 2), Outcome.PARTLY),
        ((0, 0, 2, 0, 1), Outcome.NOT_MET),
        ((0, 0, 0, 2, 0), Outcome.NOT_APPLICABLE),
        ((0, 0, 0, 1, 1), Outcome.UNANSWERED),
    ],
)
def test_what_is_not_answered_is_neither_met_nor_not_met(counts: Any, outcome: Outcome) -> None:
    names = ("met", "partly", "not_met", "not_applicable", "unanswered")
    assert outcome_of(dict(zip(names, counts, strict=True))) == outcome


def test_gaps_come_by_priority_and_a_person_may_set_another(run: Any, officer: Any, sign_in: Any) -> None:
    for number, value in (("A.2.2", "partly"), ("6.1.2", "partly"), ("A.2.3", "not_met"), ("10.2", "not_met")):
        answer_all(run, number, value, by=officer)
    order = [(one.number, one.priority) for one in gaps_of(findings(run))]
    assert order == [("10.2", "high"), ("6.1.2", "medium"), ("A.2.3", "medium"), ("A.2.2", "low")]
    client = sign_in(officer)
    client.post(f"{run.get_absolute_url()}requirements/A.2.2/priority/", {"priority": "high"})
    assert [one.number for one in gaps_of(findings(run))] == ["10.2", "A.2.2", "6.1.2", "A.2.3"]
    closed(run, officer)
    page = client.get(f"{run.get_absolute_url()}gaps/").content.decode()
    assert "A.2.2 is partly" in page
    assert page.index("10.2") < page.index("A.2.2") < page.index("A.2.3")
    assert dict(run.results.exclude(priority="").values_list("requirement__number", "priority")) == {
        "10.2": "high",
        "A.2.2": "high",
        "6.1.2": "medium",
        "A.2.3": "medium",
    }


def test_closing_keeps_results_and_unanswered_questions(run: Any, officer: Any, sign_in: Any) -> None:
    client = sign_in(officer)
    assert client.post(f"{run.get_absolute_url()}close/", {"version": "1"}).status_code == 302
    assert GapRun.objects.get().is_open, "nothing was answered"
    answer_all(run, "4.1", "met", "met", by=officer)
    assert client.post(f"{run.get_absolute_url()}close/", {"version": "9"}).status_code == 302
    assert GapRun.objects.get().is_open, "not what was shown"
    assert client.post(f"{run.get_absolute_url()}close/", {"version": "1"}).status_code == 302
    kept = GapRun.objects.with_progress().get()
    assert (kept.closed_on, kept.closed_by, kept.answered, kept.asked) == (run.organisation.today(), officer, 2, 221)
    before = totals_of(findings(kept))
    Question.objects.filter(requirement__number="4.1").update(is_withdrawn=True)
    assert totals_of(findings(kept)) == before
    assert (before["of"], before["unanswered"], before["questions"]) == (70, 69, 221)
    assert "Begun" not in client.get(run.get_absolute_url()).content.decode()


def test_no_path_changes_a_closed_run(run: Any, officer: Any, sign_in: Any) -> None:
    answer_all(run, "4.1", "met", by=officer)
    item = make_evidence(run.organisation)
    requirement = Requirement.objects.get(number="4.1", is_assessable=True)
    GapProof.objects.create(run=run, requirement=requirement, evidence=item)
    run = closed(run, officer)
    client, before, question = sign_in(officer), written(), asked_of("4.1")
    here = run.get_absolute_url()
    given = {"answer": "not_met", "version": "0", "title": "x", "evidence": item.reference, "priority": "low"}
    for path in (f"answers/{question.pk}/", "close/", "edit/"):
        client.post(f"{here}{path}", given)
    for path in ("priority/", "evidence/", "files/"):
        client.post(f"{here}requirements/4.1/{path}", given)
    assert written() == before
    with pytest.raises(ValidationError):
        answer_question(run, question, value="not_met", comment="", by=officer)
    table = {model: model._meta.db_table for model in (GapAnswer, GapProof, GapResult, GapRun)}
    statements = [
        f"UPDATE {table[GapAnswer]} SET value = 'not_met'",
        f"DELETE FROM {table[GapAnswer]}",
        f"DELETE FROM {table[GapProof]}",
        f"UPDATE {table[GapResult]} SET outcome = 'met'",
        f"DELETE FROM {table[GapResult]}",
        f"UPDATE {table[GapRun]} SET closed_on = NULL",
        f"UPDATE {table[GapRun]} SET purpose = 'x'",
        f"DELETE FROM {table[GapRun]}",
    ]
    for statement in statements:
        with (
            pytest.raises(DatabaseError, match="closed gap analysis"),
            transaction.atomic(),
            connection.cursor() as sql,
        ):
            sql.execute(statement)
    with pytest.raises(DatabaseError, match="closed gap analysis"), transaction.atomic():
        GapProof.objects.create(run=run, requirement=requirement, evidence=make_evidence(run.organisation))


def test_evidence_is_looked_at_and_a_dropped_file_proves_the_requirement(run: Any, officer: Any, sign_in: Any) -> None:
    client, position = sign_in(officer), Position.objects.get(organisation=run.organisation, reference="4.1")
    item = make_evidence(run.organisation, proves=position)
    here = f"{run.get_absolute_url()}requirements/4.1/"
    assert "Linked to the requirement" in client.get(here).content.decode()
    client.post(f"{here}evidence/", {"evidence": item.reference})
    file = SimpleUploadedFile("context.pdf", PDF, content_type="application/pdf")
    answer = client.post(f"{here}files/", {"file": file}, headers={"X-Requested-With": "XMLHttpRequest"})
    assert answer.status_code == 201
    looked_at = set(GapProof.objects.filter(run=run).values_list("evidence__reference", flat=True))
    assert looked_at == {item.reference, *answer.json()["references"]}
    assert Proof.objects.filter(record=position).count() == 2
    client.post(f"{here}evidence/", {"evidence": item.reference, "undo": "1"})
    assert GapProof.objects.get().evidence.title == "context"


def test_two_runs_are_compared(organisation: Any, officer: Any, sign_in: Any) -> None:
    first, second = make_gap_run(organisation), make_gap_run(organisation)
    for run, values in ((first, ("met", "partly", "not_met", "")), (second, ("partly", "met", "not_met", "met"))):
        for number, value in zip(("5.2", "6.2", "7.2", "8.1"), values, strict=True):
            if value:
                asked = Question.objects.asked().filter(requirement__number=number).count()
                answer_all(run, number, *[value] * asked, by=officer)
    closed(first, officer)
    moves = {one.requirement.number: one.move for one in compare(first, second) if one.move != Move.SAME}
    assert moves == {"5.2": Move.WORSE, "6.2": Move.BETTER, "8.1": Move.ANSWERED}
    client = sign_in(officer)
    page = client.get(f"{second.get_absolute_url()}compare/").content.decode()
    assert first.reference in page
    assert "Newly answered" in page
    narrowed = client.get(f"{second.get_absolute_url()}compare/?move=worse").content.decode()
    assert "requirements/5.2/" in narrowed
    assert "requirements/6.2/" not in narrowed
    assert "Nothing to compare with" in client.get(f"{first.get_absolute_url()}compare/").content.decode()


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_all_answers_are_a_file(run: Any, officer: Any, sign_in: Any, file_format: str) -> None:
    answer_all(run, "4.1", "met", by=officer)
    answer = sign_in(officer).get(f"{run.get_absolute_url()}answers.{file_format}")
    content = answer.getvalue()
    assert answer.status_code == 200
    if file_format == "csv":
        lines = content.decode("utf-8-sig").splitlines()
        assert len(lines) == 222
        assert "4.1 is met" in lines[1]
        assert lines[2].count("Not answered") == 1


def test_pages_of_a_run_ask_as_much_whatever_is_in_it(run: Any, officer: Any, sign_in: Any) -> None:
    from django.test.utils import CaptureQueriesContext

    client, counts = sign_in(officer), []
    for numbers in (("4.1",), ("4.2", "A.2.2", "10.1")):
        for number in numbers:
            answer_all(run, number, "not_met", by=officer)
        for path in ("", "gaps/", "compare/", "requirements/4.1/", "answers.csv"):
            with CaptureQueriesContext(connection) as asked:
                client.get(f"{run.get_absolute_url()}{path}").getvalue()
            counts.append(len(asked))
    assert counts[:5] == counts[5:]
    assert max(counts) <= 45


def test_before_a_run_are_those_closed_before_it(organisation: Any, officer: Any) -> None:
    day = organisation.today() - timedelta(days=30)
    begun = {"began_on": day - timedelta(days=30)}
    late = make_gap_run(organisation, closed_on=day + timedelta(days=9), **begun)
    first = make_gap_run(organisation, closed_on=day, **begun)
    second = make_gap_run(organisation, closed_on=day, **begun)
    ahead = make_gap_run(organisation)
    still = make_gap_run(organisation, **begun)
    runs = [first, second, late, ahead, still]
    assert earlier_than(first, runs) == []
    assert earlier_than(second, runs) == [first]
    assert earlier_than(late, runs) == [second, first]
    assert earlier_than(still, runs) == earlier_than(ahead, runs) == [late, second, first]


def test_a_nul_in_what_is_typed_is_left_out(run: Any, officer: Any, sign_in: Any) -> None:
    client, item = sign_in(officer), make_evidence(run.organisation)
    given = {"answer": "partly", "comment": "Two\x00 of six", "version": "0"}
    assert client.post(f"{run.get_absolute_url()}answers/{asked_of('6.1.2').pk}/", given, **HTMX).status_code == 200
    assert run.answers.get().comment == "Two of six"
    here = f"{run.get_absolute_url()}requirements/6.1.2/"
    assert client.post(f"{here}evidence/", {"evidence": "\x00"}).status_code == 404
    assert client.post(f"{here}priority/", {"priority": "high\x00"}).status_code == 302
    assert client.post(f"{here}evidence/", {"evidence": f"{item.reference}\x00"}).status_code == 302
