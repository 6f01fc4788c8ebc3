"""A file that cannot be taken leaves nothing: no row, nothing in the storage, nothing in the incoming folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from evidence.models import Evidence, EvidenceVersion, Quota
from tests.cast import make_ai_system, make_position
from tests.traces import written

from .files import EXE, HTML, SVG, docx, pdf, png, stored, upload

SignIn = Callable[..., Client]
BY_SCRIPT = {"X-Requested-With": "XMLHttpRequest"}
CAP = 200_000
BAD = {
    "empty.pdf": b"",
    "huge.pdf": pdf(size=CAP + 1),
    "huger.pdf": pdf(size=CAP * 3),
    "program.exe": EXE,
    "program.pdf": EXE,
    "page.txt": HTML,
    "picture.png": SVG,
    "pixels.png": png(60_000, 60_000),
    "bomb.docx": docx(bomb=5 * 2**20),
    "macros.docx": docx(**{"word/vbaProject.bin": "x"}),
}


@pytest.fixture(autouse=True)
def cap(settings: Any) -> None:
    settings.EVIDENCE_MAX_BYTES = CAP


@pytest.fixture
def system(organisation: Any) -> Any:
    return make_ai_system(organisation, title="CreditScout")


def drop_on(record: Any) -> str:
    return f"/{record.organisation.slug}/records/{record.reference}/evidence/"


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_leaves_nothing_behind(
    name: str, system: Any, officer: Any, sign_in: SignIn, store: Path, incoming: Path
) -> None:
    before = written()
    answer = sign_in(officer).post(drop_on(system), {"file": upload(name, BAD[name])}, headers=BY_SCRIPT)
    assert answer.status_code == 422
    assert name in answer.json()["error"]
    assert written() == before
    assert not Quota.objects.exclude(used=0).exists()
    assert (stored(store), stored(incoming)) == ([], [])


def test_a_good_file_leaves_nothing_in_the_incoming_folder(
    system: Any, officer: Any, sign_in: SignIn, store: Path, incoming: Path
) -> None:
    answer = sign_in(officer).post(drop_on(system), {"file": upload("a.pdf", pdf(size=CAP))}, headers=BY_SCRIPT)
    assert answer.status_code == 201
    assert answer.json() == {"references": [Evidence.objects.get().reference]}
    assert (len(stored(store)), stored(incoming)) == (1, [])


def test_the_file_is_moved_into_place_and_not_copied(
    system: Any, officer: Any, sign_in: SignIn, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("django.core.files.move.copystat", None)
    sign_in(officer).post(drop_on(system), {"file": upload("a.pdf")}, headers=BY_SCRIPT)
    kept = store / EvidenceVersion.objects.get().key
    assert kept.stat().st_mode & 0o777 == 0o600


def test_files_of_those_who_have_not_signed_in_are_not_kept_while_they_arrive(
    system: Any, sign_in: SignIn, incoming: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*args: Any, **kwargs: Any) -> None:
        raise AssertionError("a file of a stranger was written to disk")

    monkeypatch.setattr("evidence.uploads.HashedUpload.__init__", never)
    for address in (drop_on(system), "/accounts/login/"):
        answer = sign_in().post(address, {"file": upload("a.pdf"), "login": "x"})
        assert answer.status_code in {200, 302}


NAMES = {
    "../../etc/passwd.pdf": "passwd.pdf",
    "C:\\Users\\rita\\minutes.pdf": "minutes.pdf",
    "Prüfbericht – 審査 №1.pdf": "Prüfbericht – 審査 №1.pdf",
    "report\u202efdp.exe.pdf": "reportfdp.exe.pdf",
    "two\nlines.pdf": "twolines.pdf",
    '<b>"quoted".pdf': '<b>"quoted".pdf',
    "a" * 400 + ".pdf": "a" * 251 + ".pdf",
    "é" * 300 + ".pdf": "é" * 251 + ".pdf",
    "= 1+1.pdf": "= 1+1.pdf",
}


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_only_a_name(name: str, system: Any, officer: Any, sign_in: SignIn, store: Path) -> None:
    client = sign_in(officer)
    file = SimpleUploadedFile("placeholder.pdf", pdf())
    file._name = name
    assert client.post(drop_on(system), {"file": file}, headers=BY_SCRIPT).status_code == 201
    version = EvidenceVersion.objects.get()
    item = version.evidence
    assert version.filename == NAMES[name]
    assert len(item.title) <= 200
    assert stored(store) == [version.key]
    for page in (item.get_absolute_url(), system.get_absolute_url(), f"/{item.organisation.slug}/evidence/"):
        assert client.get(page).status_code == 200, page
    sent = client.get(f"{item.get_absolute_url()}versions/1/")
    assert b"".join(sent.streaming_content) == pdf()
    assert sent["Content-Disposition"].startswith("attachment; filename")
    assert "\n" not in sent["Content-Disposition"]


def test_the_space_of_an_organisation_ends(
    system: Any, officer: Any, sign_in: SignIn, settings: Any, store: Path, incoming: Path
) -> None:
    settings.EVIDENCE_QUOTA_BYTES = 1000
    client = sign_in(officer)
    first = client.post(drop_on(system), {"file": upload("a.pdf", pdf("a", size=900))}, headers=BY_SCRIPT)
    before = written()
    second = client.post(drop_on(system), {"file": upload("b.pdf", pdf("b", size=101))}, headers=BY_SCRIPT)
    assert (first.status_code, second.status_code) == (201, 422)
    assert "space for evidence is used up" in second.json()["error"]
    assert written() == before
    assert (len(stored(store)), stored(incoming)) == (1, [])
    assert client.post(drop_on(system), {"file": upload("c.pdf", pdf("c", size=100))}).status_code == 302
    assert Quota.objects.get(organisation=system.organisation).used == 1000


def test_the_space_of_one_organisation_is_not_that_of_another(
    system: Any, other_organisation: Any, officer: Any, outsider: Any, sign_in: SignIn, settings: Any
) -> None:
    settings.EVIDENCE_QUOTA_BYTES = 1000
    theirs = make_ai_system(other_organisation)
    for user, record in ((officer, system), (outsider, theirs)):
        file = upload("a.pdf", pdf("a", size=900))
        assert sign_in(user).post(drop_on(record), {"file": file}, headers=BY_SCRIPT).status_code == 201


def test_a_storage_that_cannot_be_used_is_said_and_leaves_nothing(
    system: Any, officer: Any, sign_in: SignIn, store: Path, incoming: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: Any, **kwargs: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(FileSystemStorage, "_save", full)
    before = written()
    answer = sign_in(officer).post(drop_on(system), {"file": upload("a.pdf")}, headers=BY_SCRIPT)
    assert answer.status_code == 422
    assert "was not stored: the file storage could not be used" in answer.json()["error"]
    assert written() == before
    assert (stored(store), stored(incoming)) == ([], [])


def test_without_script_the_page_says_what_came_in_and_what_did_not(system: Any, officer: Any, sign_in: SignIn) -> None:
    client = sign_in(officer)
    files = [upload("a.pdf", pdf("a")), upload("b.exe", EXE), upload("c.pdf", b"")]
    answer = client.post(drop_on(system), {"file": files}, follow=True)
    assert answer.redirect_chain == [(f"{system.get_absolute_url()}#evidence", 302)]
    page = answer.content.decode()
    item = Evidence.objects.get()
    assert f"Added as evidence: {item.reference}." in page
    assert "“b.exe” is not of an allowed type" in page
    assert "“c.pdf” is empty (0 bytes)." in page


@pytest.mark.parametrize("headers", [BY_SCRIPT, {}])
def test_no_file_at_all_is_said(headers: dict[str, str], system: Any, officer: Any, sign_in: SignIn) -> None:
    before = written()
    answer = sign_in(officer).post(drop_on(system), {}, headers=headers, follow=True)
    assert "Choose a file." in answer.content.decode()
    assert answer.status_code == (422 if headers else 200)
    assert written() == before


def test_the_lines_are_asked_for_again_after_a_drop(system: Any, officer: Any, sign_in: SignIn) -> None:
    client = sign_in(officer)
    client.post(drop_on(system), {"file": upload("minutes.pdf")}, headers=BY_SCRIPT)
    lines = client.get(drop_on(system)).content.decode()
    version = EvidenceVersion.objects.get()
    assert version.sha256 in lines
    assert version.evidence.title in lines
    assert "<html" not in lines


def test_a_reader_can_drop_nothing(system: Any, internal_auditor: Any, sign_in: SignIn, incoming: Path) -> None:
    before, client = written(), sign_in(internal_auditor)
    answer = client.post(drop_on(system), {"file": upload("a.pdf")}, headers=BY_SCRIPT)
    assert answer.status_code == 403
    lines = client.get(drop_on(system))
    assert lines.status_code == 200
    assert "<form" not in lines.content.decode()
    assert written() == before
    assert not stored(incoming)


def test_nothing_is_dropped_on_evidence_itself_or_elsewhere(
    system: Any, organisation: Any, other_organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    client = sign_in(officer)
    client.post(drop_on(system), {"file": upload("a.pdf")}, headers=BY_SCRIPT)
    theirs = make_ai_system(other_organisation)
    for target in (
        drop_on(Evidence.objects.get()),
        f"/{organisation.slug}/records/NO-99/evidence/",
        f"/{organisation.slug}/records/{theirs.title}/evidence/",
        drop_on(theirs),
    ):
        assert client.post(target, {"file": upload("b.pdf")}, headers=BY_SCRIPT).status_code == 404, target
    assert Evidence.objects.count() == 1


def test_a_contributor_drops_on_what_is_theirs_only(
    organisation: Any, officer: Any, contributor: Any, sign_in: SignIn
) -> None:
    mine, others = make_position(organisation, owner=contributor), make_position(organisation, owner=officer)
    client = sign_in(contributor)
    assert client.post(drop_on(mine), {"file": upload("a.pdf")}, headers=BY_SCRIPT).status_code == 201
    assert client.post(drop_on(others), {"file": upload("b.pdf")}, headers=BY_SCRIPT).status_code == 404
    item = Evidence.objects.get()
    assert (item.owner, list(item.proves.values_list("pk", flat=True))) == (contributor, [mine.pk])
