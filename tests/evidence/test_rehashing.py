"""Stored files are hashed again: what is no longer as it came in alarms the officers, and proves nothing."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from evidence import rehashing
from evidence.actions import add_version, receive
from evidence.models import Evidence, FileAlarm, FileCheck, Soundness, State
from evidence.rehashing import due, rehash, rehash_due
from reports.due import due as what_is_due
from tests.evidence.files import pdf
from tests.pages import SeenPage
from tests.traces import history_of

pytestmark = pytest.mark.django_db


def brought(organisation: Any, by: Any, text: str = "One") -> Evidence:
    file = SimpleUploadedFile(f"{text}.pdf", pdf(text), "application/pdf")
    return receive(organisation, by=by, file=file, title=text)


def path_of(store: Path, item: Evidence) -> Path:
    return store / item.versions.latest("number").key


def flip_a_bit(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[20] ^= 1
    path.chmod(0o600)
    path.write_bytes(data)


def test_every_file_is_hashed_again_when_its_time_has_come(organisation: Any, officer: Any) -> None:
    for n in range(3):
        brought(organisation, officer, f"File {n}")
    assert rehash_due() == 3
    assert rehash_due() == 0
    assert set(FileCheck.objects.values_list("result", flat=True)) == {Soundness.SOUND}
    FileCheck.objects.filter(version__evidence__title="File 1").update(checked_at=timezone.now() - timedelta(days=31))
    assert [version.evidence.title for version in due()] == ["File 1"]
    assert rehash_due() == 1


def test_a_run_goes_on_where_the_last_one_ended(organisation: Any, officer: Any) -> None:
    for n in range(3):
        brought(organisation, officer, f"File {n}")
    assert [rehash_due(longest=0) for _ in range(4)] == [1, 1, 1, 0]


@pytest.mark.parametrize(("harm", "result"), [(flip_a_bit, Soundness.ALTERED), (Path.unlink, Soundness.GONE)])
def test_one_bit_or_a_missing_file_alarms_the_officer(
    harm: Any, result: Soundness, organisation: Any, officer: Any, sign_in: Any, store: Path,
    django_capture_on_commit_callbacks: Any,
) -> None:  # fmt: skip
    item = brought(organisation, officer)
    rehash_due()
    harm(path_of(store, item))
    FileCheck.objects.update(checked_at=timezone.now() - timedelta(days=31))
    rehash_due()
    item.refresh_from_db()
    today = organisation.today()
    assert item.damaged_on == today
    assert item.state(today) == State.DAMAGED
    assert item not in Evidence.objects.valid(today)
    assert item in Evidence.objects.valid(today - timedelta(days=1))
    [alarm] = FileAlarm.objects.all()
    assert alarm.person == officer
    assert rehashing.send(alarm.pk)
    [sent] = mail.outbox
    assert (sent.to, item.reference in sent.subject) == ([officer.email], True)
    assert str(result.label) in sent.body
    assert item.versions.get().sha256 in sent.body
    [told] = [one for one in what_is_due(officer, organisation, today) if one.what == "damaged"]
    assert told.reference == item.reference
    page = sign_in(officer).get(item.get_absolute_url()).content.decode()
    assert "It proves nothing until it is restored" in page
    listed = SeenPage(sign_in(officer).get(f"/{organisation.slug}/evidence/?state=damaged"))
    assert item.get_absolute_url() in listed.links
    assert history_of(Evidence, pgh_obj=item.pk).last().damaged_on == today


def test_it_alarms_once_and_again_only_when_it_was_sound_between(organisation: Any, officer: Any, store: Path) -> None:
    item = brought(organisation, officer)
    version, path = item.versions.get(), path_of(store, item)
    sound = path.read_bytes()
    flip_a_bit(path)
    rehash(version)
    rehash(version)
    assert FileAlarm.objects.count() == 1
    path.write_bytes(sound)
    rehash(version)
    item.refresh_from_db()
    assert item.damaged_on is None
    flip_a_bit(path)
    rehash(version)
    assert FileAlarm.objects.count() == 2


def test_a_damaged_file_is_looked_at_again_within_the_hour(organisation: Any, officer: Any, store: Path) -> None:
    item = brought(organisation, officer)
    flip_a_bit(path_of(store, item))
    rehash_due()
    assert not due().exists()
    FileCheck.objects.update(checked_at=timezone.now() - timedelta(hours=2))
    assert due().count() == 1


def test_a_new_version_proves_again_and_the_old_one_stays_damaged(organisation: Any, officer: Any, store: Path) -> None:
    item = brought(organisation, officer)
    flip_a_bit(path_of(store, item))
    rehash_due()
    add_version(item, by=officer, file=SimpleUploadedFile("two.pdf", pdf("Two"), "application/pdf"))
    item = Evidence.objects.get(pk=item.pk)
    assert item.damaged_on is None
    rehash_due()
    FileCheck.objects.update(checked_at=timezone.now() - timedelta(days=31))
    rehash_due()
    item = Evidence.objects.get(pk=item.pk)
    assert item.state(organisation.today()) == State.CURRENT
    results = {check.version.number: check.result for check in FileCheck.objects.select_related("version")}
    assert results == {1: Soundness.ALTERED, 2: Soundness.SOUND}


def test_what_cannot_be_read_is_tried_the_next_day_and_then_counts_as_damaged(
    organisation: Any, officer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    item, other = brought(organisation, officer), brought(organisation, officer, "Two")

    def away(*_args: Any) -> Any:
        raise OSError("the storage is away")

    monkeypatch.setattr(rehashing, "default_storage", SimpleNamespace(open=away))
    assert rehash_due() == 1, "a storage that is away is not asked for the next file"
    assert not FileAlarm.objects.exists()
    FileCheck.objects.update(checked_at=timezone.now() - timedelta(days=2))
    FileCheck.objects.create(version=other.versions.get(), checked_at=timezone.now(), result=Soundness.SOUND)
    rehash_due()
    item.refresh_from_db()
    assert item.damaged_on == organisation.today()
    assert FileAlarm.objects.count() == 1


def test_who_downloads_a_damaged_file_raises_the_alarm(
    organisation: Any, officer: Any, auditor: Any, sign_in: Any, store: Path
) -> None:
    item = brought(organisation, officer)
    flip_a_bit(path_of(store, item))
    answer = sign_in(auditor).get(f"{item.get_absolute_url()}versions/1/")
    assert answer.status_code == 500
    assert FileAlarm.objects.count() == 1


def test_two_runs_at_once_do_not_read_the_same_files(organisation: Any, officer: Any) -> None:
    from django.db import connection

    brought(organisation, officer)
    other: Any = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [rehashing.LOCK])
        assert rehash_due() == 0
        cursor.execute("SELECT pg_advisory_unlock(%s)", [rehashing.LOCK])
    other.close()
    assert rehash_due() == 1
