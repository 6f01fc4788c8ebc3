"""A room from the invitation to its end: who comes in, when, and what becomes of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audits.models import AuditRoom, RoomVisit
from audits.room.opening import end_review, invite_auditor, revoke
from organisations.models import Invitation, Membership, User
from organisations.roles import Role
from records.models import RecordGrant
from tests.cast import make_ai_system, make_evidence
from tests.pages import SeenPage
from tests.room_cast import A_WEEK, make_audit, make_inmate, make_room, move, opened_room, room_form

SignIn = Callable[..., Client]
pytestmark = pytest.mark.django_db
PASSWORD = "nine herons stand in shallow water"


def at(organisation: Any, name: str, **kwargs: Any) -> str:
    return reverse(name, kwargs={"organisation": organisation.slug, **kwargs})


def invited(room: AuditRoom, client: Client, run: Any) -> str:
    """Sends the invitation by the button; returns the address of its link."""
    with run(execute=True):
        answer = client.post(at(room.organisation, "audit-room-invite", reference=room.reference))
    assert answer.status_code == 302
    found = re.search(r"http://testserver(/\S*)", mail.outbox[-1].body)
    assert found
    return found[1]


def test_the_link_works_once_for_that_address_and_a_second_factor_is_asked_for(
    organisation: Any, officer: Any, sign_in: SignIn, django_capture_on_commit_callbacks: Any
) -> None:
    room = make_room(organisation)
    link = invited(room, sign_in(officer), django_capture_on_commit_callbacks)
    assert mail.outbox[-1].to == [room.email]
    client = sign_in()
    assert client.get(link).status_code == 200
    answer = client.post(link, {"name": room.name, "password": PASSWORD, "again": PASSWORD})
    assert answer.status_code == 302
    assert sign_in().get(link).status_code == 410, "it was used"
    member = Membership.objects.get(organisation=organisation, user__email=room.email)
    assert (member.role, member.until) == (Role.EXTERNAL_AUDITOR, room.until)
    page = client.get(at(organisation, "home"), follow=True)
    assert b"second factor is missing" in page.content
    client.post(at(organisation, "room-accept"), {"accepted": "on"})
    room.refresh_from_db()
    assert room.accepted_at is None
    assert client.get(at(organisation, "risk-list")).status_code == 404


def test_a_link_is_of_no_use_to_somebody_else(
    organisation: Any, officer: Any, manager: Any, sign_in: SignIn, django_capture_on_commit_callbacks: Any
) -> None:
    room = make_room(organisation)
    link = invited(room, sign_in(officer), django_capture_on_commit_callbacks)
    other = sign_in(manager)
    assert other.post(link, {"name": "Me", "password": PASSWORD, "again": PASSWORD}).status_code == 200
    assert not User.objects.filter(email=room.email).exists()
    AuditRoom.objects.filter(pk=room.pk).update(until=organisation.today() - timedelta(days=1))
    Invitation.objects.filter(email=room.email).update(until=organisation.today() - timedelta(days=1))
    assert sign_in().get(link).status_code == 410


def test_the_terms_are_accepted_once_and_then_the_room_is_there(organisation: Any, sign_in: SignIn) -> None:
    room = make_room(organisation)
    client = sign_in(make_inmate(room, accepted=False))
    page = client.get(at(organisation, "room"))
    assert b"Keep it to yourself" in page.content
    client.post(at(organisation, "room-accept"))
    room.refresh_from_db()
    assert room.accepted_at is None, "nothing was ticked"
    client.post(at(organisation, "room-accept"), {"accepted": "on"})
    room.refresh_from_db()
    assert room.accepted_at
    page = client.get(at(organisation, "room"))
    assert b"Registers, whole populations" in page.content
    room.refresh_from_db()
    assert room.opened_at
    assert RecordGrant.objects.filter(user=room.person).exists()


def test_before_its_first_day_it_says_when_it_opens(organisation: Any, sign_in: SignIn) -> None:
    today = organisation.today()
    room = make_room(organisation, since=today + timedelta(days=3), until=today + A_WEEK)
    client = sign_in(make_inmate(room))
    page = client.get(at(organisation, "room"))
    assert b"The room opens on" in page.content
    room.refresh_from_db()
    assert room.opened_at is None
    assert not RecordGrant.objects.filter(user=room.person).exists()


def test_after_its_last_day_the_front_door_says_that_it_is_over(organisation: Any, sign_in: SignIn) -> None:
    room = opened_room(organisation)
    client = sign_in(room.person)
    move(room, organisation.today() - A_WEEK, organisation.today() - timedelta(days=1))
    Membership.objects.filter(user=room.person).update(until=room.until)
    assert client.get(at(organisation, "room")).status_code == 404
    assert b"The period is over" in client.get("/").content


def test_closing_it_ends_the_session_at_once(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    system = make_ai_system(organisation)
    room = opened_room(organisation, systems=[system])
    client = sign_in(room.person)
    assert client.get(system.get_absolute_url()).status_code == 200
    sign_in(officer).post(at(organisation, "audit-room-close", reference=room.reference))
    assert client.get(system.get_absolute_url()).status_code == 404
    assert not Membership.objects.filter(user=room.person).exists()
    assert not RecordGrant.objects.filter(user=room.person).exists()
    with pytest.raises(ValidationError):
        revoke(room, by=officer)


def test_closing_it_before_the_link_was_used_ends_the_link(
    organisation: Any, officer: Any, sign_in: SignIn, django_capture_on_commit_callbacks: Any
) -> None:
    room = make_room(organisation)
    link = invited(room, sign_in(officer), django_capture_on_commit_callbacks)
    revoke(room, by=officer)
    assert sign_in().get(link).status_code == 410


def test_the_auditor_ends_the_review_and_reads_the_summary(organisation: Any, sign_in: SignIn) -> None:
    system = make_ai_system(organisation, title="Mail sorter of the south")
    room = opened_room(organisation, systems=[system])
    client = sign_in(room.person)
    client.get(system.get_absolute_url())
    client.post(at(organisation, "room-finish"))
    page = client.get(at(organisation, "room"))
    assert b"Summary of your review" in page.content
    assert b"Mail sorter of the south" in page.content
    assert client.get(system.get_absolute_url()).status_code == 404
    with pytest.raises(ValidationError):
        end_review(room, by=room.person)


def test_who_reads_the_records_anyway_is_not_let_into_a_room(organisation: Any, officer: Any, manager: Any) -> None:
    room = make_room(organisation, email=manager.email)
    with pytest.raises(ValidationError, match="member already"):
        invite_auditor(room, by=officer)


def test_somebody_with_an_account_is_let_into_the_next_room_without_a_new_one(
    organisation: Any, officer: Any, sign_in: SignIn, django_capture_on_commit_callbacks: Any
) -> None:
    room = opened_room(organisation)
    end_review(room, by=room.person)
    later = make_room(
        organisation, email=room.email, since=room.until + A_WEEK, until=room.until + 2 * A_WEEK, title=room.title
    )
    link = invited(later, sign_in(officer), django_capture_on_commit_callbacks)
    assert link == "/"
    assert Membership.objects.get(user=room.person).until == later.until


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"until": ""}, "until", b"This field is required"),
        ({"until": "2020-01-01"}, "until", b"This day is over"),
        ({"areas": []}, "areas", b"This field is required"),
        ({"areas": ["5"]}, "areas", b"The audit covers none of these"),
        ({"email": "officer@brightwater.example"}, "email", b"is a member already"),
    ],
)
def test_what_does_not_fit_is_said_at_the_field(
    change: dict[str, Any], field: str, words: bytes, organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    audit = make_audit(organisation)
    audit.requirements.set(list(audit.requirements.model.objects.assessable().filter(number="4.1")))
    data = room_form(organisation) | {"for_audit": audit.pk, "areas": ["4"]} | change
    answer = sign_in(officer).post(at(organisation, "audit-room-new"), data)
    assert answer.status_code in {200, 422}
    assert words in answer.content
    assert SeenPage(answer).form_with("version").fields["title"] == ["Otto Prüfer"]
    assert not AuditRoom.objects.exists()


def test_it_is_never_wider_than_the_audit(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    sampled, other = make_ai_system(organisation), make_ai_system(organisation)
    audit = make_audit(organisation)
    audit.systems.add(sampled)
    audit.requirements.set(list(audit.requirements.model.objects.assessable().filter(number__in=["4.1", "A.2.2"])))
    data = room_form(organisation) | {"for_audit": audit.pk, "systems": [sampled.pk, other.pk]}
    client = sign_in(officer)
    assert (
        f"The audit does not sample {other.reference}".encode()
        in client.post(at(organisation, "audit-room-new"), data).content
    )
    answer = client.post(at(organisation, "audit-room-new"), data | {"systems": [sampled.pk]})
    assert answer.status_code == 302, answer.context["form"].errors
    numbers = set(AuditRoom.objects.get().requirements.values_list("number", flat=True))
    assert numbers == {"4.1", "A.2.2"}


def test_two_rooms_of_one_person_never_overlap(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    room = make_room(organisation, email="otto.pruefer@certbody.example")
    answer = sign_in(officer).post(at(organisation, "audit-room-new"), room_form(organisation))
    assert f"{room.reference} is open to them at that time".encode() in answer.content


def test_what_somebody_was_let_into_stays(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    room = opened_room(organisation)
    client = sign_in(officer)
    page = client.get(room.edit_url)
    fields = SeenPage(page).form_with("version").fields
    answer = client.post(room.edit_url, fields | {"until": str(room.until + A_WEEK)})
    assert b"what they were let into stays" in answer.content


def test_with_downloads_off_nothing_leaves(organisation: Any, sign_in: SignIn) -> None:
    system = make_ai_system(organisation)
    item = make_evidence(organisation, proves=system)
    room = opened_room(organisation, systems=[system])
    client = sign_in(room.person)
    taking = [
        at(organisation, "ai-system-export", file_format="csv"),
        at(organisation, "evidence-download", reference=item.reference, number=1),
        f"/api/v1/{organisation.slug}/ai-systems/",
    ]
    assert [client.get(one).status_code for one in taking] == [403, 403, 403]
    assert b"export.csv" not in client.get(at(organisation, "ai-system-list")).content
    room = opened_room(organisation, systems=[system], downloads=True)
    client = sign_in(room.person)
    assert [client.get(one).status_code for one in taking] == [200, 200, 200]
    assert set(RoomVisit.objects.filter(room=room).values_list("is_download", flat=True)) == {True}


def test_a_guessed_reference_outside_the_scope_is_not_found(organisation: Any, sign_in: SignIn) -> None:
    system, other = make_ai_system(organisation), make_ai_system(organisation, title="Kept from view")
    room = opened_room(organisation, systems=[system])
    client = sign_in(room.person)
    for address in (
        other.get_absolute_url(),
        f"{other.get_absolute_url()}history/",
        f"{other.get_absolute_url()}dossier/",
        other.edit_url,
    ):
        assert client.get(address).status_code == 404, address
        assert client.post(address, {}).status_code == 404, address
    assert client.post(system.edit_url, {}).status_code == 403
    found = client.get(at(organisation, "search"), {"q": "Kept from view"})
    assert b"Kept from view</" not in found.content
    listed = client.get(at(organisation, "risk-list"), {"system": other.pk})
    assert b"Kept from view" not in listed.content


def test_a_page_is_not_kept_by_the_browser_after_signing_out(organisation: Any, sign_in: SignIn) -> None:
    system = make_ai_system(organisation)
    room = opened_room(organisation, systems=[system])
    client = sign_in(room.person)
    answer = client.get(system.get_absolute_url())
    assert "no-store" in answer["Cache-Control"]
    client.post(reverse("account_logout"))
    assert client.get(system.get_absolute_url()).status_code == 302


def test_the_officer_reads_what_was_opened(organisation: Any, officer: Any, manager: Any, sign_in: SignIn) -> None:
    system = make_ai_system(organisation, title="Mail sorter of the south")
    room = opened_room(organisation, systems=[system])
    inside = sign_in(room.person)
    inside.get(system.get_absolute_url())
    inside.get(at(organisation, "member-list"))
    visits = at(organisation, "audit-room-visits", reference=room.reference)
    page = sign_in(officer).get(visits).content
    assert b"Mail sorter of the south" in page
    assert b"404" in page
    export = at(organisation, "audit-room-visit-export", reference=room.reference, file_format="csv")
    assert b"Mail sorter of the south" in sign_in(officer).get(export).getvalue()
    assert sign_in(manager).get(visits).status_code == 403
    assert sign_in(room.person).get(visits).status_code == 404


def test_the_preview_shows_what_will_be_released(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    system, other = make_ai_system(organisation, title="Within view"), make_ai_system(organisation, title="Kept away")
    room = make_room(organisation, systems=[system])
    page = sign_in(officer).get(at(organisation, "audit-room-preview", reference=room.reference)).content
    assert b"Within view" in page
    assert b"Kept away" not in page
    assert not RecordGrant.objects.filter(content_object=other).exists()


def test_the_log_cannot_be_changed(organisation: Any) -> None:
    room = opened_room(organisation)
    visit = RoomVisit.objects.create(room=room, page="room", path="/", status=200, at=timezone.now())
    with pytest.raises(Exception, match="Cannot"):
        RoomVisit.objects.filter(pk=visit.pk).delete()


def test_programs_are_not_told_whom_initials_hide(organisation: Any, sign_in: SignIn) -> None:
    room = opened_room(organisation, downloads=True, names_as_initials=True)
    client = sign_in(room.person)
    for path, status in (("training-records", 403), ("competences", 403), ("objectives", 200)):
        assert client.get(f"/api/v1/{organisation.slug}/{path}/").status_code == status


def test_the_release_is_no_change_of_the_records(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    system = make_ai_system(organisation)
    room = opened_room(organisation, systems=[system])
    for address in (f"{system.get_absolute_url()}history/", at(organisation, "log")):
        assert b"Read this record" not in sign_in(officer).get(address).content
    system.refresh_from_db()
    assert system.changed_by_id != room.person_id


def test_an_invitation_to_the_next_audit_takes_nothing_from_the_present_one(organisation: Any, officer: Any) -> None:
    room = opened_room(organisation, downloads=True)
    later = {"since": room.until + A_WEEK, "until": room.until + 2 * A_WEEK}
    invite_auditor(make_room(organisation, email=room.email, title=room.title, **later), by=officer)
    held = room.person.organisationgrant_set.values_list("permission__codename", flat=True)
    assert set(held) == {"enter_room", "take_away"}


def test_a_page_in_a_room_asks_little_more_than_anybodys(
    organisation: Any, officer: Any, sign_in: SignIn, django_assert_max_num_queries: Any
) -> None:
    room = opened_room(organisation)
    client = sign_in(room.person)
    address = at(organisation, "risk-list")
    client.get(address)
    with django_assert_max_num_queries(20):
        client.get(address)
