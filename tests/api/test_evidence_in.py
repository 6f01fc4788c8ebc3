"""Evidence comes in by multipart, once, and what may not come in leaves nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from evidence.models import Evidence
from organisations.models import IdempotentAnswer
from systems.models import AISystem
from tests.cast import make_ai_system, make_evidence

pytestmark = pytest.mark.django_db
Ask = Callable[..., Any]
TEXT = b"10:01 board 4711 sorted\n"


def file(name: str = "log.txt", content: bytes = TEXT) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "text/plain")


def test_a_file_comes_in_with_what_it_proves(officer: Any, organisation: Any, program: Callable[..., Ask]) -> None:
    ask, system = program(officer), make_ai_system(organisation)
    fields = {"title": "Sorter log", "file": file(), "proves": ["6.1.2", "A.6.2.4", system.reference]}
    answer = ask("upload", "evidence/", fields | {"produced_on": "2024-05-02", "valid_until": "2090-01-01"})
    assert answer.status_code == 201, answer.content
    row = answer.json()
    assert row["sha256"] == hashlib.sha256(TEXT).hexdigest()
    assert row["version"] == 1
    assert row["produced_on"] == "2024-05-02"
    assert set(row["proves"]) == {"6.1.2", "A.6.2.4", system.reference}
    assert row["reference"] in ask("get", "requirements/6.1.2/").json()["evidence"]
    again = ask("upload", f"evidence/{row['reference']}/versions/", {"file": file(content=b"more\n"), "note": "June"})
    assert again.status_code == 201
    assert again.json()["version"] == 2
    latest = ask("get", f"evidence/{row['reference']}/").json()
    assert (latest["version"], latest["valid_until"]) == (2, "2090-01-01")


@pytest.mark.parametrize(
    ("field", "fields"),
    [
        ("file", {"title": "x", "file": file("run.exe", b"MZ\x90\x00")}),
        ("file", {"title": "x", "file": file("page.txt", b"<!doctype html><script>alert(1)</script>")}),
        ("file", {"title": "x", "file": file("empty.txt", b"")}),
        ("file", {"title": "x"}),
        ("file", {"title": "x", "file": file(), "url": "https://files.example/"}),
        ("url", {"title": "x", "url": "javascript:alert(1)"}),
        ("proves", {"title": "x", "url": "https://files.example/", "proves": ["6.1.2", "AIS-77"]}),
        ("valid_until", {"title": "x", "url": "https://files.example/", "valid_until": "soon"}),
        ("title", {"url": "https://files.example/"}),
        ("colour", {"title": "x", "url": "https://files.example/", "colour": "red"}),
    ],
)
def test_what_is_refused_says_why_and_leaves_nothing(
    field: str, fields: dict[str, Any], officer: Any, program: Callable[..., Ask]
) -> None:
    before = Evidence.objects.count()
    answer = program(officer)("upload", "evidence/", fields)
    assert answer.status_code == 400
    assert field in answer.json()["error"]["fields"]
    assert Evidence.objects.count() == before


def test_a_file_over_the_cap_is_refused(officer: Any, program: Callable[..., Ask], settings: Any) -> None:
    settings.EVIDENCE_MAX_BYTES = 10
    answer = program(officer)("upload", "evidence/", {"title": "x", "file": file()})
    assert answer.status_code == 413
    assert answer.json()["error"]["code"] == "too_large"
    assert "larger" in str(answer.json()["error"]["fields"]["file"])


def test_metadata_changes_and_links_stay(officer: Any, organisation: Any, program: Callable[..., Ask]) -> None:
    ask, system = program(officer), make_ai_system(organisation)
    item = make_evidence(organisation, proves=system, owner=officer)
    path = f"evidence/{item.reference}/"
    assert ask("patch", path, {"title": "New"}, **{"If-Match": "*"}).json()["proves"] == [system.reference]
    changed = ask("patch", path, {"proves": ["6.1.2"]}, **{"If-Match": "*"})
    assert changed.json()["proves"] == ["6.1.2"]


def test_a_post_is_done_once_however_often_it_is_sent(officer: Any, manager: Any, program: Callable[..., Ask]) -> None:
    ask, key = program(officer), {"Idempotency-Key": "night-run-1"}
    first = ask("upload", "evidence/", {"title": "Log", "file": file()}, **key)
    second = ask("upload", "evidence/", {"title": "Log", "file": file()}, **key)
    assert (second.status_code, second.json()) == (201, first.json())
    assert second["ETag"] == first["ETag"]
    assert second["Idempotent-Replay"] == "true"
    assert Evidence.objects.filter(title="Log").count() == 1
    assert ask("upload", "evidence/", {"title": "Log", "file": file(content=b"x\n")}, **key).status_code == 422
    assert program(manager)("upload", "evidence/", {"title": "Log", "file": file()}, **key).status_code == 403


def test_a_refused_post_may_be_tried_again(officer: Any, organisation: Any, program: Callable[..., Ask]) -> None:
    ask, key = program(officer), {"Idempotency-Key": "1"}
    assert ask("post", "evidence/", {"title": "x"}, **key).status_code == 400
    assert not IdempotentAnswer.objects.exists()
    assert ask("post", "evidence/", {"title": "x", "url": "https://files.example/"}, **key).status_code == 201
    assert not AISystem.objects.of(organisation).exists()
