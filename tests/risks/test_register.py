"""The register keeps the two processes apart, refuses what cannot be, and never deletes (6.1.2, 8.2)."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from records.filters import RecordField
from risks.models import Acceptance, Category, Incident, IncidentRisk, Risk, Treatment
from risks.register.starter import entries
from systems.models import AISystem
from tests.cast import make_ai_system
from tests.pages import SeenPage
from tests.record_types import risk_form
from tests.risk_cast import make_criteria, make_risk, score

SignIn = Callable[..., Client]


def page(organisation: Any, end: str = "") -> str:
    return f"/{organisation.slug}/risks/{end}"


def found(client: Client, organisation: Any, query: str) -> set[str]:
    """References of a filtered list, out of its export."""
    answer = client.get(page(organisation, f"export.csv?{query}"))
    rows = list(csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig"), newline="")))
    return {row[0] for row in rows[1:]}


def refused(client: Client, organisation: Any, **typed: Any) -> str:
    owner = organisation.memberships.get(role="compliance_officer").user_id
    answer = client.post(page(organisation, "new/"), risk_form(organisation) | {"owner": owner} | typed)
    assert answer.status_code != 302
    return " ".join(SeenPage(answer).texts)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"system": ""}, "An operational risk is about one AI system (8.2)."),
        ({"trigger": ""}, "Say why this operational risk is looked at now (8.2)."),
        ({"owner": ""}, "This field is required."),
        ({"cause": ""}, "This field is required."),
        ({"identified_on": "2999-01-01"}, "This day lies ahead."),
    ],
)
def test_an_operational_risk_needs_a_system_and_a_trigger(
    typed: dict[str, str], said: str, organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    assert said in refused(sign_in(officer), organisation, **typed)
    assert not Risk.objects.exists()


def test_a_planning_risk_needs_neither(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    given = risk_form(organisation) | {"owner": officer.pk, "process": "planning", "system": "", "trigger": ""}
    assert sign_in(officer).post(page(organisation, "new/"), given).status_code == 302
    assert Risk.objects.get().process == "planning"


def test_the_database_refuses_an_operational_risk_without_a_system(organisation: Any) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        make_risk(organisation, system=None)


def test_circular_and_foreign_parents_are_refused(
    organisation: Any, other_organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    client = sign_in(officer)
    plan = make_risk(organisation, process="planning", owner=officer)
    child = make_risk(organisation, parent=plan, owner=officer)
    elsewhere = make_risk(other_organisation, process="planning")
    for parent in (child, elsewhere):
        assert "not one of the available choices" in refused(client, organisation, parent=parent.pk)
    assert "A planning risk stands by itself" in refused(client, organisation, process="planning", parent=plan.pk)
    for risk, typed in ((plan, {"parent": child.pk}), (plan, {"parent": plan.pk}), (child, {"parent": child.pk})):
        form = SeenPage(client.get(risk.edit_url)).form_with("version")
        assert client.post(risk.edit_url, form.data(**typed)).status_code == 200
    form = SeenPage(client.get(plan.edit_url)).form_with("version")
    as_operational = form.data(process="operational", system=str(make_ai_system(organisation).pk), trigger="legal")
    assert "Operational risks point to it" in client.post(plan.edit_url, as_operational).content.decode()
    with pytest.raises(DatabaseError), transaction.atomic():
        Risk.objects.filter(pk=child.pk).update(parent=child.pk)


def test_an_operational_risk_may_point_to_a_planning_parent(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    plan = make_risk(organisation, process="planning")
    given = risk_form(organisation) | {"owner": officer.pk, "parent": plan.pk}
    client = sign_in(officer)
    assert client.post(page(organisation, "new/"), given).status_code == 302
    child = Risk.objects.get(parent=plan)
    assert plan.get_absolute_url() in SeenPage(client.get(child.get_absolute_url())).links
    assert child.get_absolute_url() in SeenPage(client.get(plan.get_absolute_url())).links


def test_a_risk_is_closed_with_a_reason_never_deleted(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    risk, client = make_risk(organisation, review_on=organisation.today()), sign_in(officer)
    form = SeenPage(client.get(risk.url("close"))).form_with("reason")
    assert client.post(risk.url("close"), form.data(reason="  ")).status_code == 422
    assert client.post(risk.url("close"), form.data(reason="The system is gone")).status_code == 302
    risk.refresh_from_db()
    assert (risk.closed_on, risk.closed_because, risk.review_on) == (organisation.today(), "The system is gone", None)
    assert "The system is gone" in client.get(risk.get_absolute_url()).content.decode()
    assert client.post(risk.url("reopen")).status_code == 302
    risk.refresh_from_db()
    assert risk.is_open
    with pytest.raises(DatabaseError), transaction.atomic():
        Risk.objects.filter(pk=risk.pk).delete()


def test_who_closes_what_somebody_changed_meanwhile_looks_again(
    organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    risk, client = make_risk(organisation), sign_in(officer)
    form = SeenPage(client.get(risk.url("close"))).form_with("reason")
    Risk.objects.get(pk=risk.pk).save()
    type(risk).objects.filter(pk=risk.pk).update(version=7)
    answer = client.post(risk.url("close"), form.data(reason="Gone"))
    assert "It changed after you opened it" in answer.content.decode()
    risk.refresh_from_db()
    assert risk.is_open


@pytest.mark.parametrize("page_name", ["close", "reopen"])
@pytest.mark.parametrize("who", ["auditor", "internal_auditor", "manager"])
def test_readers_close_and_open_nothing(
    who: str, page_name: str, organisation: Any, request: Any, sign_in: SignIn
) -> None:
    risk = make_risk(organisation)
    answer = sign_in(request.getfixturevalue(who)).post(risk.url(page_name), {"reason": "Mine", "version": "1"})
    assert answer.status_code == 403


def test_planning_and_operational_are_counted_apart(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    for process in ("planning", "planning", "operational"):
        make_risk(organisation, process=process)
    answer = sign_in(officer).get(page(organisation, "?process=planning"))
    tabs = {str(tab["label"]): (tab["count"], tab["current"]) for tab in answer.context["tabs"][:3]}
    assert tabs == {"All": ("3", False), "Planning": ("2", True), "Operational": ("1", False)}
    assert answer.context["page"].paginator.count == 2


@pytest.fixture
def three(organisation: Any, officer: Any) -> tuple[Risk, Risk, Risk]:
    """One whose treatment is late, one that is accepted and whose system changed, one of planning that is closed."""
    make_criteria(organisation, state="approved")
    today = organisation.today()
    late, taken = make_risk(organisation, source="C.3.2"), make_risk(organisation, option="accept")
    closed = {"closed_on": today, "closed_because": "Gone"}
    plain = make_risk(organisation, process="planning", category="legal", **closed)
    Treatment.objects.create(
        organisation=organisation, treats=late, title="x", action="x", due_on=today - timedelta(days=1)
    )
    made = score(taken, likelihood=2, for_individuals=3)
    what = {"risk": taken, "assessment": made, "score": made.score, "level": made.level, "reason": "Small"}
    Acceptance.objects.create(accepted_by=officer, accepted_on=today, until=today, **what)
    Risk.objects.filter(pk=taken.pk).update(assessed_facts="of before")
    return late, taken, plain


def test_each_filter_finds_what_it_says(organisation: Any, three: Any, officer: Any, sign_in: SignIn) -> None:
    late, taken, plain = three
    asked = {
        "treatment=overdue": {late},
        "treatment=none": {taken, plain},
        "acceptance=none": {late},
        "acceptance=stands": {taken},
        "again=yes": {taken},
        "status=closed": {plain},
        "status=open": {late, taken},
        "process=planning": {plain},
        "category=legal": {plain},
        "source=C.3.2": {late},
        "option=accept": {taken},
        "level=medium": {taken},
        "level=none": {late, plain},
        f"system={taken.system.pk}": {taken},
        "phase=residual": {taken},
        "phase=residual&scored=no": {late, plain},
        "phase=residual&likelihood=2&consequence=3": {taken},
        "phase=residual&likelihood=3&consequence=3": set(),
        "phase=inherent&likelihood=2": set(),
    }
    client = sign_in(officer)
    assert {query: found(client, organisation, query) for query in asked} == {
        query: {risk.reference for risk in risks} for query, risks in asked.items()
    }


def test_among_many_systems_one_is_typed(
    organisation: Any, three: Any, officer: Any, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken, client = three[1], sign_in(officer)
    for _time in range(3):
        make_ai_system(organisation)
    assert str(taken.system) in client.get(page(organisation, "")).content.decode().partition("<table")[0]
    monkeypatch.setattr(RecordField, "FEW", 2)
    for typed in (taken.system.reference.lower(), taken.system.title, str(taken.system.pk)):
        answer = client.get(page(organisation, ""), {"system": typed})
        assert found(client, organisation, f"system={quote(typed)}") == {taken.reference}
        shown = taken.system.reference if typed.isdecimal() else typed
        assert f'value="{shown}"' in answer.content.decode()
    everything = found(client, organisation, "")
    for typed in ("AIS-99", "0", "9" * 30, "x\x00"):
        assert found(client, organisation, f"system={quote(typed)}") == everything
    make_ai_system(organisation, title=taken.system.title)
    assert found(client, organisation, f"system={quote(taken.system.title)}") == everything, "two are called so"


def test_to_choose_among_few_systems_they_are_counted_not_read_beforehand(
    organisation: Any, three: Any, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(1) as asked:
        field = RecordField(AISystem.objects.all())
    assert asked[0]["sql"].startswith("SELECT COUNT")
    assert [label for _key, label in field.choices][1:] == [str(one) for one in AISystem.objects.all()]


def test_the_worst_stand_first_and_the_unscored_last(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    make_criteria(organisation, state="approved")
    risks = [make_risk(organisation) for _time in range(3)]
    score(risks[0], likelihood=1, for_individuals=2)
    score(risks[2], likelihood=4, for_individuals=4)
    client = sign_in(officer)
    orders = {}
    for order in ("-score", "score"):
        table = client.get(page(organisation, f"?sort={order}")).context["table"]
        orders[order] = [risk.reference for risk in table.page.object_list]
    names = [risk.reference for risk in risks]
    assert orders == {"-score": [names[2], names[0], names[1]], "score": [names[0], names[2], names[1]]}


def test_the_export_has_every_field(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    make_criteria(organisation, state="approved")
    risk = make_risk(organisation, affects=["individuals", "society"], existing_controls="A clerk reads it")
    score(risk, phase="inherent", likelihood=4, for_individuals=4)
    answer = sign_in(officer).get(page(organisation, "export.csv"))
    head, row = csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig"), newline=""))
    values = dict(zip(head, row, strict=True))
    assert (values["Rating"], values["Level"], values["Inherent"], values["Inherent level"]) == (
        *("16", "Critical", "16"),
        "Critical",
    )
    assert values["Affects"] == "Individuals; Society"
    assert values["Process"] == "Operational (8.2)"
    assert "A clerk reads it" in row


def test_the_page_tells_what_belongs_to_a_risk(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    risk = make_risk(organisation)
    incident = Incident.objects.create(
        organisation=organisation, title="A complaint", happened_on=organisation.today(), severity="high"
    )
    IncidentRisk.objects.create(incident=incident, risk=risk)
    Treatment.objects.create(organisation=organisation, treats=risk, title="Reasons are given", action="x")
    shown = sign_in(officer).get(risk.get_absolute_url()).content.decode()
    assert "A complaint" in shown
    assert "Reasons are given" in shown
    assert "Not described yet" in shown, "the event is missing, and that is said"


def test_the_starter_catalogue_covers_every_category() -> None:
    assert len(entries()) >= 40
    assert {entry.category for entry in entries()} == set(Category)
    assert len({entry.key for entry in entries()}) == len(entries())
    for entry in entries():
        Risk(affects=list(entry.affects), source=entry.source, stage=entry.stage).clean_fields(
            exclude={field.name for field in Risk._meta.fields} - {"affects", "source", "stage"}
        )


def test_what_is_taken_from_the_catalogue_opens_as_a_new_risk(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    client, entry = sign_in(officer), entries()[0]
    shown = SeenPage(client.get(page(organisation, f"catalogue/?category={entry.category}")))
    address = next(link for link in shown.links if link.endswith(f"?taken={entry.key}"))
    form = SeenPage(client.get(address)).form_with("version")
    system = make_ai_system(organisation)
    typed = form.data(owner=officer.pk, system=str(system.pk), trigger="new_system")
    assert client.post(address, typed).status_code == 302
    made = Risk.objects.get()
    assert (made.title, made.cause, made.event) == (entry.title, entry.cause, entry.event)
    assert (made.source, made.affects, made.stage) == (entry.source, list(entry.affects), entry.stage)


def test_the_catalogue_is_filtered(organisation: Any, auditor: Any, sign_in: SignIn) -> None:
    client = sign_in(auditor)
    answer = client.get(page(organisation, "catalogue/?q=smuggled"))
    assert answer.context["count"] == 1
    assert "?taken=" not in answer.content.decode(), "a reader takes nothing"
    planning = client.get(page(organisation, "catalogue/?process=planning")).context["groups"]
    assert {entry.process for group in planning for entry in group["entries"]} == {"planning"}
    assert "Nothing in the catalogue fits" in client.get(page(organisation, "catalogue/?q=zebra")).content.decode()
