"""A virus scanner is asked about each file before it is kept; one that cannot be asked lets nothing in."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client

from evidence import scanning
from evidence.actions import receive
from evidence.checking import Refused, Unstored
from evidence.models import Evidence
from organisations.keys import make_key
from tests.cast import make_ai_system, make_evidence
from tests.traces import written

from .files import EXE, pdf, stored, upload
from .scanner import VIRUS, Scanner

SignIn = Callable[..., Client]
BY_SCRIPT = {"X-Requested-With": "XMLHttpRequest"}
BAD = pdf(VIRUS.decode())
# How it misbehaves, and what the person reads.
FAULTS = {
    "down": "the virus scanner could not be asked. Try again later.",
    "hangs up": "the virus scanner could not be asked. Try again later.",
    "mute": "the virus scanner could not be asked. Try again later.",
    "slow": "the virus scanner could not be asked. Try again later.",
    "endless": "the virus scanner could not be asked. Try again later.",
    "garbage": "the virus scanner gave no clear answer. Try again later.",
    "limit": "it is larger than the virus scanner takes.",
}


@pytest.fixture
def scanner(settings: Any) -> Iterator[Scanner]:
    running = Scanner()
    settings.SCANNER_URL, settings.SCANNER_TIMEOUT = running.url, 5
    yield running
    running.close()


def drop(client: Client, record: Any, name: str, content: bytes) -> Any:
    address = f"/{record.organisation.slug}/records/{record.reference}/evidence/"
    return client.post(address, {"file": upload(name, content)}, headers=BY_SCRIPT)


@pytest.fixture
def system(organisation: Any) -> Any:
    return make_ai_system(organisation)


def test_a_clean_file_is_scanned_whole_once_and_kept(
    scanner: Scanner, system: Any, officer: Any, sign_in: SignIn, store: Path
) -> None:
    content = pdf("clean", size=300_000)
    assert drop(sign_in(officer), system, "clean.pdf", content).status_code == 201
    assert scanner.seen == [content]
    assert len(stored(store)) == 1


def test_what_the_scanner_finds_is_refused_by_its_name_and_leaves_nothing(
    scanner: Scanner, system: Any, officer: Any, sign_in: SignIn, store: Path, incoming: Path
) -> None:
    before = written()
    answer = drop(sign_in(officer), system, "bad.pdf", BAD)
    assert answer.status_code == 422
    assert answer.json()["error"] == "“bad.pdf” is refused: the virus scanner found Tests.Virus."
    assert written() == before
    assert (stored(store), stored(incoming)) == ([], [])


@pytest.mark.parametrize("fault", FAULTS)
def test_a_scanner_that_cannot_be_asked_lets_nothing_in(
    fault: str, system: Any, officer: Any, sign_in: SignIn, settings: Any, store: Path, incoming: Path
) -> None:
    running = Scanner(manner=fault)
    settings.SCANNER_URL, settings.SCANNER_TIMEOUT = running.url, 0.5
    if fault == "down":
        running.close()
    client, before, began = sign_in(officer), written(), time.monotonic()
    answer = drop(client, system, "clean.pdf", pdf(size=1_000_000))
    assert answer.status_code == 422
    assert FAULTS[fault] in answer.json()["error"]
    assert time.monotonic() - began < 3
    assert written() == before
    assert (stored(store), stored(incoming)) == ([], [])
    assert client.get(system.get_absolute_url()).status_code == 200
    running.close()


def test_it_is_reached_by_a_unix_socket_too(tmp_path: Path, settings: Any, organisation: Any, officer: Any) -> None:
    running = Scanner(path=str(tmp_path / "clamd"))
    settings.SCANNER_URL = running.url
    receive(organisation, by=officer, file=ContentFile(pdf(), name="a.pdf"))
    assert running.seen == [pdf()]
    with pytest.raises(Refused, match=r"found Tests\.Virus"):
        receive(organisation, by=officer, file=ContentFile(BAD, name="b.pdf"))
    running.close()


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/", "clamd://", "unix:///nowhere/clamd", "clamd://127.0.0.1:1"])
def test_an_address_that_leads_nowhere_lets_nothing_in(
    url: str, settings: Any, organisation: Any, officer: Any
) -> None:
    settings.SCANNER_URL = url
    with pytest.raises(Unstored, match="could not be asked"):
        receive(organisation, by=officer, file=ContentFile(pdf(), name="a.pdf"))


def test_what_is_refused_anyway_is_not_sent_to_the_scanner(
    scanner: Scanner, system: Any, officer: Any, sign_in: SignIn
) -> None:
    assert drop(sign_in(officer), system, "program.pdf", EXE).status_code == 422
    assert not scanner.seen


def test_forms_say_it_at_the_field_and_scan_once(
    scanner: Scanner, organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    client, item = sign_in(officer), make_evidence(organisation, owner=officer)
    new = f"/{organisation.slug}/evidence/new/"
    fields = {"title": "Log", "evidence_kind": "log", "owner": officer.pk}
    answer = client.post(new, fields | {"file": upload("bad.pdf", BAD)})
    assert "the virus scanner found Tests.Virus" in answer.context["form"].errors["file"][0]
    assert client.post(new, fields | {"file": upload("a.pdf")}).status_code == 302
    version = f"{item.get_absolute_url()}versions/"
    answer = client.post(version, {"file": upload("bad.pdf", BAD)})
    assert "the virus scanner found Tests.Virus" in answer.context["form"].errors["file"][0]
    assert client.post(version, {"file": upload("b.pdf")}).status_code == 302
    assert scanner.seen == [BAD, pdf("a.pdf"), BAD, pdf("b.pdf")]


def test_programs_learn_whether_to_try_again(scanner: Scanner, organisation: Any, officer: Any, settings: Any) -> None:
    _key, secret = make_key(officer, organisation=organisation, name="x", expires_on=organisation.today())
    headers = {"Authorization": f"Bearer {secret}"}
    address = f"/api/v1/{organisation.slug}/evidence/"
    item = make_evidence(organisation, owner=officer)
    for path in (address, f"{address}{item.reference}/versions/"):
        fields = {"title": "Log"} if path == address else {}
        answer = Client().post(path, fields | {"file": upload("bad.pdf", BAD)}, headers=headers)
        assert answer.status_code == 400
        assert "Tests.Virus" in answer.json()["error"]["fields"]["file"][0]
    scanner.close()
    answer = Client().post(address, {"title": "Log", "file": upload("a.pdf")}, headers=headers)
    assert answer.status_code == 503
    assert answer.json()["error"]["code"] == "unavailable"
    assert "could not be asked" in answer.json()["error"]["fields"]["file"][0]
    assert Evidence.objects.count() == 1


def test_scans_that_hang_leave_the_other_threads_alone(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanning, "A_SLOT_WITHIN", 0.1)
    settings.SCANNER_URL = "clamd://127.0.0.1:1"
    with scanning.SLOTS, scanning.SLOTS:
        began = time.monotonic()
        with pytest.raises(Unstored, match="could not be asked"):
            scanning.scan(ContentFile(pdf()), filename="a.pdf")
        assert time.monotonic() - began < 1
