"""The clause page: answering, stating a position, proving it, and what is refused."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

from clauses.actions import token
from clauses.clause_page import neighbours
from clauses.models import Answer, ExpectedProof, Position
from records.models import Record
from tests.pages import SeenPage

HTMX = {"HTTP_HX_REQUEST": "true"}
PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@pytest.fixture
def clause(organisation: Any) -> Position:
    return Position.objects.select_related("organisation").get(organisation=organisation, reference="6.1.2")


@pytest.fixture
def control(organisation: Any) -> Position:
    return Position.objects.select_related("organisation").get(organisation=organisation, reference="A.6.2.4")


def save(client: Any, position: Position, **data: Any) -> Any:
    body = {"version": Position.objects.get(pk=position.pk).version, **data}
    return client.post(f"{position.get_absolute_url()}position/", body, **HTMX)


def test_the_page_shows_intent_evidence_and_questions_of_the_catalogue(clause: Any, officer: Any, sign_in: Any) -> None:
    page = sign_in(officer).get(clause.get_absolute_url()).content.decode()
    assert clause.requirement.intent in page
    for expected in clause.requirement.expected_evidence.all():
        assert expected.name in page
    assert clause.requirement.questions.count() == page.count("<fieldset><legend>") == 6


def test_a_clause_offers_no_answer_not_applicable_and_a_control_does(
    clause: Any, control: Any, officer: Any, sign_in: Any
) -> None:
    client = sign_in(officer)
    assert 'value="not_applicable"' not in client.get(clause.get_absolute_url()).content.decode()
    assert 'value="not_applicable"' in client.get(control.get_absolute_url()).content.decode()


def test_an_answer_is_kept_with_who_and_when_and_changes_the_verdict(clause: Any, officer: Any, sign_in: Any) -> None:
    question = clause.requirement.questions.first()
    url = f"{clause.get_absolute_url()}answers/{question.pk}/"
    answer = sign_in(officer).post(url, {"answer": "partly", "comment": "Two of six", "version": "0"}, **HTMX)
    assert answer.status_code == 200
    assert "Partly met" in answer.content.decode()
    kept = Answer.objects.get(position=clause, question=question)
    assert (kept.value, kept.comment, kept.answered_by) == ("partly", "Two of six", officer)
    assert Record.objects.get(pk=clause.pk).changed_by == officer


def test_a_clause_question_cannot_be_answered_not_applicable(clause: Any, officer: Any, sign_in: Any) -> None:
    question = clause.requirement.questions.first()
    url = f"{clause.get_absolute_url()}answers/{question.pk}/"
    answer = sign_in(officer).post(url, {"answer": "not_applicable", "version": "0"}, **HTMX)
    assert answer.status_code == 422
    assert "always applies" in answer.json()["error"]
    assert not Answer.objects.filter(position=clause).exists()


def test_a_second_answer_from_an_older_page_is_refused_and_both_stand_side_by_side(
    clause: Any, officer: Any, manager: Any, sign_in: Any
) -> None:
    url = f"{clause.get_absolute_url()}answers/{clause.requirement.questions.first().pk}/"
    client = sign_in(officer)
    client.post(url, {"answer": "met", "comment": "First", "version": "0"}, **HTMX)
    yours = {"answer": "not_met", "comment": "Second", "version": "0"}
    late = client.post(url, yours, **HTMX)
    assert late.status_code == 409
    assert late.json()["compare"] == "Compare both texts"
    page = client.post(url, yours)
    assert page.status_code == 409
    assert "First" in page.content.decode()
    form = SeenPage(page).form_with("keep-comment")
    assert form.fields["yours-comment"] == ["Second"]
    assert Answer.objects.get(position=clause).value == "met"
    assert client.post(url, form.data()).status_code == 409, "nothing was chosen"
    chosen = form.data(**{"keep-answer": "theirs", "keep-comment": "edited", "comment": "First and second"})
    assert client.post(url, chosen).status_code == 302
    answer = Answer.objects.get(position=clause)
    assert (answer.value, answer.comment) == ("met", "First and second")


def test_a_note_and_an_answer_given_by_two_are_both_kept(clause: Any, officer: Any, sign_in: Any) -> None:
    question = clause.requirement.questions.first()
    url, client = f"{clause.get_absolute_url()}answers/{question.pk}/", sign_in(officer)
    client.post(url, {"answer": "partly", "comment": "Begun", "version": "0"}, **HTMX)
    version = token(Answer.objects.get(position=clause))
    client.post(url, {"answer": "met", "comment": "Begun", "version": version}, **HTMX)
    page = client.post(url, {"answer": "partly", "comment": "Begun and done", "version": version})
    form = SeenPage(page).form_with("began")
    assert "choose" not in form.fields
    assert client.post(url, form.data()).status_code == 302
    answer = Answer.objects.get(position=clause)
    assert (answer.value, answer.comment) == ("met", "Begun and done")


def test_a_question_of_another_requirement_is_not_found(clause: Any, control: Any, officer: Any, sign_in: Any) -> None:
    stray = control.requirement.questions.first()
    answer = sign_in(officer).post(f"{clause.get_absolute_url()}answers/{stray.pk}/", {"answer": "met"}, **HTMX)
    assert answer.status_code == 404


def test_the_position_saves_in_place_and_says_so(clause: Any, officer: Any, sign_in: Any) -> None:
    answer = save(sign_in(officer), clause, status="partly", owner=officer.pk, narrative="**One** method")
    page = answer.content.decode()
    assert "Saved" in page
    assert officer.name in page
    clause.refresh_from_db()
    assert (clause.status, clause.owner, clause.narrative) == ("partly", officer, "**One** method")
    assert clause.status_on == clause.organisation.today()


def test_markdown_of_the_narrative_cannot_do_harm(
    clause: Any, officer: Any, internal_auditor: Any, sign_in: Any
) -> None:
    evil = "# Head\n<script>alert(1)</script> [x](javascript:alert(2)) ![i](http://evil.example/i.png) **bold**"
    save(sign_in(officer), clause, narrative=evil)
    page = sign_in(internal_auditor).get(clause.get_absolute_url()).content.decode()
    assert "<strong>bold</strong>" in page
    assert "<script>alert" not in page
    assert "javascript:" not in page.split('class="prose"')[1].split("</div>")[0].replace("javascript:alert(2))", "")
    assert "<img" not in page.split('class="prose"')[1].split("</div>")[0]


def test_a_stale_position_is_refused_and_offers_to_compare(clause: Any, officer: Any, sign_in: Any) -> None:
    client = sign_in(officer)
    old = clause.version
    save(client, clause, narrative="First")
    late = client.post(f"{clause.get_absolute_url()}position/", {"version": old, "narrative": "Second"}, **HTMX)
    assert "Compare both texts" in late.content.decode()
    clause.refresh_from_db()
    assert clause.narrative == "First"


@pytest.mark.parametrize("applicable", ["true", "false"])
def test_applicability_needs_a_reason_for_yes_and_for_no(
    control: Any, officer: Any, sign_in: Any, applicable: str
) -> None:
    answer = save(sign_in(officer), control, applicable=applicable, basis=["risk"])
    page = answer.content.decode()
    assert "a reason for every yes and every no" in page.split('id="error-justification"')[1].split("</p>")[0]
    control.refresh_from_db()
    assert control.applicable is None


def test_an_excluded_control_is_out_of_the_count(control: Any, officer: Any, sign_in: Any) -> None:
    answer = save(sign_in(officer), control, applicable="false", justification="We develop nothing")
    assert "Not applicable" in answer.content.decode()


def test_a_clause_cannot_be_excluded_by_any_path(clause: Any, officer: Any, sign_in: Any) -> None:
    save(sign_in(officer), clause, applicable="false", justification="No")
    clause.refresh_from_db()
    assert clause.applicable is True
    with pytest.raises(IntegrityError), transaction.atomic():
        Position.objects.filter(pk=clause.pk).update(applicable=False)


def test_a_dropped_file_becomes_evidence_that_counts_as_what_was_chosen(
    clause: Any, officer: Any, sign_in: Any
) -> None:
    client = sign_in(officer)
    mandatory = clause.requirement.expected_evidence.get(is_mandatory=True)
    body = {"file": SimpleUploadedFile("method.pdf", PDF), "expected": mandatory.pk}
    answer = client.post(f"{clause.get_absolute_url()}evidence/", body, HTTP_X_REQUESTED_WITH="XMLHttpRequest")
    assert answer.status_code == 201
    proof = ExpectedProof.objects.get(position=clause, expected=mandatory)
    page = client.get(f"{clause.get_absolute_url()}evidence/", **HTMX).content.decode()
    assert proof.evidence.reference in page
    assert proof.evidence.latest.sha256[:8] in page
    assert "1 of 4 present" in page


def test_evidence_can_be_counted_and_no_longer_counted(clause: Any, officer: Any, sign_in: Any) -> None:
    from tests.cast import make_evidence

    client, evidence = sign_in(officer), make_evidence(clause.organisation, proves=clause)
    expected = clause.requirement.expected_evidence.first()
    url = f"{clause.get_absolute_url()}expected/{expected.pk}/"
    client.post(url, {"evidence": evidence.reference})
    assert ExpectedProof.objects.filter(position=clause, evidence=evidence).exists()
    client.post(url, {"evidence": evidence.reference, "undo": "1"})
    assert not ExpectedProof.objects.filter(position=clause).exists()
    assert clause.evidence_items.count() == 1


def test_neighbours_follow_the_order_of_the_standard(organisation: Any, officer: Any, sign_in: Any) -> None:
    request = SimpleNamespace(user=officer, organisation=organisation)
    step: Any = Position.objects.select_related("requirement").get(organisation=organisation, reference="4.1")
    numbers = [step.reference]
    while step := neighbours(request, step)["next"]:  # type: ignore[arg-type]
        numbers.append(step.reference)
    assert len(numbers) == 70
    assert numbers[:4] == ["4.1", "4.2", "4.3", "4.4"]
    assert numbers[31:33] == ["10.2", "A.2.2"]
    assert numbers[-1] == "A.10.4"
    page = sign_in(officer).get(f"/{organisation.slug}/clauses/10.2/")
    assert (page.context["previous"].reference, page.context["next"].reference) == ("10.1", "A.2.2")


@pytest.mark.parametrize("path", ["position/", "evidence/", "answers/{question}/", "expected/{expected}/"])
@pytest.mark.parametrize("role", ["internal_auditor", "auditor", "manager", "administrator"])
def test_readers_can_write_nothing_on_a_clause(request: Any, clause: Any, sign_in: Any, role: str, path: str) -> None:
    path = path.format(
        question=clause.requirement.questions.first().pk, expected=clause.requirement.expected_evidence.first().pk
    )
    body = {"answer": "met", "status": "met", "version": clause.version}
    answer = sign_in(request.getfixturevalue(role)).post(clause.get_absolute_url() + path, body)
    assert answer.status_code == 403
    assert not Answer.objects.filter(position=clause).exists()


@pytest.mark.parametrize("path", ["", "position/", "evidence/", "answers/1/", "expected/1/", "edit/", "history/"])
def test_another_organisation_finds_nothing(clause: Any, outsider: Any, sign_in: Any, path: str) -> None:
    client = sign_in(outsider)
    assert client.get(clause.get_absolute_url() + path).status_code in {404, 405}
    assert client.post(clause.get_absolute_url() + path).status_code == 404


@pytest.mark.parametrize(
    ("query", "count"),
    [("kind=clause", 32), ("kind=control", 38), ("section=6", 6), ("section=A.6", 9), ("q=A.6.2.4", 1)],
)
def test_the_list_filters_by_part_of_the_standard(
    organisation: Any, officer: Any, sign_in: Any, query: str, count: int
) -> None:
    answer = sign_in(officer).get(f"/{organisation.slug}/clauses/?{query}")
    assert answer.context["page"].paginator.count == count
