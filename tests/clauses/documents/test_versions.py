"""A version is written, approved by somebody else, superseded by the next, and never changed (ISO 42001 7.5.3)."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import DatabaseError, IntegrityError, transaction

from clauses.documents.writing import WrittenMeanwhile, approve_version, label_after, submit_version, write_version
from clauses.models import Document, DocumentVersion
from evidence.models import Quota
from evidence.storing import opened
from records.approving import refusal
from tests.cast import somebody
from tests.document_cast import make_document
from tests.risks.statements import designate

pytestmark = pytest.mark.django_db
TEXT = "# Policy\n\nPeople decide on people."


@pytest.fixture
def policy(organisation: Any, officer: Any) -> Document:
    return Document.objects.create(
        organisation=organisation, title="AI policy", document_kind="policy", owner=officer, review_every=12
    )


@pytest.fixture
def boss(organisation: Any, manager: Any) -> Any:
    designate(organisation, manager)
    return manager


def write(document: Document, by: Any, text: str = TEXT, label: str = "1.0", **more: Any) -> DocumentVersion:
    newest = document.latest
    began_at = newest.number if newest else 0
    return write_version(document, by=by, text=text, label=label, **{"began_at": began_at} | more)


def approved(document: Document, by: Any, boss: Any, **more: Any) -> DocumentVersion:
    version = write(document, by, **more)
    submit_version(version, by=by)
    approve_version(version, by=boss, seen=version.number)
    version.refresh_from_db()
    return version


def test_a_version_is_written_submitted_and_approved(policy: Document, officer: Any, boss: Any) -> None:
    version = approved(policy, officer, boss)
    policy.refresh_from_db()
    today = policy.organisation.today()
    assert (version.state, version.author, version.decided_by, version.effective_on) == (
        *("approved", officer, boss),
        today,
    )
    assert version.sha256 == hashlib.sha256(TEXT.encode()).hexdigest()
    assert policy.in_force(today) == version
    assert policy.review_on.year == today.year + 1
    assert label_after(policy) == "1.1"


def test_the_next_version_supersedes_it_and_both_stay_readable(policy: Document, officer: Any, boss: Any) -> None:
    first = approved(policy, officer, boss)
    second = approved(policy, officer, boss, text="People decide.", label="1.1")
    first.refresh_from_db()
    assert (first.state, second.state, first.text) == ("superseded", "approved", TEXT)
    assert policy.in_force(policy.organisation.today()) == second


def test_one_that_begins_later_leaves_the_former_in_force(policy: Document, officer: Any, boss: Any) -> None:
    today = policy.organisation.today()
    first = approved(policy, officer, boss)
    second = approved(policy, officer, boss, label="1.1", text="Later", effective_on=today + timedelta(days=10))
    assert policy.in_force(today) == first
    assert policy.in_force(today + timedelta(days=10)) == second


def test_nobody_approves_what_they_wrote(policy: Document, boss: Any, officer: Any) -> None:
    version = write(policy, boss)
    submit_version(version, by=officer)
    assert "somebody else" in refusal(version, boss, "designated")  # type: ignore[arg-type]
    with pytest.raises(ValidationError, match="somebody else"):
        approve_version(version, by=boss, seen=version.number)
    corrected = write(policy, officer, text="A comma moved")
    submit_version(corrected, by=officer)
    with pytest.raises(ValidationError, match="somebody else"):
        approve_version(corrected, by=boss, seen=corrected.number)
    with pytest.raises(IntegrityError), transaction.atomic():
        DocumentVersion.objects.filter(pk=version.pk).update(state="approved", decided_by=boss)


def test_a_policy_needs_management_and_a_procedure_a_head(policy: Document, officer: Any, manager: Any) -> None:
    version = write(policy, officer)
    submit_version(version, by=officer)
    with pytest.raises(ValidationError, match="designated management"):
        approve_version(version, by=manager, seen=version.number)
    head = somebody(policy.organisation)
    policy.organisation.memberships.filter(user=head).update(authority="head")
    procedure = make_document(policy.organisation)
    draft = write(procedure, officer, label="1.0")
    submit_version(draft, by=officer)
    approve_version(draft, by=head, seen=draft.number)


def test_only_the_version_that_was_shown_is_approved(policy: Document, officer: Any, boss: Any) -> None:
    first = write(policy, officer)
    submit_version(first, by=officer)
    second = write(policy, officer, text="Another text")
    first.refresh_from_db()
    assert first.state == "draft", "writing on takes it back from review"
    with pytest.raises(ValidationError, match="not in review"):
        approve_version(first, by=boss, seen=first.number)
    submit_version(second, by=officer)
    with pytest.raises(ValidationError, match="changed after you opened it"):
        approve_version(second, by=boss, seen=first.number)
    with pytest.raises(ValidationError, match="newer draft"):
        submit_version(first, by=officer)


def test_who_was_slower_is_told_and_writes_nothing(policy: Document, officer: Any) -> None:
    write(policy, officer)
    with pytest.raises(WrittenMeanwhile) as told:
        write(policy, officer, text="Mine", began_at=0)
    assert told.value.newest.text == TEXT
    assert policy.versions.count() == 1


@pytest.mark.parametrize("column", ["text", "label", "sha256", "change_note"])
def test_no_path_changes_what_a_version_says(policy: Document, officer: Any, column: str) -> None:
    version = write(policy, officer)
    with pytest.raises(DatabaseError), transaction.atomic():
        DocumentVersion.objects.filter(pk=version.pk).update(**{column: "Forged"})
    with pytest.raises(DatabaseError), transaction.atomic():
        version.delete()


def test_an_approved_version_can_only_be_superseded(policy: Document, officer: Any, boss: Any) -> None:
    version = approved(policy, officer, boss)
    for change in ({"state": "draft"}, {"decided_by": officer}, {"effective_on": None}):
        with pytest.raises(DatabaseError), transaction.atomic():
            DocumentVersion.objects.filter(pk=version.pk).update(**change)
    with pytest.raises(ValidationError, match="approved already"):
        write(policy, officer, text="Other", label="1.0")


def test_a_file_is_kept_once_and_hashed(policy: Document, officer: Any) -> None:
    for _time in range(2):
        version = write(policy, officer, text="", file=ContentFile(b"Plan of May\n", name="plan.txt"))
    assert (version.filename, version.size) == ("plan.txt", 12)
    with opened(version) as file:
        assert file.read() == b"Plan of May\n"
    assert Quota.objects.get(organisation=policy.organisation).used == 12
    with pytest.raises(ValidationError, match="one of the two"):
        write(policy, officer, file=ContentFile(b"x", name="x.txt"))


def test_one_that_was_superseded_never_comes_into_force_later(policy: Document, officer: Any, boss: Any) -> None:
    today = policy.organisation.today()
    later = today + timedelta(days=40)
    first = approved(policy, officer, boss)
    approved(policy, officer, boss, label="1.1", text="From January", effective_on=later)
    second = approved(policy, officer, boss, label="1.2", text="From today")
    first.refresh_from_db()
    assert [policy.in_force(day) for day in (today - timedelta(days=1), today, later)] == [None, second, second]
    listed = Document.objects.with_versions(later).get(pk=policy.pk)
    assert (listed.holds, listed.holds_from) == ("1.2", today)  # type: ignore[attr-defined]


def test_a_superseded_version_stays_superseded(policy: Document, officer: Any, boss: Any) -> None:
    first = approved(policy, officer, boss)
    approved(policy, officer, boss, text="People decide.", label="1.1")
    for change in ({"state": "approved"}, {"superseded_at": None}):
        with pytest.raises(DatabaseError), transaction.atomic():
            DocumentVersion.objects.filter(pk=first.pk).update(**change)
