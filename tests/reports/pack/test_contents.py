"""A pack holds what the database and the storage hold of its scope, and nothing else."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.files.storage import default_storage
from pypdf import PdfReader

import aims_portal.sample
from aims_portal.loading import load
from clauses.models import DocumentVersion, Position
from clauses.models.crosswalks import Mapping
from evidence.models import Evidence, EvidenceVersion
from records.approvable import SETTLED
from records.models import Record
from reports.models import Report
from reports.pack.naming import LONGEST, Paths, safe
from tests.cast import make_ai_system, make_evidence, make_position
from tests.document_cast import make_document, make_version
from tests.reports.pack.packing import another_version, asked, content_of, file_of, manifest_of, pack, parts_of
from tests.risk_cast import make_risk, make_treatment

pytestmark = pytest.mark.django_db
MADE = {"records.csv", "files.csv", "history.jsonl", "roots.jsonl", "verify.py", "README.txt"}
OURS = MADE | {"manifest.json", "index.pdf", "checksums.txt"}


def text_of(content: bytes) -> str:
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages))


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


@pytest.fixture
def meridia(db: None, sent: Any) -> Report:
    """The pack of all of the sample, made by its officer."""
    with time_machine.travel(datetime(2026, 11, 23, 12, tzinfo=UTC), tick=False):
        organisation = load(Path(aims_portal.sample.__file__).parent / "meridia.yaml").organisation
        rita = organisation.memberships.get(user__email="rita.falcao@meridia.example").user
        return pack(organisation, rita)


def test_the_files_of_meridia_are_those_of_its_library_and_documents(meridia: Report) -> None:
    parts, organisation = parts_of(content_of(meridia)), meridia.organisation
    kept = EvidenceVersion.objects.filter(evidence__organisation=organisation).exclude(key="")
    assert kept.count() > 10
    for version in kept.select_related("evidence"):
        name = f"evidence/{version.evidence.reference}/v{version.number}/{version.filename}"
        with default_storage.open(version.key) as file:
            assert parts[name] == file.read()
        assert hashlib.sha256(parts[name]).hexdigest() == version.sha256
    approved = DocumentVersion.objects.filter(document__organisation=organisation, state__in=SETTLED).exclude(sha256="")
    for one in approved.select_related("document"):
        name = f"documents/{one.document.reference}/v{one.number}/{one.filename or 'text.md'}"
        assert hashlib.sha256(parts[name]).hexdigest() == one.sha256
    assert len(parts) == kept.count() + approved.count() + len(OURS)
    manifest = manifest_of(parts)
    assert manifest["counts"]["kept"] == kept.count() + approved.count()
    assert manifest["counts"]["files"] == manifest["counts"]["kept"] + len(MADE) == len(manifest["files"])
    assert {one["reference"] for one in manifest["left_out"]} == set(
        Evidence.objects.of(organisation).filter(versions__url__gt="").values_list("reference", flat=True)
    )
    listed = [one["sha256"] for one in manifest["files"] if one["role"] in {"evidence", "document"}]
    assert [row["sha256"] for row in rows_of(parts["files.csv"])] == listed


def test_the_records_of_meridia_are_those_of_its_database(meridia: Report) -> None:
    parts, records = parts_of(content_of(meridia)), Record.objects.of(meridia.organisation)
    manifest = manifest_of(parts)
    told = {one["reference"]: (one["kind"], one["title"], one["version"]) for one in manifest["records"]}
    assert told == {one.reference: (one.kind, one.title, one.version) for one in records}
    references = [one["reference"] for one in manifest["records"]]
    assert [row["reference"] for row in rows_of(parts["records.csv"])] == references
    counts = manifest["counts"]
    assert counts == meridia.figures["pack"]["counts"]
    assert counts["records"] == records.count()
    assert counts["events"] == parts["history.jsonl"].count(b"\n") > 500


def test_the_index_of_meridia_prints_what_proves_it(meridia: Report, tmp_path: Path) -> None:
    parts = parts_of(content_of(meridia))
    manifest, head = hashlib.sha256(parts["manifest.json"]).hexdigest(), meridia.figures["pack"]["head"]
    assert meridia.figures["pack"]["manifest"] == manifest
    index = text_of(parts["index.pdf"])
    first = EvidenceVersion.objects.exclude(key="")[0].sha256
    printed = (
        *(one[half] for one in (manifest, head, first) for half in (slice(32), slice(32, 64))),
        "EV-01",
        "AIS-06",
    )
    for needed in (*printed, meridia.code.replace("-", " ")):
        assert needed in index
    path = tmp_path / "pack.zip"
    path.write_bytes(content_of(meridia))
    assert asked(path, "--head", head, "--manifest", manifest, "--archive", meridia.sha256)[0] == 0


def test_an_item_says_what_it_proves_and_when_and_links_are_named(organisation: Any, officer: Any, sent: Any) -> None:
    system, position = make_ai_system(organisation), make_position(organisation)
    item = file_of(organisation, officer, system, position, name="log.csv")
    another_version(item, officer, "Later")
    link = make_evidence(organisation, proves=system)
    risk = make_risk(organisation, system=system)
    manifest = manifest_of(parts_of(content_of(pack(organisation, officer))))
    first, second = (one for one in manifest["files"] if one["role"] == "evidence")
    assert (first["path"], second["path"]) == (
        f"evidence/{item.reference}/v1/log.csv",
        f"evidence/{item.reference}/v2/b.txt",
    )
    assert first["proves"] == [position.reference, system.reference]
    assert first["dates"]["received_on"] == organisation.today().isoformat()
    assert first["recorded"] == first["sha256"]
    assert first["altered"] is False
    (left,) = manifest["left_out"]
    assert left["reference"] == link.reference
    assert "https://files.example/minutes" in left["why"]
    told = {one["reference"]: one for one in manifest["records"]}
    assert ["system", system.reference] in told[risk.reference]["links"]
    assert ["proves", system.reference] in told[item.reference]["links"]


def test_drafts_of_documents_stay_out(organisation: Any, officer: Any, manager: Any, sent: Any) -> None:
    document = make_document(organisation)
    make_version(document, "What holds", state="approved", decided_by=manager)
    make_version(document, "A thought")
    parts = parts_of(content_of(pack(organisation, officer)))
    assert [name for name in parts if name.startswith("documents/")] == [f"documents/{document.reference}/v2/text.md"]
    assert b"A thought" not in b"".join(content for name, content in parts.items() if name != "index.pdf")


def test_a_file_that_was_altered_is_named_everywhere_and_stops_nothing(
    organisation: Any, officer: Any, sent: Any, tmp_path: Path, sign_in: Any
) -> None:
    one, two, three = (file_of(organisation, officer) for _each in range(3))
    changed, gone = one.versions.get(), two.versions.get()
    Path(default_storage.path(changed.key)).write_bytes(b"Something else")
    default_storage.delete(gone.key)
    report = pack(organisation, officer)
    manifest = manifest_of(parts := parts_of(content_of(report)))
    altered = [one for one in manifest["files"] if one["altered"]]
    assert [(one["path"], one["recorded"]) for one in altered] == [
        (f"evidence/{one.reference}/v1/a.txt", changed.sha256)
    ]
    assert parts[altered[0]["path"]] == b"Something else"
    assert [one["reference"] for one in manifest["left_out"]] == [two.reference]
    assert report.figures["pack"]["altered"] == [altered[0]["path"]]
    assert "no longer what came in" in text_of(parts["index.pdf"])
    path = tmp_path / "pack.zip"
    path.write_bytes(content_of(report))
    code, said = asked(path)
    assert code == 0, "the pack itself is what was made"
    assert f"NOTE  {altered[0]['path']} was altered before" in said
    assert three.reference in {one.get("reference") for one in manifest["files"]}
    page = sign_in(officer).get(report.get_absolute_url()).content.decode().replace("<wbr>", "")
    assert altered[0]["path"] in page
    assert report.sha256 in page
    assert report.figures["pack"]["manifest"] in page


def test_an_empty_organisation_has_a_pack(organisation: Any, officer: Any, sent: Any, tmp_path: Path) -> None:
    report = pack(organisation, officer)
    parts = parts_of(content_of(report))
    assert set(parts) == OURS
    path = tmp_path / "pack.zip"
    path.write_bytes(content_of(report))
    assert asked(path)[0] == 0


def test_before_anything_is_sealed_there_is_a_pack_without_history(
    organisation: Any, officer: Any, sent: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.reports.pack.packing.seal", lambda: None)
    report = pack(organisation, officer)
    path = tmp_path / "pack.zip"
    path.write_bytes(content_of(report))
    code, said = asked(path)
    assert code == 0
    assert "nothing is sealed yet" in said


def test_the_pack_of_a_system_holds_what_concerns_it_and_not_another(
    organisation: Any, officer: Any, sent: Any
) -> None:
    system, other = make_ai_system(organisation), make_ai_system(organisation)
    risk, beyond = make_risk(organisation, system=system), make_risk(organisation, system=other)
    treatment = make_treatment(organisation, treats=risk)
    within = {system, risk, treatment, file_of(organisation, officer, risk), file_of(organisation, officer, system)}
    without = {other, beyond, file_of(organisation, officer, other), file_of(organisation, officer)}
    report = pack(organisation, officer, system=system.reference)
    told = {one["reference"] for one in manifest_of(parts_of(content_of(report)))["records"]}
    assert {one.reference for one in within} <= told
    assert not {one.reference for one in without} & told
    assert system.reference in report.title


def test_the_pack_of_a_framework_holds_what_relates_to_it(organisation: Any, officer: Any, sent: Any) -> None:
    strong = Mapping.objects.filter(target__framework__code="gdpr", strength="strong")[0].source.number
    related = set(
        Mapping.objects.filter(target__framework__code="gdpr").exclude(strength="weak").values_list("source__number")
    )
    position = Position.objects.get(organisation=organisation, reference=strong)
    item = file_of(organisation, officer, position)
    other = file_of(organisation, officer)
    report = pack(organisation, officer, framework="gdpr")
    told = manifest_of(parts_of(content_of(report)))["records"]
    assert {(one["reference"],) for one in told if one["kind"] == "position"} == related
    references = {one["reference"] for one in told}
    assert item.reference in references
    assert other.reference not in references
    assert pack(organisation, officer, framework="nonsense").state == Report.State.FAILED


def test_what_came_over_a_channel_without_names_is_proven_and_not_told(
    organisation: Any, officer: Any, sent: Any, client: Any, tmp_path: Path
) -> None:
    from risks.models import Concern

    client.post(f"/speak-up/{organisation.slug}/", {"text": "I fear for my job"})
    concern = Concern.objects.get()
    report = pack(organisation, officer)
    parts = parts_of(content_of(report))
    events = [json.loads(line) for line in parts["history.jsonl"].splitlines()]
    assert any("leaf" in event for event in events)
    assert any("event" in event for event in events)
    assert not any(event["event"]["object"] == str(concern.pk) for event in events if "event" in event)
    assert b"I fear for my job" not in b"".join(parts.values())
    path = tmp_path / "pack.zip"
    path.write_bytes(content_of(report))
    assert asked(path)[0] == 0


@pytest.mark.parametrize(
    ("given", "is_called"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Windows\\win.ini", "win.ini"),
        ("..", "file"),
        ("con.txt", "_con.txt"),
        ('what? <why>: "so"|*.pdf', "what_ _why__ _so___.pdf"),
        ("trailing. . ", "trailing"),
        ("pay\u202efdp.exe", "pay_fdp.exe"),
        ("line\nbreak.txt", "line_break.txt"),
        (".hidden", "hidden"),
        ("Übung.pdf", "Übung.pdf"),
    ],
)
def test_names_are_safe_on_every_system(given: str, is_called: str) -> None:
    assert safe(given) == is_called


def test_long_names_keep_their_ending_and_each_path_is_given_once() -> None:
    name = safe("é" * 250 + ".pdf")
    assert name.endswith(".pdf")
    assert len(name.encode()) <= LONGEST
    paths = Paths()
    given = [paths.path("evidence", "EV-01", name=name) for name in ("a.pdf", "A.PDF", "a.pdf")]
    assert given == ["evidence/EV-01/a.pdf", "evidence/EV-01/A-2.PDF", "evidence/EV-01/a-3.pdf"]


def test_names_from_the_database_land_in_their_folder(organisation: Any, officer: Any, sent: Any) -> None:
    items = [file_of(organisation, officer) for _each in range(4)]
    names = ["../../x.txt", "y" * 251 + ".txt", "same.txt", "same.txt"]
    for item, name in zip(items, names, strict=True):
        version = item.versions.get()
        EvidenceVersion.objects.bulk_create(
            [EvidenceVersion(evidence=item, number=2, key=version.key, sha256=version.sha256, filename=name, size=3)]
        )
    parts = parts_of(content_of(pack(organisation, officer)))
    found = [name for name in parts if "/v2/" in name]
    assert len(found) == 4
    assert all(re.fullmatch(r"evidence/EV-\d+/v2/[xysame]+\.txt", name) for name in found)
    assert max(map(len, found)) < 160


def test_nobody_gets_a_pack_of_what_they_may_not_see(
    organisation: Any, other_organisation: Any, officer: Any, sent: Any
) -> None:
    theirs = make_ai_system(other_organisation, title="Not ours")
    report = pack(organisation, officer, system=theirs.reference)
    assert report.state == Report.State.FAILED
    assert "no such record" in report.error
    parts = parts_of(content_of(pack(organisation, officer)))
    assert b"Not ours" not in b"".join(parts.values())
