"""An @ tells somebody, in the portal and by mail, once; only those who may see the record can be told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from organisations import mail_jobs
from organisations.actions import dismiss
from organisations.models import User
from records import mentions
from records.actions import give
from records.commenting import reword, say, take_comment_back
from records.mentions import choose_mail, meant, mentioned, unread, wants_mail_when_asked, who_sees
from records.models import Mention, Record
from tests.cast import make_evidence, make_supplier, somebody
from tests.pages import SeenPage
from tests.record_types import RecordType

SignIn = Callable[..., Client]
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def hints(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """No broker; the tasks it was told about, with their ids."""
    told: list[tuple[str, str]] = []

    def send_task(name: str, args: list[str], **options: Any) -> None:
        told.append((name, args[0]))

    monkeypatch.setattr("organisations.workers.current_app.send_task", send_task)
    return told


def commented(record: Any, by: Any, text: str) -> Any:
    return say(record, text=text, to=mentioned(text, record), by=by)


def waiting(mention: Mention) -> Mention:
    Mention.objects.filter(pk=mention.pk).update(try_at=datetime.now(UTC) - timedelta(seconds=1))
    return mention


def test_only_who_may_see_the_record_can_be_mentioned(
    record_type: RecordType,
    organisation: Any,
    officer: Any,
    contributor: Any,
    auditor: Any,
    manager: Any,
    outsider: Any,
) -> None:
    record = record_type.make(organisation, owner=officer)
    people = [officer, contributor, auditor, manager, outsider]
    assert who_sees(record, people) == {officer, auditor, manager}
    give(record, to=contributor, change=False)
    assert who_sees(record, people) == {officer, auditor, manager, contributor}


def test_what_somebody_sees_through_their_own_record_counts(organisation: Any, contributor: Any) -> None:
    evidence = make_evidence(organisation, proves=make_supplier(organisation, owner=contributor))
    assert who_sees(evidence, [contributor]) == {contributor}


def test_who_sees_costs_one_query_for_a_hundred(organisation: Any, django_assert_num_queries: Any) -> None:
    record, people = make_supplier(organisation), [somebody(organisation) for _n in range(5)]
    with django_assert_num_queries(1):
        who_sees(record, people)


@pytest.mark.parametrize(
    ("text", "found", "unknown", "unclear"),
    [
        ("@Rita Falcão please", ["Rita Falcão"], [], []),
        ("(@rita falcão)", ["Rita Falcão"], [], []),
        ("@rita@meridia.example, see", ["Rita Falcão"], [], []),
        ("@Rita Falcãos", [], ["Rita"], []),
        ("@Rita", [], ["Rita"], []),
        ("@Ann Lee Young and @Ann Lee.", ["Ann Lee Young", "Ann Lee"], [], []),
        ("@Tom Ash", [], [], ["Tom Ash"]),
        ("@tom2@meridia.example", ["Tom Ash"], [], []),
        ("write to rita@meridia.example or https://x.example/@rita, @5pm, @ noon", [], [], []),
        ("`@decorator` and ``@Rita Falcão``", [], [], []),
    ],
)
def test_names_are_read_in_full_or_by_mail_address(
    text: str, found: list[str], unknown: list[str], unclear: list[str]
) -> None:
    names = {"rita": "Rita Falcão", "ann": "Ann Lee", "young": "Ann Lee Young", "tom": "Tom Ash", "tom2": "Tom Ash"}
    people = [
        User(pk=pk, name=name, email=f"{word}@meridia.example") for pk, (word, name) in enumerate(names.items(), 1)
    ]
    read = meant(text, people)
    assert ([person.name for person in read.people], read.unknown, read.unclear) == (found, unknown, unclear)


@pytest.mark.parametrize(
    ("name", "reason"),
    [("@Contributor Brightwater Ltd", "cannot see this record"), ("@Nobody", "Nobody here is called “Nobody”")],
)
def test_the_field_says_who_cannot_be_told(
    name: str, reason: str, organisation: Any, officer: Any, contributor: Any, sign_in: SignIn
) -> None:
    path = f"{make_supplier(organisation, owner=officer).get_absolute_url()}comments/"
    text = f"{name}, please look"
    answer = sign_in(officer).post(path, {"text": text})
    assert answer.status_code == 422
    assert reason in answer.content.decode()
    assert SeenPage(answer).form_with("text").fields["text"] == [text]
    assert reason in sign_in(officer).post(path, {"text": text}, headers=HTMX).json()["error"]
    assert not Mention.objects.exists()


def test_a_person_of_another_organisation_is_nobody_here(organisation: Any, officer: Any, outsider: Any) -> None:
    record = make_supplier(organisation)
    with pytest.raises(Exception, match="Nobody here is called"):
        mentioned(f"@{outsider.name}", record)


def test_the_list_under_the_field_offers_who_may_see_it_and_says_who_cannot(
    record_type: RecordType, organisation: Any, officer: Any, contributor: Any, auditor: Any, sign_in: SignIn
) -> None:
    record = record_type.make(organisation, owner=officer)
    path = f"{record_type.url('detail', organisation, record)}comments/people/"
    offered = {one["name"]: one for one in sign_in(officer).get(path, {"q": "brightw"}).json()["people"]}
    assert offered[auditor.name]["may_see"] is True
    assert offered[contributor.name]["may_see"] is False
    assert offered[contributor.name]["note"] == "cannot see this record"
    assert officer.name not in offered
    assert sign_in(officer).get(path, {"q": "\x00%"}).json() == {"people": []}


def test_the_person_is_told_in_the_portal_and_reading_marks_it_read(
    record_type: RecordType, organisation: Any, officer: Any, auditor: Any, manager: Any, sign_in: SignIn
) -> None:
    record = record_type.make(organisation)
    comment = commented(record, officer, f"@{auditor.name} see **this**")
    record_type.let_read("auditor", record)
    client, here = sign_in(auditor), {"organisation": organisation.slug}
    page = client.get(reverse("mention-list", kwargs=here)).content.decode()
    assert f"#comment-{comment.pk}" in page
    assert "Unread" in page
    assert unread(auditor, organisation).count() == 1
    sign_in(manager).get(record_type.url("detail", organisation, record))
    assert unread(auditor, organisation).count() == 1, "somebody else's reading"
    shown = client.get(record_type.url("detail", organisation, record)).content.decode()
    assert f"<strong>@{auditor.name}</strong> see <strong>this</strong>" in shown
    assert "Mentions you" in shown
    assert unread(auditor, organisation).count() == 0
    assert "Unread" not in client.get(reverse("mention-list", kwargs=here)).content.decode()


def test_the_rail_counts_what_is_unread(organisation: Any, officer: Any, manager: Any, sign_in: SignIn) -> None:
    record, client = make_supplier(organisation), sign_in(manager)

    def count() -> Any:
        items = client.get(f"/{organisation.slug}/help/").context["rail"]["items"]
        return next(item["count"] for item in items if item["url"].endswith("/mentions/"))

    assert count() is None
    for _n in range(2):
        commented(record, officer, f"@{manager.name} look")
    assert count() == "2"
    client.post(f"/{organisation.slug}/mentions/", {"read": "1"})
    assert count() is None


def test_what_one_no_longer_sees_is_no_longer_told(
    organisation: Any, officer: Any, contributor: Any, sign_in: SignIn
) -> None:
    record = make_supplier(organisation, owner=contributor, title="Secret")
    commented(record, officer, f"@{contributor.name} look")
    Record.objects.filter(pk=record.pk).update(owner=officer)
    assert unread(contributor, organisation).count() == 0
    page = sign_in(contributor).get(f"/{organisation.slug}/mentions/").content.decode()
    assert "Secret" not in page


def test_one_mail_is_sent_once(
    organisation: Any, officer: Any, manager: Any, settings: Any, hints: list[tuple[str, str]],
    django_capture_on_commit_callbacks: Any,
) -> None:  # fmt: skip
    settings.BASE_URL = "https://aims.example"
    record = make_supplier(organisation, title="Northern Models")
    with django_capture_on_commit_callbacks(execute=True):
        comment = commented(record, officer, f"@{manager.name} and again @{manager.name}: look")
    mention = Mention.objects.get()
    assert hints == [("records.tasks.send_mention", str(mention.pk))]
    assert mentions.send(waiting(mention).pk)
    (message,) = mail.outbox
    assert message.to == [manager.email]
    assert message.subject == f"{officer.name} mentions you: {record.reference} Northern Models"
    assert f"https://aims.example{record.get_absolute_url()}#comment-{comment.pk}" in message.body
    assert message.extra_headers["Message-ID"] == f"<mention.{mention.pk}@aims.example>"
    assert not mentions.send(mention.pk)
    reword(comment, text=f"@{manager.name} look!", to={manager: manager.name}, by=officer)
    assert Mention.objects.get().state == Mention.State.SENT
    assert len(mail.outbox) == 1


def test_nobody_mails_themselves(organisation: Any, officer: Any) -> None:
    commented(make_supplier(organisation), officer, f"@{officer.name} do this")
    assert not Mention.objects.exists()


def test_who_is_added_later_is_told_and_who_is_taken_out_is_not(
    organisation: Any, officer: Any, manager: Any, auditor: Any
) -> None:
    comment = commented(make_supplier(organisation), officer, f"@{manager.name} look")
    reword(comment, text=f"@{auditor.name} look", to={auditor: auditor.name}, by=officer)
    assert [mention.person for mention in Mention.objects.all()] == [auditor]
    take_comment_back(comment, by=officer)
    assert not Mention.objects.exists()


@pytest.mark.parametrize("change", ["read", "left", "given away", "switched off"])
def test_a_mail_that_no_longer_fits_is_not_sent(change: str, organisation: Any, officer: Any) -> None:
    person = somebody(organisation)
    record = make_supplier(organisation, owner=person)
    commented(record, officer, f"@{person.name} look")
    mention = waiting(Mention.objects.get())
    if change == "read":
        Mention.objects.update(read_at=datetime.now(UTC))
    elif change == "left":
        dismiss(organisation.memberships.get(user=person))
    elif change == "given away":
        Record.objects.filter(pk=record.pk).update(owner=officer)
    else:
        choose_mail(person, organisation, by_mail=False)
    assert not mentions.send(mention.pk)
    mention.refresh_from_db()
    assert (mention.state, mail.outbox) == (Mention.State.KEPT, [])


@pytest.mark.parametrize("page", ["reminders", "mentions"])
def test_each_person_switches_the_mail_off_and_is_still_told_in_the_portal(
    page: str, organisation: Any, officer: Any, manager: Any, sign_in: SignIn
) -> None:
    client = sign_in(manager)
    form = SeenPage(client.get(f"/{organisation.slug}/{page}/")).form_with("mentions-by_mail")
    assert form.fields["mentions-by_mail"] == form.fields["mentions-asked_by_mail"] == ["on"]
    assert form.action == f"/{organisation.slug}/mentions/"
    assert client.post(form.action, {}).status_code == 302
    commented(make_supplier(organisation), officer, f"@{manager.name} look")
    assert Mention.objects.get().state == Mention.State.KEPT
    assert unread(manager, organisation).count() == 1
    client.post(form.action, {"mentions-by_mail": "on"})
    assert not wants_mail_when_asked(manager, organisation)
    client.post(form.action, {"mentions-by_mail": "on", "mentions-asked_by_mail": "on"})
    assert wants_mail_when_asked(manager, organisation)
    commented(make_supplier(organisation), officer, f"@{manager.name} look")
    assert Mention.objects.filter(state=Mention.State.QUEUED).count() == 1


def test_the_sweeper_and_the_administrator_find_what_is_stuck(
    organisation: Any, officer: Any, manager: Any, administrator: Any, sign_in: SignIn,
    hints: list[tuple[str, str]],
) -> None:  # fmt: skip
    commented(make_supplier(organisation), officer, f"@{manager.name} look")
    mention = Mention.objects.get()
    Mention.objects.update(try_at=datetime.now(UTC) - timedelta(minutes=1))
    assert mail_jobs.sweep_mail() == 1
    assert hints == [("records.tasks.send_mention", str(mention.pk))]
    Mention.objects.update(state=Mention.State.FAILED, error="550 no such user")
    client = sign_in(administrator)
    assert "550 no such user" in client.get(f"/{organisation.slug}/mail/").content.decode()
    assert client.post(f"/{organisation.slug}/mail/").status_code == 302
    mention.refresh_from_db()
    assert mention.state == Mention.State.QUEUED


def test_thirty_mentions_cost_what_one_costs(organisation: Any, officer: Any, manager: Any, sign_in: SignIn) -> None:
    client, path = sign_in(manager), f"/{organisation.slug}/mentions/"

    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(path).status_code == 200
        return len(captured)

    commented(make_supplier(organisation), officer, f"@{manager.name} look")
    cost()
    one = cost()
    for _n in range(30):
        commented(make_supplier(organisation), officer, f"@{manager.name} look")
    assert cost() == one
