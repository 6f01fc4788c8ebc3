"""The management review (9.3): prepared from the records, spoken about, decided, its minutes issued and then fixed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, InternalError, transaction
from django.test import Client

from audits.models import (
    ManagementReview,
    ReviewAttendee,
    ReviewDecision,
    ReviewInput,
    Topic,
)
from audits.reviewing import actions
from audits.reviewing.figures import figures_of
from clauses.asking.verbs import finish_task
from clauses.models import Asking, ContextIssue, InterestedParty, Objective, Task
from organisations.authority import Authority
from organisations.models import User
from records.models import Record
from tests.audits.improving_making import (
    closed_one,
    decided,
    found_out,
    make_corrective_action,
    make_finding,
    make_improvement,
    make_review,
    review_form,
    spoken,
)
from tests.cast import somebody
from tests.clauses.registers.making import maker, measured
from tests.pages import SeenPage, filled_in

SignIn = Callable[..., Client]
pytestmark = pytest.mark.django_db


def again(review: Any) -> ManagementReview:
    return ManagementReview.objects.select_related("organisation").get(pk=review.pk)


def designated(organisation: Any, user: User) -> User:
    organisation.memberships.filter(user=user).update(authority=Authority.DESIGNATED)
    return user


def counts(review: ManagementReview, topic: str, user: User) -> dict[str, int]:
    return {line["label"]: line["count"] for line in figures_of(review, topic, user)["lines"]}


def issued(organisation: Any, by: User, **fields: Any) -> ManagementReview:
    review = spoken(make_review(organisation, **fields))
    decided(review, somebody(organisation))
    actions.issue(again(review), by=designated(organisation, by), seen=review.version)
    return again(review)


# Preparing


def test_prepare_fills_every_input_with_the_list_behind_it(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    maker(ContextIssue)(organisation, title="Heat")
    maker(InterestedParty)(organisation)
    measured(maker(Objective)(organisation, title="Trained"), value=80)
    late = make_corrective_action(organisation, due_on=organisation.today() - timedelta(days=1))
    make_improvement(organisation)
    make_finding(organisation, grade="major")
    review, client = make_review(organisation), sign_in(officer)
    client.post(f"{review.get_absolute_url()}prepare/")
    review = again(review)
    assert review.state == "prepared"
    assert [row.topic for row in review.inputs.all()] == list(Topic.values)
    assert counts(review, Topic.NONCONFORMITIES, officer)["Major nonconformities open"] == 1
    page = client.get(review.get_absolute_url()).content.decode()
    assert "Trained: 80" in page
    rows = {row.topic: row for row in review.inputs.all()}
    assert {topic for topic, row in rows.items() if row.is_empty} == {Topic.EARLIER_ACTIONS, Topic.AUDITS}
    assert page.count("Empty: needs a summary or a remark") == 2
    for line in (line for row in rows.values() for line in row.lines if line["list"]):
        answer = client.get(f"/{organisation.slug}/{line['list']}")
        assert answer.status_code == 200, line
        links = SeenPage(answer, within="main").links
        shown = {one["reference"] for one in line["items"]}
        found = {link.rstrip("/").rpartition("/")[2] for link in links}
        assert shown <= found, line
    assert late.reference in {item["reference"] for line in rows["nonconformities"].lines for item in line["items"]}


def test_what_changed_is_what_changed_since_the_last_issued_review(organisation: Any, officer: Any) -> None:
    old, new = maker(ContextIssue)(organisation, title="Old"), maker(ContextIssue)(organisation, title="New")
    first = make_review(organisation, held_on=organisation.today() - timedelta(days=100))
    assert figures_of(first, Topic.ISSUES, officer)["since"] is None
    assert set(counts(first, Topic.ISSUES, officer).values()) == {2}
    before = datetime.now(UTC) - timedelta(days=150)
    Record.objects.filter(pk=old.pk).update(changed_at=before, created_at=before)
    issued(organisation, officer, held_on=organisation.today() - timedelta(days=90))
    second = make_review(organisation)
    figures = figures_of(second, Topic.ISSUES, officer)
    assert figures["since"] == (organisation.today() - timedelta(days=90)).isoformat()
    assert [item["reference"] for item in figures["lines"][0]["items"]] == [new.reference]


def test_decisions_of_earlier_reviews_are_followed(organisation: Any, officer: Any) -> None:
    earlier = issued(organisation, officer, held_on=organisation.today() - timedelta(days=40))
    task = earlier.decisions.get().task
    review = make_review(organisation)
    figures = figures_of(review, Topic.EARLIER_ACTIONS, officer)
    assert [line["count"] for line in figures["lines"]] == [1, 0, 0]
    assert figures["lines"][0]["items"][0]["reference"] == task.reference
    Task.objects.filter(pk=task.pk).update(state="done", closed_on=organisation.today(), result="Hired")
    assert [line["count"] for line in figures_of(review, Topic.EARLIER_ACTIONS, officer)["lines"]] == [0, 0, 1]


def test_nonconformities_and_opportunities_are_counted(organisation: Any, officer: Any) -> None:
    review = make_review(organisation)
    closed_one(organisation)
    found_out(organisation, state="done", done_by=officer)
    make_improvement(organisation, state="accepted")
    make_finding(organisation, grade="ofi", state="noted")
    found = counts(review, Topic.NONCONFORMITIES, officer)
    assert (found["Corrective actions open"], found["Done, effect to be checked"], found["Closed as effective"]) == (
        1,
        1,
        1,
    )
    found = counts(review, Topic.OPPORTUNITIES, officer)
    assert (found["Opportunities that audits saw"], found["Improvements under way"]) == (1, 1)


def test_filling_again_keeps_what_people_wrote(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    review, client = make_review(organisation), sign_in(officer)
    actions.prepare(review, by=officer)
    at = f"{review.get_absolute_url()}inputs/issues/"
    form = SeenPage(client.get(at)).form_with("summary")
    client.post(at, form.data(summary="Heat is new", remark=""))
    maker(ContextIssue)(organisation)
    client.post(f"{at}refresh/")
    row = review.inputs.get(topic="issues")
    assert (row.summary, row.lines[0]["count"]) == ("Heat is new", 1)
    assert review.inputs.get(topic="parties").filled_at < row.filled_at, "the others stay as they were filled"
    answer = client.post(at, form.data(summary="Of somebody who looked before", remark=""))
    assert answer.status_code == 422
    assert review.inputs.get(topic="issues").summary == "Heat is new"
    assert "Of somebody who looked before" in answer.content.decode()


def test_there_are_only_the_inputs_of_the_standard(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    review = make_review(organisation)
    assert sign_in(officer).get(f"{review.get_absolute_url()}inputs/weather/").status_code == 404


# In the meeting


def test_the_chair_writes_whatever_their_role(organisation: Any, manager: Any, sign_in: SignIn) -> None:
    review, client = make_review(organisation, chair=manager), sign_in(manager)
    assert client.post(f"{review.get_absolute_url()}prepare/").status_code == 302
    assert again(review).state == "prepared"
    other = make_review(organisation)
    assert client.post(f"{other.get_absolute_url()}prepare/").status_code == 403
    assert client.get(f"{other.get_absolute_url()}decisions/add/").status_code == 403


def test_who_was_present_reads_it_also_after_doing_what_was_decided(
    organisation: Any, officer: Any, contributor: Any, sign_in: SignIn
) -> None:
    review, client = make_review(organisation, owner=officer), sign_in(officer)
    at = f"{review.get_absolute_url()}edit/"
    client.post(at, filled_in(client, at, attendees=[str(contributor.pk)]))
    seen = ManagementReview.objects.visible_to(contributor)
    assert seen.filter(pk=review.pk).exists()
    spoken(again(review))
    decided(review, contributor)
    actions.issue(again(review), by=designated(organisation, officer), seen=again(review).version)
    finish_task(Task.objects.get(about=review.pk), by=contributor, result="Done")
    assert seen.filter(pk=review.pk).exists()


def test_who_was_not_present_after_all_does_not_read_it(
    organisation: Any, officer: Any, contributor: Any, sign_in: SignIn
) -> None:
    review, client = make_review(organisation, owner=officer), sign_in(officer)
    at = f"{review.get_absolute_url()}edit/"
    client.post(at, filled_in(client, at, attendees=[str(contributor.pk)], chair=str(contributor.pk)))
    client.post(at, filled_in(client, at, attendees=[]))
    assert ManagementReview.objects.visible_to(contributor).filter(pk=review.pk).exists(), "still the chair"
    client.post(at, filled_in(client, at, chair=str(officer.pk)))
    assert not ManagementReview.objects.visible_to(contributor).filter(pk=review.pk).exists()


def test_a_conclusion_is_yes_or_no_or_nothing_yet(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    review, client = make_review(organisation, owner=officer), sign_in(officer)
    at = f"{review.get_absolute_url()}edit/"
    client.post(at, filled_in(client, at, suitable="true", adequate="false", conclusion="Half"))
    review = again(review)
    assert (review.suitable, review.adequate, review.effective, review.conclusion) == (True, False, None, "Half")
    form = SeenPage(client.get(at)).form_with("conclusion").fields
    assert (form["suitable"], form["adequate"], form.get("effective")) == (["true"], ["false"], None)


def test_decisions_are_added_changed_and_taken_out(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    review, client = make_review(organisation), sign_in(officer)
    add = f"{review.get_absolute_url()}decisions/add/"
    form = SeenPage(client.get(add)).form_with("text")
    assert client.post(add, form.data(text="")).status_code == 422
    client.post(add, form.data(text="Hire a validator", kind="resources"))
    row = review.decisions.get()
    at = f"{review.get_absolute_url()}decisions/{row.pk}/"
    opened = SeenPage(client.get(at)).form_with("text")
    client.post(at, opened.data(text="Hire two validators", owner=str(officer.pk)))
    assert client.post(at, opened.data(text="Hire nobody")).status_code == 422
    row.refresh_from_db()
    assert (row.text, row.owner, row.due_on) == ("Hire two validators", officer, None)
    assert client.get(f"{make_review(organisation).get_absolute_url()}decisions/{row.pk}/").status_code == 404
    client.post(f"{at}remove/")
    assert not review.decisions.exists()


# Issuing


def test_what_is_missing_is_said_and_nothing_is_issued(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    review, client = make_review(organisation, held_on=organisation.today() + timedelta(days=3)), sign_in(officer)
    actions.prepare(review, by=designated(organisation, officer))
    decided(review, None, due_on=None)
    at = f"{review.get_absolute_url()}issue/"
    content = client.get(at).content.decode()
    for words in ("Audit results", "The conclusion is missing", "without a person or a day: 1", "not been held yet"):
        assert words in content
    answer = client.post(at, {"version": again(review).version})
    assert answer.status_code == 422
    assert again(review).state == "prepared"
    assert not Task.objects.filter(about=review.pk).exists()


def test_an_input_is_passed_over_only_with_a_remark(organisation: Any, officer: Any) -> None:
    review = spoken(make_review(organisation))
    ReviewInput.objects.filter(review=review, topic="audits").update(summary="")
    with pytest.raises(ValidationError, match="Audit results"):
        actions.issue(again(review), by=designated(organisation, officer), seen=review.version)
    actions.speak(again(review), "audits", by=officer, summary="", remark="None was planned before March")
    actions.issue(again(review), by=officer, seen=again(review).version)
    assert again(review).is_issued


def test_issuing_makes_actions_of_decisions_and_tells_their_owners(
    organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    review, client, doer = spoken(make_review(organisation)), sign_in(officer), somebody(organisation)
    decision = decided(review, doer, text="Hire a validator\nBefore the summer")
    at = f"{review.get_absolute_url()}issue/"
    assert client.get(at).status_code == 403, "an officer writes the minutes; management issues them"
    designated(organisation, officer)
    client.post(at, SeenPage(client.get(at)).form_with("version").data())
    review = again(review)
    assert (review.state, review.issued_by, review.issued_on) == ("issued", officer, organisation.today())
    decision.refresh_from_db()
    task = decision.task
    assert (task.reference, task.title, task.owner, task.due_on) == (
        "MRA-01",
        "Hire a validator",
        doer,
        decision.due_on,
    )
    assert task.about_id == review.pk
    assert Asking.objects.filter(record_id=task.pk, person=doer).exists()
    assert ManagementReview.objects.visible_to(doer).filter(pk=review.pk).exists()
    page = client.get(review.get_absolute_url())
    assert task.get_absolute_url() in SeenPage(page).links
    listed = SeenPage(client.get(f"/{organisation.slug}/actions/?about_kind=management-review"), within="main").links
    assert task.get_absolute_url() in listed


def test_not_what_was_shown_is_not_issued(organisation: Any, officer: Any) -> None:
    review = spoken(make_review(organisation))
    seen = review.version
    review.version += 1
    review.save()
    with pytest.raises(ValidationError, match="changed after you opened it"):
        actions.issue(again(review), by=designated(organisation, officer), seen=seen)


def test_issued_minutes_change_on_no_path(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    review, client = issued(organisation, officer), sign_in(officer)
    at, version = review.get_absolute_url(), review.version
    row = review.decisions.get()
    for name in ("prepare/", "issue/", "inputs/issues/", "inputs/issues/refresh/", "decisions/add/"):
        client.post(
            f"{at}{name}", {"text": "Late", "summary": "Late", "remark": "", "kind": "change", "version": version}
        )
    client.post(f"{at}decisions/{row.pk}/", {"text": "Late", "kind": "change"})
    client.post(f"{at}decisions/{row.pk}/remove/")
    client.post(f"{at}edit/", {"title": "Late", "version": version, "held_on": "2026-01-01", "chair": officer.pk})
    review = again(review)
    assert (review.version, review.decisions.get().text) == (version, "Hire a validator")
    assert not review.inputs.filter(summary="Late").exists()
    content = client.get(at).content.decode()
    assert "Fill again" not in content
    assert "Add decision" not in content


def test_the_database_fixes_issued_minutes(organisation: Any, officer: Any) -> None:
    review = issued(organisation, officer)
    one = ManagementReview.objects.filter(pk=review.pk)
    attempts: list[Callable[[], Any]] = [
        lambda: one.update(conclusion="All is well"),
        lambda: one.update(state="prepared"),
        lambda: ReviewInput.objects.filter(review=review).update(summary="x"),
        lambda: ReviewInput.objects.filter(review=review).delete(),
        lambda: ReviewDecision.objects.create(review=review, text="One more"),
        lambda: ReviewDecision.objects.filter(review=review).update(due_on=organisation.today()),
        lambda: ReviewAttendee.objects.create(review=review, person=officer),
        one.delete,
    ]
    for attempt in attempts:
        with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
            attempt()


def test_a_new_review_asks_for_a_chair(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    new, data = f"/{organisation.slug}/management-reviews/new/", review_form(organisation)
    answer = sign_in(officer).post(new, data | {"owner": officer.pk, "chair": ""})
    assert answer.status_code == 200
    assert not ManagementReview.objects.filter(title=data["title"]).exists()
