"""Evidence that is in the library already is linked to a record, and taken off it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client

from clauses.actions import count_as
from clauses.models import Position
from clauses.standing import standings
from evidence import lines, linking
from evidence.models import Evidence, Proof
from tests.cast import make_ai_system, make_evidence, make_position, make_supplier
from tests.pages import SeenPage
from tests.traces import written

SignIn = Callable[..., Client]


@pytest.fixture
def system(organisation: Any) -> Any:
    return make_ai_system(organisation, title="CreditScout")


def link_page(record: Any) -> str:
    return f"/{record.organisation.slug}/records/{record.reference}/evidence/link/"


def take_off(record: Any, item: Evidence) -> str:
    return f"/{record.organisation.slug}/records/{record.reference}/evidence/{item.reference}/take-off/"


def test_what_is_ticked_is_linked(organisation: Any, system: Any, officer: Any, sign_in: SignIn) -> None:
    items = [make_evidence(organisation) for _ in range(3)]
    client = sign_in(officer)
    form = SeenPage(client.get(link_page(system))).form_with("evidence")
    assert set(form.choices["evidence"]) == {str(item.pk) for item in items}
    answer = client.post(link_page(system), {"evidence": [items[0].pk, items[2].pk]}, follow=True)
    assert answer.redirect_chain == [(f"{system.get_absolute_url()}#evidence", 302)]
    assert set(Proof.objects.filter(record=system).values_list("evidence", flat=True)) == {items[0].pk, items[2].pk}
    assert f"{items[0].reference}, {items[2].reference} were linked." in answer.content.decode()


def test_what_is_linked_already_is_not_offered(organisation: Any, system: Any, officer: Any, sign_in: SignIn) -> None:
    make_evidence(organisation, proves=system)
    page = SeenPage(sign_in(officer).get(link_page(system)))
    assert "Nothing left to link" in page.texts


def test_a_search_finds_what_to_link(organisation: Any, system: Any, officer: Any, sign_in: SignIn) -> None:
    wanted, _other = make_evidence(organisation, title="Drift report"), make_evidence(organisation, title="Policy")
    client = sign_in(officer)
    form = SeenPage(client.get(link_page(system), {"q": "drift"})).form_with("evidence")
    assert form.choices["evidence"] == [str(wanted.pk)]
    assert "Nothing matches" in SeenPage(client.get(link_page(system), {"q": "zebra"})).texts


def test_what_has_run_out_is_marked_before_it_is_linked(
    organisation: Any, system: Any, officer: Any, sign_in: SignIn
) -> None:
    make_evidence(organisation, valid_until=date(2020, 1, 1))
    assert "Expired" in SeenPage(sign_in(officer).get(link_page(system))).texts


def test_only_the_newest_are_offered_and_the_page_says_so(
    organisation: Any, system: Any, officer: Any, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(linking, "OFFERED", 2)
    for _ in range(3):
        make_evidence(organisation)
    page = SeenPage(sign_in(officer).get(link_page(system)))
    assert len(page.form_with("evidence").choices["evidence"]) == 2
    assert "Only the newest are shown. Search to find the others." in page.texts


@pytest.mark.parametrize("ticked", [[], ["x"], ["²"], ["-1"], ["9" * 30], [""], ["0"]])
def test_nothing_ticked_is_said(ticked: list[str], system: Any, officer: Any, sign_in: SignIn) -> None:
    before = written()
    answer = sign_in(officer).post(link_page(system), {"evidence": ticked}, follow=True)
    assert answer.status_code == 200
    assert "Nothing was ticked" in answer.content.decode()
    assert written() == before


def test_evidence_of_another_organisation_is_never_linked(
    system: Any, other_organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    theirs, before = make_evidence(other_organisation), written()
    sign_in(officer).post(link_page(system), {"evidence": [theirs.pk]})
    assert written() == before


@pytest.mark.parametrize("make", [make_ai_system, make_supplier, make_position])
def test_evidence_is_linked_to_and_taken_off_any_record(
    make: Any, organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    record, item, client = make(organisation), make_evidence(organisation), sign_in(officer)
    client.post(link_page(record), {"evidence": [item.pk]})
    page = SeenPage(client.get(record.get_absolute_url()))
    assert item.get_absolute_url() in page.links
    assert take_off(record, item) in [form.action for form in page.forms]
    answer = client.post(take_off(record, item), follow=True)
    assert answer.redirect_chain == [(f"{record.get_absolute_url()}#evidence", 302)]
    assert "stays in the library" in answer.content.decode()
    assert not item.proofs.exists()
    assert Evidence.objects.filter(pk=item.pk).exists()


def test_readers_link_and_take_off_nothing(
    organisation: Any, system: Any, internal_auditor: Any, sign_in: SignIn
) -> None:
    item, free = make_evidence(organisation, proves=system), make_evidence(organisation)
    client, before = sign_in(internal_auditor), written()
    assert client.get(link_page(system)).status_code == 403
    assert client.post(link_page(system), {"evidence": [free.pk]}).status_code == 403
    assert client.post(take_off(system, item)).status_code == 403
    assert client.get(take_off(system, item)).status_code == 405
    assert written() == before


def test_an_outsider_finds_no_such_pages(organisation: Any, system: Any, outsider: Any, sign_in: SignIn) -> None:
    item = make_evidence(organisation, proves=system)
    client, before = sign_in(outsider), written()
    assert client.get(link_page(system)).status_code == 404
    assert client.post(link_page(system), {"evidence": [item.pk]}).status_code == 404
    assert client.post(take_off(system, item)).status_code == 404
    assert written() == before


def test_a_contributor_links_their_evidence_to_their_records(
    organisation: Any, officer: Any, contributor: Any, sign_in: SignIn
) -> None:
    mine, others = make_ai_system(organisation, owner=contributor), make_ai_system(organisation, owner=officer)
    own, foreign = make_evidence(organisation, owner=contributor), make_evidence(organisation, owner=officer)
    client = sign_in(contributor)
    client.post(link_page(mine), {"evidence": [own.pk, foreign.pk]})
    assert client.post(link_page(others), {"evidence": [own.pk]}).status_code == 404
    assert list(Proof.objects.values_list("record", "evidence")) == [(mine.pk, own.pk)]


def test_what_is_taken_off_no_longer_shows_what_was_expected(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    position = Position.objects.get(organisation=organisation, reference="A.6.2.4")
    item = make_evidence(organisation, proves=make_position(organisation))
    count_as(position, position.requirement.expected_evidence.all()[0], item, by=officer)
    everything = Position.objects.filter(organisation=organisation)
    assert shown(everything, position) == shown([position], position) == 1
    sign_in(officer).post(take_off(position, item))
    assert shown(everything, position) == shown([position], position) == 0


def shown(positions: Any, position: Position) -> int:
    judged = standings(positions, on=position.organisation.today())
    return next(one.facts.expected_present for one in judged if one.position == position)


def test_a_page_names_the_newest_and_the_library_has_the_rest(
    organisation: Any, officer: Any, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "SHOWN", 2)
    client, position = sign_in(officer), make_position(organisation)
    system = make_ai_system(organisation)
    items = [make_evidence(organisation, proves=position, received_on=date(2026, 1, day)) for day in (3, 2, 1)]
    for item in items:
        Proof.objects.create(evidence=item, record=system)
    expected = position.requirement.expected_evidence.filter(is_withdrawn=False).first()
    assert expected
    count_as(position, expected, items[2], by=officer)
    for record in (position, system):
        seen = SeenPage(client.get(record.get_absolute_url()), within="main")
        [rest] = [link for link in seen.links if "/evidence/?proves=" in link]
        assert "One older item more is in the library" in seen.texts
        assert client.get(rest).context["page"].paginator.count == 3
    page = client.get(position.get_absolute_url())
    assert [one["reference"] for one in page.context["files"]] == sorted(item.reference for item in items[:2])
    [line] = [one for one in page.context["expected"] if one["item"] == expected]
    assert (line["state"], [one["reference"] for one in line["evidence"]]) == ("present", [items[2].reference])
    assert [one.by_evidence for one in page.context["systems"]] == [sorted(item.reference for item in items)]
