"""Evidence comes in: hashed as it streams, kept once, linked to what it proves."""

from __future__ import annotations

import hashlib
import os
import time
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import DatabaseError, connection, transaction
from django.db.models import ProtectedError
from django.test import Client

from evidence.actions import add_version, bring, link, receive, unlink
from evidence.checking import Refused
from evidence.models import Evidence, EvidenceVersion, Proof, Quota
from evidence.tasks import sweep_incoming
from records.models import Record
from tests.cast import make_ai_system, make_evidence, make_position, somebody
from tests.traces import history_of, written

from .files import pdf, stored, upload


def test_a_file_becomes_an_item_with_its_hash(organisation: Any, officer: Any, store: Path) -> None:
    content = pdf("Drift report")
    item = receive(organisation, by=officer, file=upload("drift_report.pdf", content))
    version = item.versions.get()
    sha256 = hashlib.sha256(content).hexdigest()
    assert (item.title, item.owner, item.changed_by, item.received_on) == (
        "drift report",
        officer,
        officer,
        organisation.today(),
    )
    assert (version.number, version.filename, version.content_type) == (1, "drift_report.pdf", "application/pdf")
    assert (version.sha256, version.size, version.added_by) == (sha256, len(content), officer)
    assert stored(store) == [f"{organisation.pk}/{sha256}"]
    assert (store / f"{organisation.pk}/{sha256}").read_bytes() == content


def test_a_file_of_many_chunks_has_the_hash_of_all_its_bytes(
    organisation: Any, officer: Any, sign_in: Any, store: Path
) -> None:
    content = pdf(size=1_000_003)
    system = make_ai_system(organisation)
    answer = post_file(sign_in(officer), system, "long.pdf", content)
    assert answer.status_code == 201
    version = EvidenceVersion.objects.get()
    assert version.sha256 == hashlib.sha256(content).hexdigest()
    assert (store / version.key).read_bytes() == content


def post_file(client: Client, record: Record, name: str, content: bytes) -> Any:
    address = f"/{record.organisation.slug}/records/{record.reference}/evidence/"
    return client.post(address, {"file": upload(name, content)}, headers={"X-Requested-With": "XMLHttpRequest"})


def test_a_link_becomes_an_item_too(organisation: Any, officer: Any, store: Path) -> None:
    item = receive(organisation, by=officer, url="https://wiki.example/policy", title="Policy in the wiki")
    version = item.versions.get()
    assert (item.title, version.url, version.sha256, version.key) == (
        "Policy in the wiki",
        "https://wiki.example/policy",
        "",
        "",
    )
    assert not stored(store)


@pytest.mark.parametrize("address", ["javascript:alert(1)", "ftp://files.example/x", "no address", "https://"])
def test_a_link_that_is_no_web_address_is_refused(address: str, organisation: Any, officer: Any) -> None:
    before = written()
    with pytest.raises(ValidationError):
        receive(organisation, by=officer, url=address, title="Policy")
    assert written() == before


@pytest.mark.parametrize("given", [{}, {"file": upload("minutes.pdf"), "url": "https://wiki.example/"}])
def test_either_a_file_or_a_link_and_never_both(
    given: dict[str, Any], organisation: Any, officer: Any, store: Path
) -> None:
    before = written()
    with pytest.raises(Refused, match="one of the two"):
        receive(organisation, by=officer, title="Minutes", **given)
    assert written() == before
    assert not stored(store)


@pytest.mark.parametrize("columns", [{"url": "https://wiki.example/"}, {"key": "", "sha256": ""}])
def test_the_database_itself_wants_either_a_file_or_a_link(columns: dict[str, str], organisation: Any) -> None:
    item = make_evidence(organisation)
    values = {"number": 2, "key": "1/ab", "sha256": "ab", "url": ""} | columns
    with pytest.raises(DatabaseError, match="either_a_file_or_a_link"), transaction.atomic():
        EvidenceVersion.objects.create(evidence=item, **values)


