"""Documents and the scope for programs: written, submitted, approved, returned, acknowledged; valid on a day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from clauses.models import Document, Reading, ScopeStatement
from organisations.models import Membership
from tests.cast import make_ai_system
from tests.document_cast import make_document, make_scope, make_version
from tests.traces import written

pytestmark = pytest.mark.django_db
Ask = Callable[..., Any]


@pytest.fixture
def top(organisation: Any, manager: Any) -> Any:
    Membership.objects.filter(organisation=organisation, user=manager).update(top_management=True)
    return manager


def begun(ask: Ask, officer: Any, contributor: Any) -> str:
    made = ask(
        "post",
        "documents/",
        {
            "title": "AI policy",
            "document_kind": "policy",
            "owner": officer.email,
            "readers": [contributor.email],
            "positions": ["5.2"],
        },
    )
    assert made.status_code == 201, made.content
    address = f"documents/{made.json()['reference']}/"
    version = ask("post", f"{address}versions/", {"label": "1.0", "text": "People decide."})
    assert (version.status_code, version.json()["state"]) == (201, "draft"), version.content
    return address


def tag(ask: Ask, address: str) -> dict[str, str]:
    return {"If-Match": ask("get", address)["ETag"]}


def test_a_version_goes_its_way(officer: Any, top: Any, contributor: Any, program: Callable[..., Ask]) -> None:
    hers, his = program(officer), program(top)
    address = begun(hers, officer, contributor)
    assert hers("post", f"{address}submit/", {}, **tag(hers, address)).json()["newest_state"] == "in_review"
    assert hers("post", f"{address}approve/", {}, **tag(hers, address)).status_code == 403
    assert his("post", f"{address}approve/", {}, **{"If-Match": "*"}).status_code == 428
    old = tag(his, address)
    returned = his("post", f"{address}return/", {"note": "Say who"}, **old)
    assert returned.json()["versions"][0]["decision_note"] == "Say who"
    again = hers("post", f"{address}versions/", {"label": "1.0", "text": "Recruiters decide.", "change_note": "Who"})
    assert again.json()["number"] == 2
    hers("post", f"{address}submit/", {}, **tag(hers, address))
    assert his("post", f"{address}approve/", {}, **old).status_code == 412, "it is not what he read"
    approved = his("post", f"{address}approve/", {"note": "Good"}, **tag(his, address))
    assert (approved.status_code, approved.json()["in_force"]) == (200, "1.0")
    text = his("get", f"{address}versions/2/").json()
    assert (text["text"], text["author"], text["decided_by"]) == ("Recruiters decide.", officer.email, top.email)


def test_a_reader_acknowledges(officer: Any, top: Any, contributor: Any, program: Callable[..., Ask]) -> None:
    hers, his, reads = program(officer), program(top), program(contributor)
    address = begun(hers, officer, contributor)
    hers("post", f"{address}submit/", {}, **tag(hers, address))
    his("post", f"{address}approve/", {}, **tag(his, address))
    assert hers("post", f"{address}acknowledge/", {"version": 1}).status_code == 403
    assert reads("post", f"{address}acknowledge/", {"version": 2}).status_code == 400
    done = reads("post", f"{address}acknowledge/", {"version": 1})
    assert done.json()["readings"][0]["confirmed_at"]
    assert Reading.objects.get().person == contributor


def test_a_file_and_what_cannot_be_set(officer: Any, contributor: Any, program: Callable[..., Ask]) -> None:
    ask = program(officer)
    address = begun(ask, officer, contributor)
    sent = ask("upload", f"{address}versions/", {"label": "1.1", "file": SimpleUploadedFile("p.txt", b"As a file\n")})
    assert (sent.status_code, sent.json()["filename"], len(sent.json()["sha256"])) == (201, "p.txt", 64)
    before = written()
    for given in ({"label": "2"}, {"label": "2", "text": "x", "state": "approved"}, {"text": "x"}):
        assert ask("post", f"{address}versions/", given).status_code == 400
    assert written() == before
    assert Document.objects.get().versions.count() == 2


def test_an_auditor_from_outside_reads_no_draft(
    officer: Any, auditor: Any, contributor: Any, program: Callable[..., Ask]
) -> None:
    address = begun(program(officer), officer, contributor)
    ask = program(auditor)
    assert ask("get", address).json()["versions"] == []
    assert ask("get", f"{address}versions/1/").status_code == 404
    assert ask("post", f"{address}versions/", {"label": "2", "text": "x"}).status_code == 403


def test_the_scope_is_written_approved_and_found_by_day(
    organisation: Any, officer: Any, top: Any, program: Callable[..., Ask]
) -> None:
    make_ai_system(organisation, title="Scorer")
    hers, his = program(officer), program(top)
    made = hers("post", "scope/", {"text": "Advice by machine"})
    assert (made.status_code, made.json()["label"]) == (201, "1.0"), made.content
    address = f"scope/{made.json()['reference']}/"
    hers("post", f"{address}submit/", {}, **tag(hers, address))
    approved = his("post", f"{address}approve/", {}, **tag(his, address)).json()
    assert (approved["state"], approved["systems"][0]["title"]) == ("approved", "Scorer")
    today = organisation.today()
    assert [one["label"] for one in his("get", f"scope/?on={today}").json()["results"]] == ["1.0"]
    assert his("get", "scope/?on=2020-01-01").json()["results"] == []
    assert his("get", "scope/?on=soon").status_code == 400
    make_ai_system(organisation, title="Another")
    assert [one["what"] for one in his("get", address).json()["disagreements"]] == ["new"]
    assert hers("patch", address, {"text": "Other"}, **{"If-Match": "*"}).status_code == 403


def test_an_owner_without_the_inventory_reads_only_their_systems_in_an_open_draft(
    organisation: Any, contributor: Any, officer: Any, program: Callable[..., Ask]
) -> None:
    make_ai_system(organisation, title="Kept from them", scope_reason="A secret")
    make_ai_system(organisation, title="Theirs", owner=contributor)
    address = f"scope/{make_scope(organisation, owner=contributor).reference}/"
    assert [one["title"] for one in program(contributor)("get", address).json()["systems"]] == ["Theirs"]
    assert len(program(officer)("get", address).json()["systems"]) == 2


def test_who_must_approve_is_not_got_round_by_the_kind(
    officer: Any, top: Any, contributor: Any, program: Callable[..., Ask]
) -> None:
    hers = program(officer)
    address = begun(hers, officer, contributor)
    for kind in ("procedure", "policy"):
        changed = hers("patch", address, {"document_kind": kind}, **tag(hers, address))
        assert changed.status_code == 200, "a draft may still become something else"
    hers("post", f"{address}submit/", {}, **tag(hers, address))
    for _state in ("in review", "approved"):
        refused = hers("patch", address, {"document_kind": "procedure"}, **tag(hers, address))
        assert (refused.status_code, [*refused.json()["error"]["fields"]]) == (400, ["document_kind"])
        assert hers("patch", address, {"document_kind": "scope"}, **tag(hers, address)).status_code == 200
        assert hers("patch", address, {"document_kind": "policy"}, **tag(hers, address)).status_code == 200
        program(top)("post", f"{address}approve/", {}, **tag(hers, address))


def test_what_begins_next_month_holds_nowhere_yet(officer: Any, manager: Any, program: Callable[..., Ask]) -> None:
    organisation = officer.memberships.get().organisation
    document, today = make_document(organisation, owner=officer), organisation.today()
    later = {"effective_on": today + timedelta(days=30), "decided_by": manager, "label": "1.1"}
    make_version(document, state="approved", **later)
    ask = program(officer)
    assert ask("get", "documents/").json()["results"][0]["in_force"] is None
    make_version(document, state="superseded", decided_by=manager, label="0.9")
    held = ask("get", f"documents/{document.reference}/").json()
    assert (held["in_force"], held["in_force_since"]) == ("0.9", today.isoformat())


def test_an_auditor_from_outside_finds_no_draft_of_the_scope(
    organisation: Any, auditor: Any, internal_auditor: Any, officer: Any, program: Callable[..., Ask]
) -> None:
    draft = make_scope(organisation)
    ask, inside = program(auditor), program(internal_auditor)
    assert ask("get", "scope/").json()["results"] == []
    assert ask("get", f"scope/{draft.reference}/").status_code == 404
    assert inside("get", f"scope/{draft.reference}/").status_code == 200
    ScopeStatement.objects.filter(pk=draft.pk).update(state="approved", decided_on=organisation.today())
    assert ask("get", f"scope/{draft.reference}/").status_code == 200


def test_a_mere_reader_reads_what_was_approved(officer: Any, contributor: Any, program: Callable[..., Ask]) -> None:
    address = begun(program(officer), officer, contributor)
    reads = program(contributor)
    assert reads("get", address).json()["versions"] == []
    assert reads("get", f"{address}versions/1/").status_code == 404
    Document.objects.update(approver=contributor)
    assert reads("get", f"{address}versions/1/").status_code == 200
