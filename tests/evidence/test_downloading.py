"""A file leaves the portal only as it came in, as an attachment, to those who may see it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError
from django.core.files.storage import FileSystemStorage
from django.test import Client

from evidence.actions import add_version, receive
from evidence.models import Evidence
from tests.cast import make_ai_system, make_evidence
from tests.pages import SeenPage

from .files import docx, pdf, png, upload

SignIn = Callable[..., Client]
CONTENT = pdf("Drift report October")


@pytest.fixture
def item(organisation: Any, officer: Any) -> Evidence:
    return receive(organisation, by=officer, file=upload("drift-2026-10.pdf", CONTENT), title="Drift report")


def address(item: Evidence, number: int = 1) -> str:
    return f"/{item.organisation.slug}/evidence/{item.reference}/versions/{number}/"


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def test_a_file_is_sent_as_it_came_in(item: Evidence, internal_auditor: Any, sign_in: SignIn) -> None:
    answer = sign_in(internal_auditor).get(address(item))
    assert (answer.status_code, body(answer)) == (200, CONTENT)
    assert answer["Content-Disposition"] == 'attachment; filename="drift-2026-10.pdf"'
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Length"] == str(len(CONTENT))
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(
    ("name", "content", "content_type"),
    [
        ("log.csv", b"a,b\n1,2\n", "text/plain"),
        ("notes.md", b"# Minutes\n\nNothing.", "text/plain"),
        ("notice.png", png(), "image/png"),
        ("letter.docx", docx(), "application/"),
    ],
)
def test_no_file_is_ever_sent_as_something_a_browser_runs(
    name: str, content: bytes, content_type: str, organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    item = receive(organisation, by=officer, file=upload(name, content))
    answer = sign_in(officer).get(address(item))
    assert body(answer) == content
    assert answer["Content-Type"].startswith(content_type)
    assert answer["Content-Disposition"].startswith("attachment")


def test_each_version_is_sent_under_its_number(item: Evidence, officer: Any, sign_in: SignIn) -> None:
    add_version(item, by=officer, file=upload("drift-2.pdf", pdf("second")))
    client = sign_in(officer)
    assert body(client.get(address(item, 1))) == CONTENT
    assert body(client.get(address(item, 2))) == pdf("second")
    assert client.get(address(item, 3)).status_code == 404


@pytest.mark.parametrize("change", ["tampered", "cut", "longer", "gone"])
def test_a_file_that_is_not_what_came_in_is_never_sent(
    change: str, item: Evidence, officer: Any, sign_in: SignIn, store: Path, caplog: pytest.LogCaptureFixture
) -> None:
    version = item.versions.get()
    path = store / version.key
    changed = {"tampered": CONTENT.replace(b"October", b"0ctober"), "cut": CONTENT[:-1], "longer": CONTENT + b"\n"}
    path.unlink()
    if change in changed:
        path.write_bytes(changed[change])
    answer = sign_in(officer).get(address(item))
    assert answer.status_code == 500
    assert not answer.streaming
    assert CONTENT[:20] not in answer.content
    assert "This file is not what came in" in answer.content.decode()
    assert version.sha256 in answer.content.decode()
    assert "differs from its SHA-256" in caplog.text


@pytest.mark.parametrize("fault", [PermissionError(13, "denied"), EndpointConnectionError(endpoint_url="http://s3")])
def test_a_storage_that_cannot_be_used_is_not_called_tampering(
    fault: Exception, item: Evidence, officer: Any, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: Any) -> None:
        raise fault

    monkeypatch.setattr(FileSystemStorage, "_open", broken)
    answer = sign_in(officer).get(address(item))
    assert answer.status_code == 503
    assert "The file storage cannot be used right now" in answer.content.decode()


def test_a_link_is_shown_before_anybody_follows_it(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    item = make_evidence(organisation)
    answer = sign_in(officer).get(address(item))
    links = [has for tag, has in SeenPage(answer).elements if tag == "a" and "files.example" in has.get("href", "")]
    assert (answer.status_code, len(links)) == (200, 1)
    assert {"noopener", "noreferrer", "nofollow"} <= set(links[0]["rel"].split())


def test_another_organisation_is_404(item: Evidence, outsider: Any, sign_in: SignIn, other_organisation: Any) -> None:
    client = sign_in(outsider)
    assert client.get(address(item)).status_code == 404
    assert client.get(address(item).replace(item.organisation.slug, other_organisation.slug)).status_code == 404


def test_who_has_not_signed_in_is_sent_to_the_door(item: Evidence, sign_in: SignIn) -> None:
    answer = sign_in().get(address(item))
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")


def test_a_contributor_downloads_their_own_and_what_is_linked_to_theirs(
    item: Evidence, organisation: Any, officer: Any, contributor: Any, sign_in: SignIn
) -> None:
    mine = receive(organisation, by=contributor, file=upload("mine.pdf"))
    system = make_ai_system(organisation, owner=contributor)
    linked = receive(organisation, by=officer, file=upload("linked.pdf"), proves=[system])
    client = sign_in(contributor)
    assert client.get(address(item)).status_code == 404
    for seen, content in ((mine, pdf("mine.pdf")), (linked, pdf("linked.pdf"))):
        assert body(client.get(address(seen))) == content
    assert client.get(linked.edit_url).status_code == 403
    assert linked.reference in client.get(f"/{organisation.slug}/evidence/").content.decode()
    system.owner = officer
    system.save()
    assert client.get(address(linked)).status_code == 404


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_nothing_but_reading(method: str, item: Evidence, officer: Any, sign_in: SignIn) -> None:
    assert getattr(sign_in(officer), method)(address(item)).status_code == 405
