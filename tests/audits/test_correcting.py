"""Corrective actions (10.2): cause, measure, more time, the check of the effect by another, and what comes back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, InternalError, transaction
from django.test import Client

from audits.correcting import actions
from audits.models import CorrectiveAction, DueExtension, EffectivenessCheck
from clauses.asking.verbs import finish_task
from clauses.models import Asking, Task
from organisations.authority import Authority
from organisations.models import User
from records.models import Record
from tests.audits.improving_making import (
    closed_one,
    corrective_action_form,
    found_out,
    make_corrective_action,
    make_finding,
)
from tests.cast import person, somebody
from tests.pages import SeenPage, filled_in
from tests.risk_cast import make_concern, make_incident, make_risk

SignIn = Callable[..., Client]
pytestmark = pytest.mark.django_db


def page(record: Any, name: str = "") -> str:
    return f"{record.get_absolute_url()}{name}"


def again(action: Any) -> CorrectiveAction:
    return CorrectiveAction.objects.select_related("organisation").get(pk=action.pk)


def day(organisation: Any, days: int) -> Any:
    return organisation.today() + timedelta(days=days)


def done(action: CorrectiveAction, by: User, checker: User) -> CorrectiveAction:
    today = action.organisation.today()
    actions.finish(action, by=by, outcome="A list is kept", check_on=today + timedelta(days=30), checker=checker)
    return again(action)


def designate(organisation: Any, user: User, authority: Authority) -> None:
    organisation.memberships.filter(user=user).update(authority=authority)


# From where it comes


def test_it_takes_over_what_the_incident_says(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    incident = make_incident(organisation, title="It leaked", description="A list", cause="No lock", correction="Shut")
    client = sign_in(officer)
    link = f"/{organisation.slug}/corrective-actions/new/?incidents={incident.pk}"
    assert link in SeenPage(client.get(incident.get_absolute_url())).links
    form = SeenPage(client.get(link)).form_with("due_on")
    assert form.fields["title"] == ["It leaked"]
    assert (form.fields["problem"], form.fields["root_cause"]) == (["A list"], ["No lock"])
    assert form.fields["incidents"] == [str(incident.pk)]
    answer = client.post(link.partition("?")[0], form.data(due_on=day(organisation, 9).isoformat(), owner=officer.pk))
    made = CorrectiveAction.objects.get(title="It leaked")
    assert answer["Location"] == made.get_absolute_url()
    assert made.get_absolute_url() in SeenPage(client.get(incident.get_absolute_url())).links


def test_it_takes_over_what_a_finding_says_and_a_concern_is_named(
    organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    finding, concern, client = make_finding(organisation), make_concern(organisation), sign_in(officer)
    new = f"/{organisation.slug}/corrective-actions/new/"
    form = SeenPage(client.get(f"{new}?remedies={finding.pk}")).form_with("due_on")
    assert (form.fields["title"], form.fields["problem"]) == ([finding.title], ["It was not measured"])
    assert f"{new}?concerns={concern.pk}" in SeenPage(client.get(concern.get_absolute_url())).links
    assert SeenPage(client.get(f"{new}?concerns={concern.pk}")).form_with("due_on").fields["concerns"] == [
        str(concern.pk)
    ]


def test_it_says_where_it_came_from_or_what_went_wrong(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    data, new = corrective_action_form(organisation), f"/{organisation.slug}/corrective-actions/new/"
    answer = sign_in(officer).post(new, data | {"owner": officer.pk, "problem": ""})
    assert "Say what went wrong, or name where it came from." in answer.content.decode()
    assert (
        sign_in(officer).post(new, data | {"owner": officer.pk, "problem": "", "complaint": "A customer"}).status_code
        == 302
    )


def test_a_contributor_is_not_led_to_a_new_one(organisation: Any, contributor: Any, sign_in: SignIn) -> None:
    incident = make_incident(organisation, owner=contributor)
    content = sign_in(contributor).get(incident.get_absolute_url()).content.decode()
    assert "corrective-actions/new" not in content


def test_earlier_ones_like_it_are_offered(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    risk, client = make_risk(organisation), sign_in(officer)
    then, now = make_incident(organisation, title="Then"), make_incident(organisation, title="Now")
    for incident in (then, now):
        incident.risks.add(risk)
    old, other = closed_one(organisation, title="First time"), closed_one(organisation, title="Quite another")
    old.incidents.add(then)
    by_clause = closed_one(organisation, title="Same clause", remedies=make_finding(organisation, "7.2"))
    new = f"/{organisation.slug}/corrective-actions/new/"
    links = SeenPage(client.get(f"{new}?incidents={now.pk}"), within="main").links
    assert old.get_absolute_url() in links
    assert {other.get_absolute_url(), by_clause.get_absolute_url()}.isdisjoint(links)
    finding = make_finding(organisation, "7.2")
    assert by_clause.get_absolute_url() in SeenPage(client.get(f"{new}?remedies={finding.pk}"), within="main").links
    made = make_corrective_action(organisation, recurs=old)
    assert old.get_absolute_url() in SeenPage(client.get(made.get_absolute_url()), within="main").links
    assert made.get_absolute_url() in SeenPage(client.get(old.get_absolute_url()), within="main").links


def test_only_a_closed_one_happened_before(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    still_open, client = make_corrective_action(organisation), sign_in(officer)
    data = corrective_action_form(organisation) | {"owner": officer.pk, "recurs": still_open.pk}
    answer = client.post(f"/{organisation.slug}/corrective-actions/new/", data)
    assert answer.status_code == 200
    assert not CorrectiveAction.objects.filter(title=data["title"]).exists()


# Done


def test_it_is_not_done_without_correction_cause_and_measure(organisation: Any, officer: Any) -> None:
    action, checker = make_corrective_action(organisation, owner=somebody(organisation)), somebody(organisation)
    with pytest.raises(ValidationError) as refused:
        done(action, officer, checker)
    assert len(refused.value.messages) == 3
    with pytest.raises(IntegrityError), transaction.atomic():
        CorrectiveAction.objects.filter(pk=action.pk).update(state="done", done_by=officer)


def test_its_actions_are_done_first(organisation: Any, officer: Any) -> None:
    action = found_out(organisation, owner=somebody(organisation))
    task = Task.objects.create(organisation=organisation, title="Write it", about=action, due_on=organisation.today())
    with pytest.raises(ValidationError, match=task.reference):
        done(action, officer, somebody(organisation))
    Task.objects.filter(pk=task.pk).update(state="done", closed_on=organisation.today())
    assert done(action, officer, somebody(organisation)).state == "done"


def test_the_owner_says_on_the_page_that_it_is_done(organisation: Any, contributor: Any, sign_in: SignIn) -> None:
    action, checker = found_out(organisation, owner=contributor, state="open"), somebody(organisation)
    client = sign_in(contributor)
    assert client.post(page(action, "begin/")).status_code == 302
    form = SeenPage(client.get(page(action, "done/"))).form_with("outcome")
    assert str(contributor.pk) not in form.choices["checker"]
    typed = form.data(outcome="A list is kept", check_on="2020-01-01", checker=str(checker.pk))
    answer = client.post(page(action, "done/"), typed)
    assert answer.status_code == 422
    assert "A list is kept" in answer.content.decode()
    assert "This day has passed." in answer.content.decode()
    client.post(page(action, "done/"), typed | {"check_on": day(organisation, 30).isoformat()})
    action = again(action)
    assert (action.state, action.done_by, action.done_on) == ("done", contributor, organisation.today())
    assert CorrectiveAction.objects.visible_to(checker).filter(pk=action.pk).exists(), "who checks it reads it"


def test_who_says_it_is_done_does_not_name_themselves_to_check_it(organisation: Any, officer: Any) -> None:
    owner = somebody(organisation)
    for checker in (owner, officer):
        with pytest.raises(ValidationError, match="Somebody else"):
            done(found_out(organisation, owner=owner), officer, checker)


# The check of the effect


@pytest.mark.parametrize("who", ["owner", "doer"])
def test_neither_its_owner_nor_who_did_it_closes_it(who: str, organisation: Any, officer: Any, sign_in: SignIn) -> None:
    owner, second = somebody(organisation), person("second-officer", organisation, "compliance_officer")
    action = done(found_out(organisation, owner=owner if who == "doer" else second), officer, somebody(organisation))
    judge = officer if who == "doer" else second
    before = (EffectivenessCheck.objects.count(), again(action).version)
    assert sign_in(judge).get(page(action, "verify/")).status_code == 403
    typed = {"is_effective": "yes", "result": "It holds", "version": action.version}
    assert sign_in(judge).post(page(action, "verify/"), typed).status_code == 403
    with pytest.raises(ValidationError, match="somebody else"):
        actions.check_effect(action, by=judge, is_effective=True, result="It holds")
    assert (EffectivenessCheck.objects.count(), again(action).version) == before


def test_the_database_lets_nobody_close_it_alone(organisation: Any, officer: Any) -> None:
    owner, judge = somebody(organisation), somebody(organisation)
    action = done(found_out(organisation, owner=owner), officer, judge)
    closing = {"state": "closed", "closed_on": organisation.today()}
    same = CorrectiveAction.objects.filter(pk=action.pk)
    for closer in (officer, owner, judge):
        with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
            same.update(**closing, closed_by=closer)
    EffectivenessCheck.objects.create(
        corrective_action=action, checked_by=judge, checked_on=organisation.today(), is_effective=True, result="Good"
    )
    assert same.update(**closing, closed_by=judge) == 1
    with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
        same.update(state="in_progress")


@pytest.mark.parametrize("role", ["internal_auditor", "checker", "manager"])
def test_another_person_closes_it(role: str, organisation: Any, officer: Any, request: Any, sign_in: SignIn) -> None:
    checker = somebody(organisation)
    judge = checker if role == "checker" else request.getfixturevalue(role)
    if role == "manager":
        designate(organisation, judge, Authority.HEAD)
    action = done(found_out(organisation, owner=somebody(organisation)), officer, checker)
    client = sign_in(judge)
    form = SeenPage(client.get(page(action, "verify/"))).form_with("result")
    assert client.post(page(action, "verify/"), form.data(is_effective="yes", result="")).status_code == 422
    client.post(page(action, "verify/"), form.data(is_effective="yes", result="No case in a month"))
    action = again(action)
    assert (action.state, action.closed_by, action.closed_on) == ("closed", judge, organisation.today())
    assert client.get(page(action)).status_code == 200


def test_not_effective_opens_it_again_with_the_reason(organisation: Any, officer: Any, internal_auditor: Any) -> None:
    action = done(found_out(organisation, owner=somebody(organisation)), officer, somebody(organisation))
    actions.check_effect(action, by=internal_auditor, is_effective=False, result="It happened twice more")
    action = again(action)
    assert (action.state, action.done_by, action.check_on, action.closed_on) == ("in_progress", None, None, None)
    assert [one.result for one in action.checks.all()] == ["It happened twice more"]
    with pytest.raises(ValidationError, match="Nothing waits"):
        actions.check_effect(action, by=internal_auditor, is_effective=True, result="Now")


def test_a_result_once_said_stays(organisation: Any) -> None:
    closed_one(organisation)
    with pytest.raises(InternalError), transaction.atomic():
        EffectivenessCheck.objects.update(result="Otherwise")


def test_who_only_reads_does_not_check_it(
    organisation: Any, officer: Any, auditor: Any, manager: Any, sign_in: SignIn
) -> None:
    action = done(found_out(organisation, owner=somebody(organisation)), officer, somebody(organisation))
    for reader in (auditor, manager):
        assert sign_in(reader).post(page(action, "verify/"), {"is_effective": "yes", "result": "x"}).status_code == 403


def test_two_checks_at_once_are_one(organisation: Any, officer: Any, internal_auditor: Any) -> None:
    action = done(found_out(organisation, owner=somebody(organisation)), officer, somebody(organisation))
    seen = action.version
    actions.check_effect(action, by=internal_auditor, is_effective=False, result="No", seen=seen)
    with pytest.raises(ValidationError, match="changed after you opened it"):
        actions.check_effect(action, by=internal_auditor, is_effective=True, result="Yes", seen=seen)
    assert EffectivenessCheck.objects.filter(corrective_action=action).count() == 1


# More time, another owner


def test_the_form_does_not_move_the_day(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    action, client = make_corrective_action(organisation, owner=officer), sign_in(officer)
    edit = filled_in(client, page(action, "edit/"))
    assert "due_on" not in edit
    client.post(page(action, "edit/"), edit | {"due_on": day(organisation, 90).isoformat()})
    assert again(action).due_on == action.due_on


def test_more_time_is_given_with_a_reason_that_stays(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    action, client = make_corrective_action(organisation, owner=officer), sign_in(officer)
    form = SeenPage(client.get(page(action, "extend/"))).form_with("reason")
    later = day(organisation, 60)
    assert client.post(page(action, "extend/"), form.data(due_on=later.isoformat(), reason="")).status_code == 422
    earlier = form.data(due_on=day(organisation, 3).isoformat(), reason="Sooner")
    assert "later day" in client.post(page(action, "extend/"), earlier).content.decode()
    client.post(page(action, "extend/"), form.data(due_on=later.isoformat(), reason="The supplier is late"))
    row = DueExtension.objects.get(corrective_action=action)
    assert (row.was_due_on, row.due_on, row.reason, row.by) == (action.due_on, later, "The supplier is late", officer)
    assert again(action).due_on == later
    assert "The supplier is late" in client.get(page(action)).content.decode()
    with pytest.raises(InternalError), transaction.atomic():
        DueExtension.objects.update(reason="Because")


def test_designated_management_extends_and_hands_over_and_the_owner_does_not(
    organisation: Any, manager: Any, contributor: Any, sign_in: SignIn
) -> None:
    action = make_corrective_action(organisation, owner=contributor)
    assert sign_in(contributor).get(page(action, "extend/")).status_code == 403
    assert sign_in(manager).get(page(action, "extend/")).status_code == 403
    designate(organisation, manager, Authority.DESIGNATED)
    client, other = sign_in(manager), somebody(organisation)
    typed = {"due_on": day(organisation, 50).isoformat(), "reason": "Holidays", "version": action.version}
    assert client.post(page(action, "extend/"), typed).status_code == 302
    form = SeenPage(client.get(page(action, "hand-over/"))).form_with("owner")
    client.post(page(action, "hand-over/"), form.data(owner=str(other.pk)))
    assert again(action).owner == other
    history = client.get(page(action, "history/")).content.decode()
    assert str(contributor) in history


def test_a_closed_one_stays_as_it_is(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    action, client = closed_one(organisation), sign_in(officer)
    assert (
        "nothing in it changes any more"
        in client.post(
            page(action, "edit/"), {"title": "x", "version": action.version, "owner": officer.pk}
        ).content.decode()
    )
    for name, typed in (
        ("extend/", {"due_on": day(organisation, 90).isoformat(), "reason": "Why not"}),
        ("hand-over/", {"owner": officer.pk}),
    ):
        client.post(page(action, name), typed | {"version": action.version})
    assert Record.objects.get(pk=action.pk).version == action.version


# Actions asked of people


def test_an_action_is_asked_on_its_page(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    action, client, doer = make_corrective_action(organisation, owner=officer), sign_in(officer), somebody(organisation)
    form = SeenPage(client.get(page(action))).form_with("due_on")
    answer = client.post(form.action, form.data(title="", owner=str(doer.pk), due_on=day(organisation, 5).isoformat()))
    assert answer.status_code == 422
    client.post(
        form.action, form.data(title="Write the list", owner=str(doer.pk), due_on=day(organisation, 5).isoformat())
    )
    task = Task.objects.get(title="Write the list")
    assert (task.about_id, task.owner, task.asked_by) == (action.pk, doer, officer)
    assert Asking.objects.filter(record_id=task.pk, person=doer).exists()
    assert CorrectiveAction.objects.visible_to(doer).filter(pk=action.pk).exists()
    assert task.get_absolute_url() in SeenPage(client.get(page(action))).links


def test_its_owner_asks_too_and_goes_on_seeing_it(organisation: Any, contributor: Any, sign_in: SignIn) -> None:
    action, client, doer = (
        make_corrective_action(organisation, owner=contributor),
        sign_in(contributor),
        somebody(organisation),
    )
    typed = {"title": "Write the list", "owner": doer.pk, "due_on": day(organisation, 5).isoformat()}
    assert client.post(page(action, "actions/"), typed).status_code == 302
    assert Task.objects.get(title="Write the list").get_absolute_url() in SeenPage(client.get(page(action))).links


def test_who_checks_it_and_does_an_action_goes_on_seeing_it(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    checker, client = somebody(organisation), sign_in(officer)
    action = found_out(organisation, owner=somebody(organisation))
    edit = page(action, "edit/")
    client.post(edit, filled_in(client, edit, checker=str(checker.pk)))
    typed = {"title": "Write the list", "owner": checker.pk, "due_on": day(organisation, 5).isoformat()}
    client.post(page(action, "actions/"), typed)
    seen = CorrectiveAction.objects.visible_to(checker).filter(pk=action.pk)
    finish_task(Task.objects.get(title="Write the list"), by=checker, result="Written")
    assert seen.exists(), "they are still to check it"
    client.post(edit, filled_in(client, edit, checker=""))
    assert not seen.exists()


# Lists


def test_what_is_late_is_listed(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    late = make_corrective_action(organisation, due_on=day(organisation, -2))
    unchecked = done(found_out(organisation, owner=somebody(organisation)), officer, somebody(organisation))
    CorrectiveAction.objects.filter(pk=unchecked.pk).update(check_on=day(organisation, -1))
    closed, client = closed_one(organisation), sign_in(officer)
    where = f"/{organisation.slug}/corrective-actions/"
    for query, found in (
        ("due=late", {late}),
        ("check=late", {unchecked}),
        ("open=no", {closed}),
        ("open=yes", {late, unchecked}),
        ("origin=incident", set()),
        (f"closed_since={organisation.today().isoformat()}", {closed}),
    ):
        links = set(SeenPage(client.get(f"{where}?{query}"), within="main").links)
        shown = {one for one in (late, unchecked, closed) if one.get_absolute_url() in links}
        assert shown == found, query