def test_a_new_version_stands_beside_the_old_one(organisation: Any, officer: Any, store: Path) -> None:
    item = receive(organisation, by=officer, file=upload("policy.pdf", pdf("one")))
    colleague = somebody(organisation)
    second = add_version(item, by=colleague, file=upload("policy-2.pdf", pdf("two")), note="New scope")
    third = add_version(item, by=officer, url="https://wiki.example/policy")
    item.refresh_from_db()
    assert [(version.number, version.filename) for version in item.versions.all()] == [
        (3, ""),
        (2, "policy-2.pdf"),
        (1, "policy.pdf"),
    ]
    assert (second.note, second.added_by, third.url) == ("New scope", colleague, "https://wiki.example/policy")
    assert (item.latest, item.changed_by) == (third, officer)
    assert len(stored(store)) == 2


def test_a_version_can_be_neither_changed_nor_deleted(organisation: Any, officer: Any) -> None:
    version = receive(organisation, by=officer, file=upload("policy.pdf")).versions.get()
    for change in (
        lambda: EvidenceVersion.objects.filter(pk=version.pk).update(filename="other.pdf"),
        lambda: EvidenceVersion.objects.filter(pk=version.pk).update(sha256="0" * 64),
        lambda: EvidenceVersion.objects.filter(pk=version.pk).delete(),
        lambda: raw("DELETE FROM evidence_evidenceversion"),
        lambda: raw("UPDATE evidence_evidenceversion SET added_at = now()"),
    ):
        with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
            change()
    version.refresh_from_db()
    assert version.filename == "policy.pdf"


