"""The mandatory list: each entry with its state, from documents, records and evidence, each linked (7.5.1)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from clauses.models import DocumentVersion, Position
from reports.readiness import readiness
from reports.views import mandatory
from tests.cast import make_evidence
from tests.document_cast import make_document, make_scope, make_version
from tests.risk_cast import make_statement

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]


def states(organisation: Any, user: Any) -> dict[str, str]:
    return {entry.name: entry.state for entry in readiness(organisation, user).documents}


def test_nothing_is_there_at_first(organisation: Any, officer: Any) -> None:
    found = states(organisation, officer)
    assert set(found.values()) == {"missing"}


def test_a_document_is_a_draft_present_or_late(organisation: Any, officer: Any, manager: Any) -> None:
    policy = make_document(organisation, title="Policy", document_kind="policy", owner=officer)
    policy.positions.add(Position.objects.get(organisation=organisation, reference="5.2"))
    assert states(organisation, officer)["AI policy"] == "draft"
    make_version(policy, state="approved", decided_by=manager)
    assert states(organisation, officer)["AI policy"] == "present"
    policy.review_on = organisation.today().replace(year=2020)
    policy.save()
    assert states(organisation, officer)["AI policy"] == "review_overdue"


def test_records_show_their_entries(organisation: Any, officer: Any) -> None:
    scope, statement = make_scope(organisation), make_statement(organisation)
    found = states(organisation, officer)
    assert (found["AIMS scope"], found["Statement of Applicability"]) == ("draft", "draft")
    for record in (scope, statement):
        type(record).objects.filter(pk=record.pk).update(state="approved", decided_on=organisation.today())
    found = states(organisation, officer)
    assert (found["AIMS scope"], found["Statement of Applicability"], found["Necessary controls"]) == ("present",) * 3


def test_the_page_links_what_shows_each_entry_and_names_no_number(
    organisation: Any, officer: Any, contributor: Any, sign_in: SignIn
) -> None:
    document = make_document(organisation, title="Handbook", document_kind="external", source="ISO")
    DocumentVersion.objects.filter(document=document).update(state="in_review")
    client, address = sign_in(officer), f"/{organisation.slug}/mandatory-documents/"
    page = client.get(address).content.decode()
    assert "External documents identified and controlled" in page
    assert document.get_absolute_url() in page
    assert page.count('<th scope="row">') == len(readiness(organisation, officer).documents)
    assert " 22 " not in page.split("<main", 1)[-1]
    drafts = client.get(f"{address}?state=draft").content.decode()
    assert document.get_absolute_url() in drafts
    assert "Evidence of competence" not in drafts
    assert sign_in(contributor).get(address).status_code == 403


def test_of_very_much_evidence_only_the_requirement_is_named(
    organisation: Any, officer: Any, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    position = Position.objects.get(organisation=organisation, reference="7.2")
    items = [make_evidence(organisation, proves=position, title=f"Certificate {n}") for n in range(2)]
    client, address = sign_in(officer), f"/{organisation.slug}/mandatory-documents/"
    shown = {entry.name: entry.state for entry in client.get(address).context["entries"]}
    assert items[0].title in client.get(address).content.decode()
    monkeypatch.setattr(mandatory, "MOST", 1)
    answer = client.get(address)
    assert {entry.name: entry.state for entry in answer.context["entries"]} == shown
    page = answer.content.decode()
    assert f"{position.get_absolute_url()}#evidence" in page
    assert items[0].title not in page


def test_a_document_that_begins_later_does_not_hold_yet(organisation: Any, officer: Any, manager: Any) -> None:
    policy = make_document(organisation, title="Policy", document_kind="policy", owner=officer)
    policy.positions.add(Position.objects.get(organisation=organisation, reference="5.2"))
    later = organisation.today() + timedelta(days=30)
    make_version(policy, state="approved", decided_by=manager, effective_on=later)
    assert states(organisation, officer)["AI policy"] == "draft"
