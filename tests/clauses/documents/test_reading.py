"""Whoever reads a document is asked anew for each version, and says that they have understood it (7.3, 7.5.3)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.test import Client

from clauses.documents.writing import ask_to_read, confirm_reading
from clauses.models import Document, Reading
from reports.due import due
from tests.cast import somebody
from tests.clauses.documents.test_versions import approved
from tests.pages import SeenPage, filled_in
from tests.risks.statements import designate

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]


@pytest.fixture
def policy(organisation: Any, officer: Any, contributor: Any, manager: Any) -> Document:
    """In force, and to be read by the contributor."""
    designate(organisation, manager)
    made = Document.objects.create(organisation=organisation, title="Policy", document_kind="policy", owner=officer)
    made.readers.add(contributor)
    approved(made, officer, manager)
    return made


def waiting(person: Any, document: Document) -> list[str]:
    by = document.organisation.today().replace(year=document.organisation.today().year + 1)
    return [one.what for one in due(person, document.organisation, by, owner=person) if one.what == "reading"]


def test_a_reader_is_asked_finds_it_on_home_and_confirms(policy: Document, contributor: Any, sign_in: SignIn) -> None:
    client, address = sign_in(contributor), policy.get_absolute_url()
    assert waiting(contributor, policy) == ["reading"]
    assert "To be read: Policy" in client.get(f"/{policy.organisation.slug}/").content.decode()
    page = SeenPage(client.get(address))
    form = next(form for form in page.forms if form.action.endswith("/acknowledge/"))
    assert client.post(form.action, form.data()).status_code == 302
    reading = Reading.objects.get(person=contributor)
    assert reading.confirmed_at
    assert reading.read_version.label == "1.0"
    assert waiting(contributor, policy) == []
    assert "1 of 1 have confirmed" in client.get(address).content.decode()


def test_a_reader_does_not_see_who_else_was_asked(policy: Document, contributor: Any, sign_in: SignIn) -> None:
    other = somebody(policy.organisation)
    policy.readers.add(other)
    ask_to_read(policy)
    page = sign_in(contributor).get(policy.get_absolute_url()).content.decode()
    asked = page.partition('id="readers"')[2].partition("</section>")[0]
    assert "0 of 2 have confirmed" in asked
    assert contributor.name in asked
    # The history below tells who was made a reader, as it tells everything.
    assert other.name not in asked


def test_a_new_version_asks_again(policy: Document, contributor: Any, officer: Any, manager: Any) -> None:
    confirm_reading(policy, by=contributor, number=1)
    approved(policy, officer, manager, label="1.1", text="Shorter")
    assert waiting(contributor, policy) == ["reading"]
    with pytest.raises(ValidationError, match="Another version"):
        confirm_reading(policy, by=contributor, number=1)
    confirm_reading(policy, by=contributor, number=2)
    assert sorted(Reading.objects.values_list("read_version__label", flat=True)) == ["1.0", "1.1"]


def test_nobody_confirms_unasked_and_what_was_confirmed_stays(
    policy: Document, contributor: Any, officer: Any, sign_in: SignIn
) -> None:
    with pytest.raises(ValidationError, match="not asked"):
        confirm_reading(policy, by=officer, number=1)
    confirm_reading(policy, by=contributor, number=1)
    with pytest.raises(DatabaseError), transaction.atomic():
        Reading.objects.update(confirmed_at=None)


def test_everybody_reads_what_everybody_has_to(policy: Document, auditor: Any) -> None:
    policy.read_by_all = True
    policy.save()
    assert ask_to_read(policy) == policy.organisation.memberships.exclude(role="auditor").count() - 1
    joined = somebody(policy.organisation)
    assert ask_to_read(policy) == 1
    assert Document.objects.visible_to(joined).filter(pk=policy.pk).exists()
    assert not Reading.objects.filter(person=auditor).exists()


def test_who_is_taken_off_is_asked_no_more(policy: Document, contributor: Any, officer: Any, sign_in: SignIn) -> None:
    client, address = sign_in(officer), policy.edit_url
    assert client.post(address, filled_in(client, address, readers=[])).status_code == 302
    assert not Reading.objects.exists()
    assert not Document.objects.visible_to(contributor).filter(pk=policy.pk).exists()
