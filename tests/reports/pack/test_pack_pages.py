"""Who may ask for a pack and take it away, what the pages say, and how a download that broke off goes on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.test import Client

from audits.models import RoomVisit
from audits.room.opening import end_review
from records.models import Record
from reports import making
from reports.filing import Altered
from reports.models import Report, Taking
from reports.views import sending
from tests.cast import make_ai_system
from tests.document_cast import make_document
from tests.pages import SeenPage
from tests.record_types import record_types
from tests.reports.pack.packing import content_of, file_of, manifest_of, pack, parts_of
from tests.risk_cast import make_risk
from tests.room_cast import make_audit, opened_room

SignIn = Callable[..., Client]
pytestmark = pytest.mark.django_db
ASKERS = {"officer", "manager"}


def page_of(organisation: Any) -> str:
    return f"/{organisation.slug}/evidence-pack/"


@pytest.mark.parametrize("role", ["officer", "manager", "administrator", "internal_auditor", "auditor", "contributor"])
def test_only_who_may_ask_for_reports_may_ask_for_a_pack(
    role: str, request: Any, organisation: Any, sign_in: SignIn, sent: Any
) -> None:
    system, client = make_ai_system(organisation), sign_in(request.getfixturevalue(role))
    status = 200 if role in ASKERS else 403
    assert client.get(page_of(organisation)).status_code == status
    assert client.get(page_of(organisation), {"of": f"system:{system.reference}"}).status_code == status
    answer = client.post(page_of(organisation), {"of": "everything", "key": "k"})
    assert answer.status_code == (303 if role in ASKERS else 403)
    assert Report.objects.count() == (role in ASKERS)
    if role != "contributor":
        link = f"{page_of(organisation)}?of=system:{system.reference}"
        assert (link in SeenPage(client.get(system.get_absolute_url())).links) == (role in ASKERS)


def test_the_form_says_how_much_a_pack_would_hold_and_asks_for_it(
    organisation: Any, officer: Any, sign_in: SignIn, sent: Any
) -> None:
    system, audit = make_ai_system(organisation), make_audit(organisation)
    item = file_of(organisation, officer, system, text="x" * 2048)
    client = sign_in(officer)
    page = client.get(page_of(organisation), {"of": f"system:{system.reference}"})
    preview = page.context["preview"]
    assert (preview.records, preview.files, preview.size) == (2, 1, item.versions.get().size)
    (form,) = [one for one in SeenPage(page, within="main").forms if one.method == "post"]
    answer = client.post(form.action, form.data())
    report = Report.objects.get()
    assert answer["Location"] == report.get_absolute_url()
    assert (report.kind, report.format, report.parameters) == ("evidence_pack", "zip", {"system": system.reference})
    assert client.post(form.action, form.data())["Location"] == report.get_absolute_url(), "a second click"
    page = client.get(page_of(organisation), {"of": f"audit:{audit.reference}"})
    assert page.context["preview"].records > 0


@pytest.mark.parametrize("of", ["system:AIS-99", "audit:", "room:INV-01", "nonsense", "framework:nonsense", ""])
def test_what_is_not_offered_is_refused_at_the_field(
    of: str, organisation: Any, other_organisation: Any, officer: Any, sign_in: SignIn, sent: Any
) -> None:
    make_ai_system(other_organisation)
    client = sign_in(officer)
    for answer in (client.get(page_of(organisation), {"of": of}), client.post(page_of(organisation), {"of": of})):
        assert answer.status_code == 200
        assert answer.context["form"].errors["of"]
        assert answer.context["preview"] is None
    assert not Report.objects.exists()


def test_asking_again_after_a_failure_asks_for_the_same(
    organisation: Any, officer: Any, sign_in: SignIn, sent: Any
) -> None:
    system = make_ai_system(organisation)
    report = pack(organisation, officer, system=system.reference)
    Report.objects.update(state=Report.State.FAILED, error="The disk was full")
    client = sign_in(officer)
    (form,) = SeenPage(client.get(report.get_absolute_url()), within="main").forms
    answer = client.post(form.action, form.data())
    second = Report.objects.exclude(pk=report.pk).get()
    assert answer["Location"] == second.get_absolute_url()
    assert second.parameters == {"system": system.reference}


@pytest.fixture
def made(organisation: Any, officer: Any, sent: Any) -> Report:
    file_of(organisation, officer)
    return pack(organisation, officer)


def download(client: Client, report: Report, **headers: str) -> Any:
    return client.get(f"{report.get_absolute_url()}download/", headers=headers)


def test_a_download_is_whole_and_kept_in_a_log(made: Report, manager: Any, officer: Any, sign_in: SignIn) -> None:
    client, content = sign_in(manager), content_of(made)
    answer = download(client, made)
    assert answer.getvalue() == content
    assert answer["Content-Length"] == str(len(content))
    assert answer["Accept-Ranges"] == "bytes"
    assert answer["ETag"] == f'"{made.sha256}"'
    assert answer["Content-Type"] == "application/zip"
    assert "no-store" in answer["Cache-Control"]
    assert client.head(f"{made.get_absolute_url()}download/").status_code == 200
    taking = Taking.objects.get()
    assert (taking.person, taking.report, taking.first_byte) == (manager, made, 0)
    page = sign_in(officer).get(made.get_absolute_url())
    assert manager.name in page.content.decode()


def test_a_download_that_broke_off_goes_on(made: Report, officer: Any, sign_in: SignIn) -> None:
    client, content = sign_in(officer), content_of(made)
    tag = f'"{made.sha256}"'
    rest = download(client, made, range="bytes=1000-", if_range=tag)
    assert rest.status_code == 206
    assert rest["Content-Range"] == f"bytes 1000-{len(content) - 1}/{len(content)}"
    assert rest.getvalue() == content[1000:]
    assert Taking.objects.get().first_byte == 1000
    assert download(client, made, range="bytes=10-19").getvalue() == content[10:20]
    assert download(client, made, range="bytes=-7").getvalue() == content[-7:]
    assert download(client, made, range=f"bytes=0-{10**12}").status_code == 200
    other = download(client, made, range="bytes=1000-", if_range='"another"')
    assert (other.status_code, other.getvalue()) == (200, content)


@pytest.mark.parametrize(
    ("wanted", "status"),
    [("bytes=5-4", 200), ("bytes=-", 200), ("bytes=0-1,4-5", 200), ("lines=1-2", 200), ("bytes=-0", 416)],
)
def test_a_range_nobody_understands_is_answered_with_all(
    wanted: str, status: int, made: Report, officer: Any, sign_in: SignIn
) -> None:
    assert download(sign_in(officer), made, range=wanted).status_code == status


def test_a_range_behind_the_end_says_how_long_it_is(made: Report, officer: Any, sign_in: SignIn) -> None:
    answer = download(sign_in(officer), made, range=f"bytes={made.size}-")
    assert answer.status_code == 416
    assert answer["Content-Range"] == f"bytes */{made.size}"
    assert not Taking.objects.exists()


@pytest.mark.parametrize("hashed_first", [0, 2**30])
def test_an_archive_that_was_altered_in_storage_never_arrives_whole(
    hashed_first: int, made: Report, officer: Any, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "HASHED_FIRST", hashed_first)
    path = Path(default_storage.path(made.key))
    content = bytearray(path.read_bytes())
    content[100] ^= 1
    path.write_bytes(content)
    client = sign_in(officer)
    answer = download(client, made)
    if hashed_first:
        assert answer.status_code == 500
        assert b"not what was made" in answer.content
    else:
        with pytest.raises(Altered):
            answer.getvalue()
    path.write_bytes(content[:-1])
    assert download(client, made).status_code == 500
    path.unlink()
    assert download(client, made).status_code == 500


@pytest.fixture
def room(organisation: Any, officer: Any) -> Any:
    """A room of one system that lets files be taken away, and what must not be in its pack."""
    system, other = make_ai_system(organisation), make_ai_system(organisation, title="Kept secret")
    make_risk(organisation, system=other, title="Kept secret")
    file_of(organisation, officer, system, text="Shown")
    file_of(organisation, officer, other, text="Kept secret")
    make_document(organisation, title="Kept secret")
    return opened_room(organisation, systems=[system], downloads=True)


def address(room: Any) -> str:
    return f"/{room.organisation.slug}/room/pack/"


def test_an_auditor_takes_away_what_the_room_shows_and_nothing_else(
    room: Any, officer: Any, sign_in: SignIn, sent: Any
) -> None:
    client = sign_in(room.person)
    page = client.get(address(room))
    shown = Record.objects.visible_to(room.person)
    assert page.context["preview"].records == shown.count()
    (form,) = [one for one in SeenPage(page, within="main").forms if one.method == "post"]
    assert client.post(form.action, form.data()).status_code == 302
    report = Report.objects.get()
    assert b"Look again" in client.get(address(room)).content
    making.make(report.pk)
    report.refresh_from_db()
    parts = parts_of(content_of(report))
    told = {one["reference"] for one in manifest_of(parts)["records"]}
    assert told == set(shown.values_list("reference", flat=True))
    everything = b"".join(parts.values())
    assert b"Shown" in everything
    assert b"Kept secret" not in everything
    assert not parts["history.jsonl"]
    link = f"{address(room)}{report.pk}/download/"
    assert link in SeenPage(client.get(address(room)), within="main").links
    answer = client.get(link)
    assert answer.getvalue() == content_of(report)
    visit = RoomVisit.objects.filter(page="room-pack-file").get()
    assert visit.is_download
    assert Taking.objects.get().person == room.person
    assert sign_in(officer).get(report.get_absolute_url()).status_code == 200, "the client sees what was taken away"


def test_without_the_right_to_take_away_there_is_no_pack(organisation: Any, sign_in: SignIn, sent: Any) -> None:
    room = opened_room(organisation)
    client = sign_in(room.person)
    assert client.get(address(room)).status_code == 403
    assert client.post(address(room)).status_code == 403
    assert not Report.objects.exists()
    assert address(room) not in SeenPage(client.get(f"/{organisation.slug}/room/")).links


def test_nobody_takes_the_packs_of_others(
    room: Any, organisation: Any, officer: Any, manager: Any, sign_in: SignIn, sent: Any
) -> None:
    theirs = pack(organisation, officer)
    inmate = sign_in(room.person)
    assert inmate.get(f"{address(room)}{theirs.pk}/download/").status_code == 404
    assert inmate.get(f"{theirs.get_absolute_url()}download/").status_code == 404
    assert sign_in(manager).get(address(room)).status_code == 404
    own = pack(organisation, room.person, room=room.reference)
    assert own.state == Report.State.DONE
    other = opened_room(organisation, downloads=True)
    assert sign_in(other.person).get(f"{address(other)}{own.pk}/download/").status_code == 404


def test_a_room_that_closed_meanwhile_gives_no_pack(room: Any, sent: Any, organisation: Any) -> None:
    end_review(room, by=room.person)
    report = pack(organisation, room.person, room=room.reference)
    assert report.state == Report.State.FAILED
    assert "not open" in report.error or "no longer" in report.error


def test_a_room_that_hides_who_was_trained_leaves_that_out(organisation: Any, sent: Any) -> None:
    next(one for one in record_types() if one.kind == "training-record").rich(organisation)
    for hides in (False, True):
        room = opened_room(organisation, downloads=True, names_as_initials=hides)
        told = manifest_of(parts_of(content_of(pack(organisation, room.person, room=room.reference))))["records"]
        assert any(one["kind"] == "training-record" for one in told) is not hides


def test_who_may_not_ask_is_led_nowhere(organisation: Any, auditor: Any, manager: Any, sign_in: Any) -> None:
    reports, address = f"/{organisation.slug}/reports/", f'href="/{organisation.slug}/evidence-pack/"'
    assert address in sign_in(manager).get(reports).content.decode()
    assert address not in sign_in(auditor).get(reports).content.decode()
