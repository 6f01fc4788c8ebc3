"""The viewer shows files page by page with who looks at them, and never hands one out (B3; certification.md, 11)."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from PIL import Image, ImageChops
from weasyprint import HTML

from audits.models import AuditRoom, RoomVisit
from audits.room.viewing import looking
from clauses.models import Document
from evidence.actions import add_version, receive
from evidence.models import Evidence
from tests.cast import make_evidence
from tests.document_cast import make_document, make_version
from tests.evidence.files import docx, pdf, png, upload
from tests.pages import SeenPage

from .desk_making import make_auditor, release

SignIn = Callable[..., Client]
WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def paper(pages: int = 2) -> bytes:
    parts = "".join(f"<p style='break-after: page'>Page {number + 1} of the policy</p>" for number in range(pages))
    return HTML(string=parts).write_pdf()  # type: ignore[no-any-return]


def picture(width: int = 600, height: int = 400) -> bytes:
    kept = io.BytesIO()
    Image.new("RGB", (width, height), (210, 225, 240)).save(kept, "PNG")
    return kept.getvalue()


def sheet(rows: int = 100) -> bytes:
    book, kept = openpyxl.Workbook(), io.BytesIO()
    for number in range(rows):
        book.active.append([f"Row {number}", number, "<b>bold</b>"])
    book.save(kept)
    return kept.getvalue()


def letter(body: str) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive, zipfile.ZipFile(io.BytesIO(docx())) as usual:
        archive.writestr("[Content_Types].xml", usual.read("[Content_Types].xml"))
        archive.writestr("word/document.xml", body)
    return kept.getvalue()


def paragraphs(*texts: str) -> str:
    words = "".join(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>" for text in texts)
    return f"<w:document {WORD}><w:body>{words}</w:body></w:document>"


@pytest.fixture
def put(organisation: Any, officer: Any, room: AuditRoom) -> Callable[..., Evidence]:
    """`put("minutes.pdf", content)`: evidence with that file, released to the room."""

    def received(name: str, content: bytes) -> Evidence:
        item = receive(organisation, by=officer, file=upload(name, content), title=f"About {name}")
        release(room, item)
        return item

    return received


def address(item: Any, number: int = 1, page: int = 0) -> str:
    kind = "evidence" if isinstance(item, Evidence) else "document"
    where: dict[str, Any] = {"organisation": item.organisation.slug, "reference": item.reference, "number": number}
    if page:
        return reverse(f"room-{kind}-image", kwargs=where | {"page": page})
    return reverse(f"room-{kind}-version", kwargs=where)


def shown(answer: Any) -> str:
    assert answer.status_code == 200, answer.status_code
    return " ".join(SeenPage(answer, within="main").texts)


def image_of(answer: Any) -> Image.Image:
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
    return Image.open(io.BytesIO(answer.content))


def test_a_pdf_is_shown_as_pictures_page_by_page(put: Any, owen: Client) -> None:
    item = put("policy.pdf", paper(3))
    answer = owen.get(address(item) + "?page=2")
    assert (answer.context["pages"], answer.context["page"]) == (3, 2)
    assert answer.context["image_url"] == address(item, page=2)
    assert "Page 2 of the policy" in shown(answer)
    image = image_of(owen.get(address(item, page=2)))
    assert max(image.size) >= 1700
    for beyond in (address(item) + "?page=4", address(item) + "?page=x", address(item, page=4)):
        assert owen.get(beyond).status_code == 404


def test_who_looks_stands_in_the_pixels(put: Any, organisation: Any, room: AuditRoom, sign_in: SignIn) -> None:
    item, plain = put("notice.png", picture()), Image.new("RGB", (600, 400), (210, 225, 240))
    una = make_auditor(organisation, name="Una Field")
    release(una, item)
    seen = [image_of(sign_in(one.person).get(address(item, page=1))) for one in (room, una)]
    for image in seen:
        assert image.height > 400
        # Everywhere: in each quarter of the picture something differs from what came in by more than JPEG does.
        for left, top in ((0, 0), (300, 0), (0, 200), (300, 200)):
            box = (left, top, left + 300, top + 200)
            difference = ImageChops.difference(image.crop(box), plain.crop(box)).convert("L")
            assert difference.getextrema()[1] > 15, box
    assert ImageChops.difference(*[one.crop((0, 0, 600, 400)) for one in seen]).getbbox()


def test_who_looks_stands_on_each_page_in_words(put: Any, room: AuditRoom, owen: Client) -> None:
    texts = shown(owen.get(address(put("log.txt", b"All quiet\n" * 300)) + "?page=2"))
    assert texts.count(f"{room.person.name} · {room.person.email}") == 2  # type: ignore[union-attr]
    assert "Brightwater" in texts


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("log.txt", "Grüße\nzwei".encode(), "Grüße"),
        ("old.txt", "Grüße\nzwei".encode("cp1252"), "Grüße"),
        ("rates.csv", b"group;rate\nwomen;0.94\n", "0.94"),
        ("book.xlsx", sheet(), "<b>bold</b>"),
        ("letter.docx", letter(paragraphs("Dear auditor", "it is so")), "Dear auditor"),
    ],
)
def test_texts_tables_and_letters_are_shown(name: str, content: bytes, expected: str, put: Any, owen: Client) -> None:
    answer = owen.get(address(put(name, content)))
    assert expected in shown(answer)
    assert "attachment" not in answer.get("Content-Disposition", "")
    assert answer["Cache-Control"] == "private, no-store"


def test_long_files_have_pages(put: Any, owen: Client) -> None:
    item = put("book.xlsx", sheet(100))
    assert "Row 0" in shown(owen.get(address(item)))
    second = owen.get(address(item) + "?page=2")
    assert second.context["pages"] == 2
    assert "Row 99" in shown(second)
    assert "Row 0 " not in shown(second)


def bomb() -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive, zipfile.ZipFile(io.BytesIO(docx())) as usual:
        archive.writestr("[Content_Types].xml", usual.read("[Content_Types].xml"))
        archive.writestr("word/document.xml", b" " * (45 * 2**20))
        archive.writestr("word/media/noise.bin", os.urandom(2**20))
    return kept.getvalue()


LAUGHS = '<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;&x;&x;&x;&x;">]><a>&y;</a>'
SECRET = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'


@pytest.mark.parametrize(
    ("name", "content", "fault"),
    [
        ("cut.pdf", paper()[:400], "broken"),
        ("empty.pdf", pdf("nothing in it"), "broken"),
        ("bad.png", png(300, 300), "broken"),
        ("huge.png", png(8000, 8000), "large"),
        ("laughs.docx", letter(LAUGHS), "broken"),
        ("secret.docx", letter(SECRET), "broken"),
        ("torn.docx", letter("<w:document><w:p>"), "broken"),
        ("empty.docx", docx(), "empty"),
        ("bomb.docx", bomb(), "large"),
    ],
)
def test_broken_and_hostile_files_say_that_they_cannot_be_shown(
    name: str, content: bytes, fault: str, put: Any, owen: Client
) -> None:
    item = put(name, content)
    answer = owen.get(address(item))
    assert answer.context["look"].fault == fault
    assert str(looking.reasons()[fault]) in shown(answer)
    assert owen.get(address(item, page=1)).status_code == 404
    assert "root:" not in answer.content.decode()


def test_a_file_that_takes_too_long_is_given_up(put: Any, owen: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    item = put("policy.pdf", paper())
    monkeypatch.setattr(looking, "SECONDS", -1.99)
    answer = owen.get(address(item))
    assert answer.context["look"].fault == "slow"
    assert owen.get(address(item, page=1)).status_code == 404


def test_a_process_that_dies_says_so(put: Any, owen: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    item = put("policy.pdf", paper())
    monkeypatch.setattr(looking, "run", lambda _given: b"")
    assert owen.get(address(item)).context["look"].fault == "broken"


def test_what_reads_a_file_knows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, Any] = {}

    class Done:
        returncode, stdout = 0, b""

    def noted(*_command: Any, **options: Any) -> Any:
        seen.update(options)
        return Done()

    monkeypatch.setattr(looking.subprocess, "run", noted)
    looking.run(b"{}\n")
    assert not [name for name in seen["env"] if "SECRET" in name or "URL" in name or "KEY" in name]


def test_a_file_that_is_too_large_is_not_even_opened(put: Any, owen: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    item = put("policy.pdf", paper())
    monkeypatch.setattr(looking, "MAX_BYTES", 10)
    monkeypatch.setattr(looking, "opened", None)
    assert owen.get(address(item)).context["look"].fault == "large"


def test_other_types_are_offered_for_download_only_where_the_room_allows_it(
    organisation: Any, officer: Any, put: Any, owen: Client, room: AuditRoom
) -> None:
    slides = io.BytesIO()
    with zipfile.ZipFile(slides, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("ppt/presentation.xml", "<p/>")
    item = put("slides.pptx", slides.getvalue())
    download = f"/{organisation.slug}/evidence/{item.reference}/versions/1/"
    answer = owen.get(address(item))
    assert answer.context["look"].fault == "other"
    assert download not in SeenPage(answer).links
    assert owen.get(download).status_code == 403
    AuditRoom.objects.filter(pk=room.pk).update(downloads=True)
    assert download in SeenPage(owen.get(address(item))).links


def test_a_file_that_was_altered_is_not_shown(put: Any, owen: Client) -> None:
    item = put("policy.pdf", paper())
    path = Path(default_storage.path(item.latest.key))
    path.chmod(0o600)
    path.write_bytes(paper(5))
    answer = owen.get(address(item))
    assert answer.status_code == 500
    assert "not what came in" in answer.content.decode()
    assert owen.get(address(item, page=1)).status_code == 404


def test_earlier_versions_can_be_opened(put: Any, officer: Any, owen: Client) -> None:
    item = put("log.txt", b"first words")
    add_version(item, by=officer, file=upload("log.txt", b"second words"))
    assert "first words" in shown(owen.get(address(item, 1)))
    newest = owen.get(address(item, 2))
    assert "second words" in shown(newest)
    assert address(item, 1) in SeenPage(newest).links
    assert owen.get(address(item, 3)).status_code == 404


def test_a_link_is_told_as_a_link(organisation: Any, room: AuditRoom, owen: Client) -> None:
    item = make_evidence(organisation)
    release(room, item)
    assert "kept elsewhere" in shown(owen.get(address(item)))


@pytest.fixture
def policy(organisation: Any, officer: Any, room: AuditRoom) -> Document:
    """Version 1 superseded, 2 approved, 3 a draft."""
    document = make_document(organisation, title="AI policy")
    for label, state in (("1.0", "superseded"), ("2.0", "approved"), ("2.1", "draft")):
        make_version(document, text=f"**Words of {label}**", label=label, state=state, decided_by=officer)
    release(room, document)
    return document


def test_of_a_document_what_was_approved_is_shown_and_by_whom(policy: Document, officer: Any, owen: Client) -> None:
    answer = owen.get(address(policy, 3))
    assert "Words of 2.0" in shown(answer)
    assert officer.name in answer.content.decode()
    assert address(policy, 2) in SeenPage(answer).links
    assert "Words of 1.0" in shown(owen.get(address(policy, 2)))
    for draft in (1, 4):
        assert owen.get(address(policy, draft)).status_code == 404


def test_nothing_is_shown_outside_of_the_room(put: Any, policy: Document, organisation: Any, sign_in: SignIn) -> None:
    item = put("log.txt", b"words")
    stranger = sign_in(make_auditor(organisation, name="Una Field").person)
    inside = [sign_in(one.user) for one in organisation.memberships.exclude(role="external_auditor")]
    for client in (stranger, *inside):
        for where in (address(item), address(item, page=1), address(policy, 3), address(policy, 3, page=1)):
            assert client.get(where).status_code == 404


def test_each_look_is_in_the_log(put: Any, room: AuditRoom, owen: Client) -> None:
    item = put("policy.pdf", paper())
    owen.get(address(item))
    owen.get(address(item, page=1))
    visits = RoomVisit.objects.filter(room=room, record=item.pk)
    assert sorted(visits.values_list("page", flat=True)) == ["room-evidence-image", "room-evidence-version"]


def test_the_pages_of_the_portal_lead_to_the_viewer_and_to_no_download(
    put: Any, room: AuditRoom, owen: Client, organisation: Any
) -> None:
    item = put("policy.pdf", paper())
    links = SeenPage(owen.get(item.get_absolute_url())).links
    assert address(item) in links
    assert f"/{organisation.slug}/evidence/{item.reference}/versions/1/" not in links
