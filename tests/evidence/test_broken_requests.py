"""Requests that are broken, cut short or too large: refused with words, and nothing is stored, not even half."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from organisations.keys import make_key
from tests.cast import make_ai_system
from tests.traces import written

from .files import pdf, stored, upload

SignIn = Callable[..., Client]
BOUNDARY = "a-boundary"


def part(name: str, content: bytes, filename: str = "", encoding: str = "") -> bytes:
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"'
    head += f'; filename="{filename}"\r\nContent-Type: application/pdf' if filename else ""
    head += f"\r\nContent-Transfer-Encoding: {encoding}" if encoding else ""
    return head.encode() + b"\r\n\r\n" + content + b"\r\n"


WHOLE = part("title", b"Log") + part("file", pdf(size=200_000), "a.pdf") + f"--{BOUNDARY}--\r\n".encode()
LAST = f"--{BOUNDARY}--"
BROKEN = {
    "cut in the middle of the file": WHOLE[: len(WHOLE) // 2],
    "cut before the last boundary": WHOLE[: WHOLE.index(LAST.encode())],
    "cut inside the last boundary": WHOLE[: -len("--\r\n")],
    "cut after a second file began": WHOLE.replace(LAST.encode(), part("file", pdf("b")[:40], "b.pdf")[:-2]),
    "bytes that are no base64": part("file", b"@@@@\xff", "a.pdf", "base64") + LAST.encode(),
    "nothing": b"",
    "no part at all": b"\r\n\r\n",
    "another boundary": WHOLE.replace(BOUNDARY.encode(), b"another-one"),
}


def send(client: Client, address: str, body: bytes, boundary: str = BOUNDARY, **headers: str) -> Any:
    content_type = f"multipart/form-data; boundary={boundary}" if boundary else "multipart/form-data"
    return client.generic("POST", address, body, content_type, headers=headers)


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_body_brings_nothing_in_by_a_page(
    fault: str, organisation: Any, officer: Any, sign_in: SignIn, store: Path, incoming: Path
) -> None:
    system, client, before = make_ai_system(organisation), sign_in(officer), None
    before = written()
    drop = f"/{organisation.slug}/records/{system.reference}/evidence/"
    for address in (drop, f"/{organisation.slug}/evidence/new/"):
        answer = send(client, address, BROKEN[fault], **{"X-Requested-With": "XMLHttpRequest"})
        # A body without parts is a form that was left empty, and is told so at its fields.
        assert answer.status_code in {200, 400, 422}
        if answer.status_code == 400:
            assert "broke off before it was complete" in answer.content.decode()
    assert written() == before
    assert (stored(store), stored(incoming)) == ([], [])


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_body_brings_nothing_in_by_a_program(
    fault: str, organisation: Any, officer: Any, store: Path, incoming: Path
) -> None:
    _key, secret = make_key(officer, organisation=organisation, name="x", expires_on=organisation.today())
    before = written()
    address, headers = f"/api/v1/{organisation.slug}/evidence/", {"Authorization": f"Bearer {secret}"}
    answer = send(Client(), address, BROKEN[fault], **headers)
    assert answer.status_code == 400
    assert set(answer.json()["error"]) == {"code", "message", "fields"}
    changed = {name for name, count in written().items() if before[name] != count}
    assert changed <= {"ApiKeyEvent"}
    assert (stored(store), stored(incoming)) == ([], [])


def test_the_same_body_whole_comes_in(organisation: Any, officer: Any, sign_in: SignIn, store: Path) -> None:
    system = make_ai_system(organisation)
    address = f"/{organisation.slug}/records/{system.reference}/evidence/"
    assert send(sign_in(officer), address, WHOLE).status_code == 302
    assert len(stored(store)) == 1


def test_a_body_that_names_no_boundary_is_refused(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    system, before = make_ai_system(organisation), None
    before = written()
    address = f"/{organisation.slug}/records/{system.reference}/evidence/"
    assert send(sign_in(officer), address, WHOLE, boundary="").status_code == 400
    assert written() == before


def test_more_text_than_a_page_takes_is_refused_with_words(
    organisation: Any, officer: Any, sign_in: SignIn, settings: Any
) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    answer = sign_in(officer).post(f"/{organisation.slug}/evidence/new/", {"title": "x" * 2000})
    assert answer.status_code == 413
    assert "too long to be kept in a record" in answer.content.decode()


@pytest.mark.parametrize("moment", ["opening", "writing", "flushing"])
def test_an_incoming_folder_that_cannot_be_written_is_said_at_the_field(
    moment: str, organisation: Any, officer: Any, sign_in: SignIn, store: Path, incoming: Path,
    settings: Any, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    def full(*args: Any) -> None:
        raise OSError(28, "No space left on device")

    client, before = sign_in(officer), written()
    if moment == "opening":
        settings.FILE_UPLOAD_TEMP_DIR = incoming / "gone"
    else:
        name = "write" if moment == "writing" else "flush"
        monkeypatch.setattr(f"evidence.uploads.HashedUpload.{name}", full, raising=False)
    fields = {"title": "Log", "evidence_kind": "log", "owner": officer.pk, "file": upload("a.pdf")}
    answer = client.post(f"/{organisation.slug}/evidence/new/", fields)
    assert answer.context["form"].errors["file"] == [
        "“a.pdf” was not stored: there is no room for it. Try again later."
    ]
    assert written() == before
    assert (stored(store), stored(incoming)) == ([], [])