def raw(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_day_it_was_received_never_changes(organisation: Any, officer: Any) -> None:
    item = receive(organisation, by=officer, file=upload("policy.pdf"))
    with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
        Evidence.objects.filter(pk=item.pk).update(received_on=date(2020, 1, 1))
    item.received_on = date(2020, 1, 1)
    with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
        item.save()
    item.refresh_from_db()
    item.title = "Renamed"
    item.save()
    assert item.received_on == organisation.today()


def test_an_item_with_a_version_cannot_be_deleted(organisation: Any, officer: Any) -> None:
    item = receive(organisation, by=officer, file=upload("policy.pdf"))
    with pytest.raises(ProtectedError):
        item.delete()


def test_linking_twice_is_linking_once(organisation: Any, officer: Any) -> None:
    item, system = make_evidence(organisation), make_ai_system(organisation)
    assert [link(item, system, by=officer), link(item, system, by=officer)] == [True, False]
    assert Proof.objects.filter(evidence=item, record=system).count() == 1
    system.refresh_from_db()
    assert (system.changed_by, system.version) == (officer, 1)


def test_one_item_proves_many_records(organisation: Any, officer: Any) -> None:
    records = [make_ai_system(organisation), make_position(organisation), make_position(organisation, owner=officer)]
    item = receive(organisation, by=officer, file=upload("policy.pdf"), proves=records)
    assert set(item.proves.values_list("reference", flat=True)) == {record.reference for record in records}


def test_taking_off_keeps_the_item_and_says_so_in_history(organisation: Any, officer: Any) -> None:
    system = make_ai_system(organisation)
    item = receive(organisation, by=officer, file=upload("policy.pdf"), proves=[system])
    unlink(item, system, by=officer)
    unlink(item, system, by=officer)
    assert not item.proofs.exists()
    assert Evidence.objects.filter(pk=item.pk).exists()
    assert list(history_of(Proof, record=system.pk).values_list("pgh_label", flat=True)) == ["insert", "delete"]


def test_a_record_of_another_organisation_is_never_linked(
    organisation: Any, other_organisation: Any, officer: Any
) -> None:
    item, theirs = make_evidence(organisation), make_ai_system(other_organisation)
    with pytest.raises(Refused, match="another organisation"):
        link(item, theirs, by=officer)
    assert not Proof.objects.filter(record=theirs).exists()


def test_the_same_file_twice_is_kept_once(organisation: Any, officer: Any, store: Path) -> None:
    for title in ("One", "Two"):
        receive(organisation, by=officer, file=upload("policy.pdf", pdf("same")), title=title)
    assert len(stored(store)) == 1
    assert Evidence.objects.filter(title__in=["One", "Two"]).count() == 2
    assert Quota.objects.get(organisation=organisation).used == len(pdf("same"))


def test_a_file_that_the_library_holds_is_linked_when_it_is_dropped_again(
    organisation: Any, officer: Any, sign_in: Any
) -> None:
    first, second = make_ai_system(organisation), make_ai_system(organisation)
    client = sign_in(officer)
    for system in (first, second, second):
        assert post_file(client, system, "policy.pdf", pdf("same")).status_code == 201
    item = Evidence.objects.get(organisation=organisation)
    assert set(item.proves.values_list("pk", flat=True)) == {first.pk, second.pk}


def test_an_old_version_dropped_again_is_an_item_of_its_own(organisation: Any, officer: Any, sign_in: Any) -> None:
    system, client = make_ai_system(organisation), sign_in(officer)
    post_file(client, system, "policy.pdf", pdf("old"))
    add_version(Evidence.objects.get(), by=officer, file=upload("policy.pdf", pdf("new")))
    post_file(client, system, "policy.pdf", pdf("old"))
    assert Evidence.objects.count() == 2


def test_a_contributor_does_not_learn_that_the_library_holds_a_file(
    organisation: Any, officer: Any, contributor: Any, sign_in: Any
) -> None:
    receive(organisation, by=officer, file=upload("secret.pdf", pdf("secret")))
    system = make_ai_system(organisation, owner=contributor)
    post_file(sign_in(contributor), system, "secret.pdf", pdf("secret"))
    assert Evidence.objects.filter(owner=contributor).count() == 1


def test_two_organisations_never_share_a_file(
    organisation: Any, other_organisation: Any, officer: Any, outsider: Any, store: Path
) -> None:
    receive(organisation, by=officer, file=upload("policy.pdf", pdf("same")))
    theirs = receive(other_organisation, by=outsider, file=upload("policy.pdf", pdf("same")))
    sha256 = theirs.versions.get().sha256
    assert stored(store) == sorted(f"{one.pk}/{sha256}" for one in (organisation, other_organisation))


def test_a_lost_or_broken_file_is_mended_by_the_same_file_coming_again(
    organisation: Any, officer: Any, store: Path
) -> None:
    version = receive(organisation, by=officer, file=upload("policy.pdf", pdf("same"))).versions.get()
    for content in (pdf("same")[:-1] + b"!", b"half", None):
        (store / version.key).unlink()
        if content:
            (store / version.key).write_bytes(content)
        receive(organisation, by=officer, file=upload("policy.pdf", pdf("same")))
        assert (store / version.key).read_bytes() == pdf("same")
    assert Quota.objects.get(organisation=organisation).used == len(pdf("same"))


def test_a_file_nobody_points_to_is_counted_once_somebody_does(organisation: Any, officer: Any, store: Path) -> None:
    with transaction.atomic():
        receive(organisation, by=officer, file=upload("policy.pdf", pdf("same")))
        transaction.set_rollback(True)
    assert (len(stored(store)), Evidence.objects.count()) == (1, 0)
    receive(organisation, by=officer, file=upload("policy.pdf", pdf("same")))
    assert Quota.objects.get(organisation=organisation).used == len(pdf("same"))


def test_a_file_that_does_not_come_by_upload_leaves_nothing_in_the_incoming_folder(
    organisation: Any, officer: Any, incoming: Path
) -> None:
    receive(organisation, by=officer, file=ContentFile(pdf(), name="loaded.pdf"))
    with pytest.raises(Refused):
        bring(make_ai_system(organisation), ContentFile(b"MZ", name="loaded.pdf"), by=officer)
    assert not stored(incoming)


def test_what_killed_uploads_left_is_swept_after_a_day(incoming: Path, settings: Any) -> None:
    left, fresh, other = incoming / "tmp1.upload.pdf", incoming / "tmp2.upload.pdf", incoming / "note.txt"
    for path in (left, fresh, other):
        path.write_bytes(b"half")
    yesterday = time.time() - 25 * 3600
    for path in (left, other):
        os.utime(path, (yesterday, yesterday))
    assert sweep_incoming.name in {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert sweep_incoming() == 1
    assert stored(incoming) == ["note.txt", "tmp2.upload.pdf"]
