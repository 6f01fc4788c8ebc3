"""Search finds what one may see, by reference and by words, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse

from clauses.models import Position
from organisations.actions import rights_of
from organisations.models import Membership
from records.bulk import create_records
from records.models import Record, RecordGrant, SearchEntry
from records.search import found
from systems.models import AISystem, Supplier
from tests.cast import make_ai_system, make_evidence, make_supplier
from tests.record_types import RecordType


def titles(user: Any, organisation: Any, text: str, **limit: int) -> list[str]:
    membership = Membership.objects.filter(user=user, organisation=organisation).first()
    rights = rights_of(membership) if membership else frozenset()
    return [hit.title for hit in found(user, organisation, text, rights=rights, **limit)]


def test_every_record_type_is_found_by_reference_and_by_title(
    record_type: RecordType, organisation: Any, officer: Any
) -> None:
    record = record_type.make(organisation)
    Record.objects.filter(pk=record.pk).update(title="Quiet lighthouse keeper")
    for text in (record.reference, record.reference.lower(), "lighthouse", "KEEPER quiet", "light"):
        assert "Quiet lighthouse keeper" in titles(officer, organisation, text), text


def test_the_exact_reference_comes_first(organisation: Any, officer: Any) -> None:
    for title in ("Ten", "One hundred", "A text on 10"):
        make_supplier(organisation, title=title)
    first, second, third = Supplier.objects.filter(organisation=organisation).order_by("-pk")[:3]
    for supplier, reference in ((first, "TST-100"), (second, "TST-10"), (third, "TST-1")):
        Record.objects.filter(pk=supplier.pk).update(reference=reference, title=reference)
    assert titles(officer, organisation, "tst-10") == ["TST-10", "TST-100"]
    assert titles(officer, organisation, "Tst") == ["TST-1", "TST-10", "TST-100"]


def test_the_words_of_a_type_s_own_texts_are_found_after_those_of_titles(organisation: Any, officer: Any) -> None:
    make_ai_system(organisation, title="Sorter", purpose="Watches hedgehogs cross the road")
    make_ai_system(organisation, title="Hedgehog counter")
    make_evidence(organisation, description="A hedgehog was seen")
    assert titles(officer, organisation, "hedgehog")[0] == "Hedgehog counter"
    assert set(titles(officer, organisation, "hedgehogs road")) == {"Sorter"}
    assert len(titles(officer, organisation, "hedgeh")) == 3


def test_a_requirement_is_found_by_the_catalogue_s_words(organisation: Any, officer: Any) -> None:
    position = Position.objects.filter(organisation=organisation, reference="6.1.2").get()
    words = " ".join(position.requirement.intent.split()[:6])
    assert position.title in titles(officer, organisation, words)
    question = position.requirement.questions.all()[0]
    assert position.title in titles(officer, organisation, " ".join(question.text.split()[:6]))


def test_update_and_bulk_reach_the_search_and_old_words_leave_it(organisation: Any, officer: Any) -> None:
    system = make_ai_system(organisation, title="Walrus", purpose="Counts ospreys")
    AISystem.objects.filter(pk=system.pk).update(purpose="Counts puffins")
    assert titles(officer, organisation, "puffins") == ["Walrus"]
    Record.objects.filter(pk=system.pk).update(title="Narwhal")
    assert titles(officer, organisation, "puffins") == ["Narwhal"]
    assert titles(officer, organisation, "ospreys") == titles(officer, organisation, "walrus") == []
    create_records([Supplier(organisation=organisation, title="Seal Ltd", service="Kelp by the tonne")])
    assert titles(officer, organisation, "kelp tonne") == ["Seal Ltd"]


def test_words_kept_for_search_are_no_change_in_history(organisation: Any) -> None:
    system = make_ai_system(organisation)
    events = apps.get_model("records", "RecordEvent").objects.filter(pgh_obj_id=system.pk)
    before = events.count()
    AISystem.objects.filter(pk=system.pk).update(purpose="Counts puffins")
    assert events.count() == before


def test_accents_endings_and_slips_do_not_matter(organisation: Any, officer: Any) -> None:
    make_supplier(organisation, title="Škorna Überwachung", service="-")
    for text in ("skorna", "ŠKORNA", "uberwachung", "Überwachungen", "skornba"):
        assert titles(officer, organisation, text) == ["Škorna Überwachung"], text


def test_a_contributor_finds_what_is_theirs_was_given_or_proves_it(organisation: Any, contributor: Any) -> None:
    own = make_ai_system(organisation, title="Puffin own", owner=contributor)
    make_evidence(organisation, title="Puffin proof", proves=own)
    make_evidence(organisation, title="Puffin other")
    given = make_supplier(organisation, title="Puffin given")
    RecordGrant.objects.assign_perm("view_record", contributor, given.record_ptr)
    make_supplier(organisation, title="Puffin hidden")
    assert set(titles(contributor, organisation, "puffin")) == {"Puffin own", "Puffin proof", "Puffin given"}
    hidden = Record.objects.get(title="Puffin hidden")
    assert titles(contributor, organisation, hidden.reference) == []
    assert titles(contributor, organisation, "hidde") == []


def test_an_outsider_and_a_former_member_find_nothing(organisation: Any, outsider: Any, manager: Any) -> None:
    make_supplier(organisation, title="Puffin hidden")
    assert titles(outsider, organisation, "puffin") == []
    assert titles(outsider, outsider.memberships.get().organisation, "puffin") == []
    assert titles(manager, organisation, "puffin") == ["Puffin hidden"]
    Membership.objects.filter(user=manager).delete()
    assert titles(manager, organisation, "puffin") == titles(manager, organisation, "reports") == []


def test_people_and_pages_are_found_by_those_who_may_see_them(
    organisation: Any, officer: Any, contributor: Any, administrator: Any, sign_in: Callable[..., Client]
) -> None:
    assert "Manager Brightwater Ltd" in titles(officer, organisation, "manager bright")
    assert titles(contributor, organisation, "manager bright") == []
    assert "Members" in titles(administrator, organisation, "memb")
    assert "Members" not in titles(officer, organisation, "memb")
    assert "Reports" in titles(officer, organisation, "report")
    assert "Reports" not in titles(contributor, organisation, "report")
    for user in (officer, contributor, administrator):
        rights, client = rights_of(user.memberships.get()), sign_in(user)
        typed = ("home", "due", "a", "reports", "members", "organisation", "officer")
        hits = {hit.url for text in typed for hit in found(user, organisation, text, rights=rights)}
        assert all(client.get(url).status_code == 200 for url in hits)


@pytest.mark.parametrize(
    "text",
    ["", "   ", "%", "_", "'", "a' | 'b", "!!! & | <->", ":*", "\x00", "x:*A & !y", "\\", "';drop table x;--", "🦊",
     "a" * 5000, "word " * 5000, "é" * 3000],
)  # fmt: skip
def test_nothing_typed_breaks_it(text: str, organisation: Any, officer: Any, sign_in: Callable[..., Client]) -> None:
    client, address = sign_in(officer), reverse("search", kwargs={"organisation": organisation.slug})
    assert client.get(address, {"q": text[:2000]}).status_code == 200
    assert client.get(address, {"q": text[:2000]}, headers={"HX-Request": "true"}).status_code == 200
    assert isinstance(found(officer, organisation, text), list)


def test_wild_cards_are_letters_like_others(organisation: Any, officer: Any) -> None:
    make_supplier(organisation)
    assert titles(officer, organisation, "%UP-0") == titles(officer, organisation, "_UP-0") == []


def test_a_text_of_any_length_is_kept(organisation: Any, officer: Any) -> None:
    text = "puffin " + " ".join(f"word{n}" for n in range(150_000))
    make_ai_system(organisation, title="Long", purpose=text)
    assert titles(officer, organisation, "puffin") == ["Long"]


def test_every_record_has_one_entry(organisation: Any) -> None:
    assert SearchEntry.objects.count() == Record.objects.count()


def test_the_page_says_what_it_found_and_whose_it_is(
    organisation: Any, officer: Any, contributor: Any, sign_in: Callable[..., Client]
) -> None:
    make_supplier(organisation, title="Puffin <b>& Sons</b>", owner=contributor)
    client, address = sign_in(officer), reverse("search", kwargs={"organisation": organisation.slug})
    page = client.get(address, {"q": "puffin"}).content.decode()
    assert "Puffin &lt;b&gt;&amp; Sons" in page
    assert "Nothing found" in client.get(address, {"q": "gargoyle"}).content.decode()
    assert "Puffin" in client.get(address, {"person": contributor.pk}).content.decode()
    assert "Owned by" not in sign_in(contributor).get(address, {"person": officer.pk}).content.decode()
    assert client.get(address, {"person": "9" * 40}).status_code == 200


@pytest.mark.parametrize("text", ["puffin", "SUP-01", "gargoyle"])
def test_a_search_takes_few_queries(
    text: str, organisation: Any, officer: Any, django_assert_max_num_queries: Any
) -> None:
    make_supplier(organisation, title="Puffin")
    rights = rights_of(officer.memberships.get())
    with django_assert_max_num_queries(6):
        found(officer, organisation, text, rights=rights)
