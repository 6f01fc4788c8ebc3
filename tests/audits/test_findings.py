"""Findings: what a nonconformity needs, and its way from the answer to the verification (C8, B9)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.test import Client

from audits.findings import actions
from audits.models import AuditRules, Finding, FindingState
from organisations.roles import Role
from tests.audits.improving_making import made_closed
from tests.audits.making import finding_form, issued, make_audit, make_finding, requirement
from tests.cast import make_ai_system, person, somebody
from tests.pages import SeenPage
from tests.traces import written

SignIn = Callable[..., Client]
pytestmark = pytest.mark.django_db
SAID = {"correction": "Kept again", "cause": "Nobody was told", "measure": "A rule and a reminder"}


@pytest.fixture
def owner(organisation: Any) -> Any:
    return somebody(organisation)


@pytest.fixture
def finding(organisation: Any, internal_auditor: Any, owner: Any) -> Finding:
    """A minor nonconformity of an internal audit, issued."""
    made = make_finding(organisation, owner=owner, raised_by=internal_auditor)
    issued(made.found_in, internal_auditor)
    made.refresh_from_db()
    return made


def to(finding: Finding, state: str, *, owner: Any, auditor: Any) -> Finding:
    """The finding, taken there by its verbs."""
    ways: dict[str, Callable[[], None]] = {
        FindingState.RESPONDED: lambda: actions.respond(finding, by=owner, **SAID),
        FindingState.PLAN_ACCEPTED: lambda: actions.accept_plan(finding, by=auditor),
        FindingState.CORRECTED: lambda: actions.mark_corrected(finding, by=owner, done="All is kept now"),
        FindingState.CLOSED: lambda: actions.verify(finding, by=auditor, saw="The sheets of June and July"),
    }
    for name, way in ways.items():
        way()
        if name == state:
            break
    finding.refresh_from_db()
    return finding


def test_a_nonconformity_says_all_three_parts(organisation: Any, internal_auditor: Any, sign_in: SignIn) -> None:
    client, address = sign_in(internal_auditor), f"/{organisation.slug}/findings/new/"
    data = finding_form(organisation) | {"grade": "minor", "observed": "", "title": "Nothing kept"}
    errors = client.post(address, data).context["form"].errors
    assert set(errors) == {"demands", "observed", "objective_evidence"}
    full = data | {"demands": "Kept", "observed": "Not kept", "objective_evidence": "Sheet of May"}
    assert client.post(address, full).status_code == 302
    made = Finding.objects.get(title="Nothing kept")
    assert (made.state, made.raised_by, made.raised_on) == (
        FindingState.OPEN,
        internal_auditor,
        organisation.today(),
    )
    assert made.found_in.state == "under_way"
    with pytest.raises(DatabaseError, match="three_parts"), transaction.atomic():
        Finding.objects.filter(pk=made.pk).update(demands="")


def test_it_names_a_requirement_in_scope_and_cites_records(
    organisation: Any, internal_auditor: Any, sign_in: SignIn
) -> None:
    audit, system = make_audit(organisation), make_ai_system(organisation)
    audit.requirements.add(requirement("4.1"))
    client, address = sign_in(internal_auditor), f"/{organisation.slug}/findings/new/"
    data = finding_form(organisation) | {"found_in": audit.pk, "cites-typed": system.reference}
    assert "requirement" in client.post(address, data).context["form"].errors
    assert client.post(address, data | {"requirement": requirement("4.1").pk}).status_code == 302
    made = Finding.objects.get(found_in=audit)
    assert (made.state, made.cites.get().pk) == (FindingState.NOTED, system.pk)
    assert system.reference in client.get(made.get_absolute_url()).content.decode()


def test_grades_have_the_words_of_the_organisation(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    AuditRules.objects.create(organisation=organisation, minor_word="Category 2")
    minor = make_finding(organisation)
    stage_1 = make_audit(organisation, audit_kind="certification_stage1")
    concern = make_finding(organisation, audit=stage_1, grade="observation")
    client = sign_in(officer)
    assert "Category 2" in client.get(minor.get_absolute_url()).content.decode()
    assert "Area of concern" in client.get(concern.get_absolute_url()).content.decode()
    exported = client.get(f"/{organisation.slug}/findings/export.csv").getvalue().decode()
    assert "Category 2" in exported
    assert "Area of concern" in exported


def test_the_way_of_a_minor(finding: Finding, owner: Any, internal_auditor: Any, sign_in: SignIn) -> None:
    theirs, auditors = sign_in(owner), sign_in(internal_auditor)
    here = finding.get_absolute_url()

    def send(client: Client, page: str, **said: str) -> None:
        form = SeenPage(client.get(f"{here}{page}/"), within="main").form_with("version")
        assert client.post(f"{here}{page}/", form.data(**said)).status_code == 302
        finding.refresh_from_db()

    assert f"{here}respond/" in SeenPage(theirs.get(here)).links
    assert not [link for link in SeenPage(auditors.get(here)).links if link.endswith(("respond/", "decide/"))]
    send(theirs, "respond", **SAID)
    assert (finding.state, finding.cause, finding.responded_by) == ("responded", "Nobody was told", owner)
    send(auditors, "decide", verb="return", remark="That is no cause")
    assert (finding.state, finding.remark) == ("open", "That is no cause")
    assert "That is no cause" in theirs.get(here).content.decode()
    send(theirs, "respond", **SAID | {"cause": "No rule"})
    send(auditors, "decide", verb="accept", remark="")
    assert finding.state == "plan_accepted"
    send(theirs, "correct", done="All is kept now")
    assert (finding.state, finding.corrected_by) == ("corrected", owner)
    send(auditors, "decide", verb="reject", remark="July is missing")
    assert (finding.state, finding.remark) == ("open", "July is missing")
    to(finding, FindingState.CORRECTED, owner=owner, auditor=internal_auditor)
    send(auditors, "decide", verb="verify", remark="Sheets of June and July")
    today = finding.organisation.today()
    assert (finding.state, finding.verified_by, finding.verified_on, finding.closed_on) == (
        "closed",
        internal_auditor,
        today,
        today,
    )
    assert "Sheets of June and July" in theirs.get(here).content.decode()


def test_what_is_refused_stays_typed(finding: Finding, owner: Any, sign_in: SignIn) -> None:
    client, address = sign_in(owner), f"{finding.get_absolute_url()}respond/"
    answer = client.post(address, {"version": str(finding.version), **SAID, "cause": ""})
    assert set(answer.context["form"].errors) == {"cause"}
    assert "A rule and a reminder" in answer.content.decode()
    stale = client.post(address, {"version": str(finding.version - 1), **SAID})
    assert "changed after you opened it" in stale.content.decode()
    assert "A rule and a reminder" in stale.content.decode()
    finding.refresh_from_db()
    assert finding.state == "open"


def test_nobody_judges_their_own(
    finding: Finding, organisation: Any, internal_auditor: Any, officer: Any, manager: Any, sign_in: SignIn
) -> None:
    """An auditor who owns, answers or corrects a finding does not decide on it; neither does who audits nothing."""
    Finding.objects.filter(pk=finding.pk).update(responded_by=None)
    finding.owner = internal_auditor
    finding.save()
    actions.respond(finding, by=internal_auditor, **SAID)
    for user in (internal_auditor, officer, manager):
        with pytest.raises(ValidationError):
            actions.accept_plan(finding, by=user)
        address = f"{finding.get_absolute_url()}decide/"
        assert sign_in(user).post(address, {"verb": "accept"}).status_code == 403
    second = person("second-auditor", organisation, Role.INTERNAL_AUDITOR)
    actions.accept_plan(finding, by=second)
    actions.mark_corrected(finding, by=officer, done="Done")
    finding.refresh_from_db()
    with pytest.raises(ValidationError, match="You own"):
        actions.verify(finding, by=internal_auditor, saw="Well")
    with pytest.raises(DatabaseError, match="verified_by_another"), transaction.atomic():
        Finding.objects.filter(pk=finding.pk).update(verified_by=officer)
    actions.verify(finding, by=second, saw="Well")


def test_strangers_answer_nothing(
    finding: Finding, contributor: Any, manager: Any, internal_auditor: Any, auditor: Any, sign_in: SignIn
) -> None:
    before = written()
    for user, status in ((contributor, 404), (manager, 403), (internal_auditor, 403), (auditor, 403)):
        for verb in ("respond", "correct"):
            address = f"{finding.get_absolute_url()}{verb}/"
            assert sign_in(user).get(address).status_code == status
            assert sign_in(user).post(address, {**SAID, "done": "x"}).status_code == status
    assert written() == before


def test_a_major_is_closed_only_once_its_effect_was_checked(
    organisation: Any, internal_auditor: Any, owner: Any, sign_in: SignIn
) -> None:
    major = make_finding(organisation, owner=owner, grade="major")
    issued(major.found_in, internal_auditor)
    to(major, FindingState.CORRECTED, owner=owner, auditor=internal_auditor)
    action = major.corrective_actions.get()
    client, address = sign_in(internal_auditor), f"{major.get_absolute_url()}decide/"
    answer = client.post(address, {"version": str(major.version), "verb": "verify", "remark": "It looks well"})
    words = f"checked that its corrective action works: {action.reference}"
    assert words in " ".join(answer.context["form"].non_field_errors())
    assert "It looks well" in answer.content.decode()
    made_closed(action)
    actions.verify(major, by=internal_auditor, saw="It works")
    major.refresh_from_db()
    assert major.state == FindingState.CLOSED


def test_a_major_without_any_corrective_action_is_not_closed(
    organisation: Any, internal_auditor: Any, owner: Any
) -> None:
    major = make_finding(organisation, owner=owner, grade="major")
    issued(major.found_in, internal_auditor)
    to(major, FindingState.CORRECTED, owner=owner, auditor=internal_auditor)
    major.corrective_actions.update(remedies=None)
    with pytest.raises(ValidationError, match="only once a corrective action was taken"):
        actions.verify(major, by=internal_auditor, saw="It works")


def test_what_the_body_decided_is_recorded_by_the_officer(organisation: Any, officer: Any, owner: Any) -> None:
    audit = make_audit(organisation, audit_kind="certification_stage2", body="Cert Ltd")
    found = make_finding(organisation, audit=audit, owner=owner)
    issued(audit, officer)
    to(found, FindingState.CLOSED, owner=owner, auditor=officer)
    assert found.verified_by == officer


def test_a_note_may_be_answered_and_asks_for_nothing(
    organisation: Any, internal_auditor: Any, owner: Any, sign_in: SignIn
) -> None:
    note = make_finding(organisation, grade="ofi", owner=owner, state="noted")
    issued(note.found_in, internal_auditor)
    assert not note.corrective_actions.exists()
    address = f"{note.get_absolute_url()}respond/"
    form = SeenPage(sign_in(owner).get(address), within="main").form_with("response")
    assert sign_in(owner).post(address, form.data(response="We shall see")).status_code == 302
    note.refresh_from_db()
    assert (note.state, note.response) == (FindingState.NOTED, "We shall see")
    with pytest.raises(ValidationError, match="cannot be done now"):
        actions.mark_corrected(note, by=owner, done="x")


def test_nothing_is_answered_before_the_report(organisation: Any, owner: Any) -> None:
    with pytest.raises(ValidationError, match="not issued yet"):
        actions.respond(make_finding(organisation, owner=owner), by=owner, **SAID)


def test_a_repeated_minor_is_pointed_out(
    finding: Finding, organisation: Any, internal_auditor: Any, sign_in: SignIn
) -> None:
    client, second = sign_in(internal_auditor), make_audit(organisation)
    address = f"/{organisation.slug}/findings/new/?found_in={second.reference}&requirement=9.1"
    shown = SeenPage(client.get(address), within="main")
    assert "commonly raised to major" in " ".join(shown.texts)
    assert finding.get_absolute_url() in shown.links
    made = make_finding(organisation, audit=second, repeats=finding)
    page = client.get(made.get_absolute_url()).content.decode()
    assert "It repeats" in page
    assert "A repeat is commonly raised to: Major nonconformity." in page
    assert "Repeated by" in client.get(finding.get_absolute_url()).content.decode()
    unlinked = make_finding(organisation, audit=second)
    assert finding.get_absolute_url() in SeenPage(client.get(unlinked.get_absolute_url()), within="main").links
    elsewhere = make_finding(organisation, audit=second, requirement=requirement("4.1"))
    assert "commonly raised" not in client.get(elsewhere.get_absolute_url()).content.decode()


def test_what_is_older_than_three_years_is_no_repetition(
    organisation: Any, internal_auditor: Any, sign_in: SignIn
) -> None:
    today = organisation.today()
    make_finding(organisation, issued_on=today - timedelta(days=3 * 366))
    made = make_finding(organisation)
    assert "commonly raised" not in sign_in(internal_auditor).get(made.get_absolute_url()).content.decode()


def test_a_repetition_is_of_the_same_requirement(
    finding: Finding, organisation: Any, internal_auditor: Any, sign_in: SignIn
) -> None:
    data = finding_form(organisation) | {"requirement": requirement("4.1").pk, "repeats": finding.pk}
    answer = sign_in(internal_auditor).post(f"/{organisation.slug}/findings/new/", data)
    assert answer.context["form"].errors["repeats"] == ["That finding is about another requirement."]


def test_open_and_late_ones_are_found(finding: Finding, organisation: Any, officer: Any, sign_in: SignIn) -> None:
    Finding.objects.filter(pk=finding.pk).update(due_on=organisation.today() - timedelta(days=1))
    make_finding(organisation, grade="strength", state="noted", title="Well done")
    client, path = sign_in(officer), f"/{organisation.slug}/findings/"
    for query in ("open=yes", "open=late", f"audit={finding.found_in.reference}", "grade=minor"):
        page = client.get(f"{path}?{query}").content.decode()
        assert finding.title in page, query
        assert "Well done" not in page, query


def test_its_owner_puts_evidence_on_it_and_says_something(
    finding: Finding, owner: Any, internal_auditor: Any, sign_in: SignIn
) -> None:
    for user in (owner, internal_auditor):
        client = sign_in(user)
        seen = SeenPage(client.get(finding.get_absolute_url()), within="main")
        comment = next(form for form in seen.forms if form.action.endswith("/comments/"))
        assert client.post(comment.action, comment.data(text="Look here")).status_code == 302
    assert finding.comments.count() == 2
    drop = f"{finding.get_absolute_url()}"
    assert "data-drop" in sign_in(owner).get(drop).content.decode()
    assert "data-drop" not in sign_in(internal_auditor).get(drop).content.decode()


@pytest.mark.django_db(transaction=True)
def test_two_verifications_at_once_yield_one(organisation: Any, internal_auditor: Any) -> None:
    owner, second = somebody(organisation), person("second-auditor", organisation, Role.INTERNAL_AUDITOR)
    found = make_finding(organisation, owner=owner)
    issued(found.found_in, internal_auditor)
    to(found, FindingState.CORRECTED, owner=owner, auditor=internal_auditor)
    barrier, outcomes = threading.Barrier(2), []

    def work(auditor: Any) -> None:
        try:
            barrier.wait()
            actions.verify(found, by=auditor, saw=f"Seen by {auditor}", seen=found.version)
            outcomes.append("verified")
        except ValidationError as error:
            outcomes.append(error.messages[0])
        finally:
            connection.close()

    workers = [threading.Thread(target=work, args=[auditor]) for auditor in (internal_auditor, second)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    assert sorted(outcomes) == ["It changed after you opened it. Look at it again, then decide.", "verified"]
    before = found.version
    found.refresh_from_db()
    assert (found.state, found.version) == (FindingState.CLOSED, before + 1)
    assert found.remark == f"Seen by {found.verified_by}"
