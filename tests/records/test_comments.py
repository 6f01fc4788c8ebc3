"""Comments on every record: who may say something, whose words they are, and what stays of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import InternalError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from organisations.actions import appoint
from organisations.roles import Role
from records.actions import give
from records.commenting import reword, say, take_comment_back
from records.models import Comment
from records.timeline import changes_of
from reports.models import Report
from tests.cast import READERS, make_supplier, somebody
from tests.pages import SeenPage
from tests.record_types import RecordType
from tests.traces import history_of, written

SignIn = Callable[..., Client]


def address(record_type: RecordType, record: Any, comment: Comment | None = None) -> str:
    return f"{record_type.url('detail', record.organisation, record)}comments/{f'{comment.pk}/' if comment else ''}"


def said(record: Any, by: Any, text: str = "Look at this again") -> Comment:
    return say(record, text=text, to={}, by=by)


def test_an_officer_comments_and_everybody_who_sees_the_record_reads_it(
    record_type: RecordType, organisation: Any, officer: Any, auditor: Any, sign_in: SignIn
) -> None:
    record = record_type.make(organisation)
    version = record_type.views.model.objects.get(pk=record.pk).version
    answer = sign_in(officer).post(address(record_type, record), {"text": "Is **this** enough?"})
    assert answer.status_code == 302
    comment = Comment.objects.get(record=record)
    assert (comment.author, comment.text) == (officer, "Is **this** enough?")
    record_type.let_read("auditor", record)
    page = sign_in(auditor).get(record_type.url("detail", organisation, record)).content.decode()
    assert "Is <strong>this</strong> enough?" in page
    record.refresh_from_db()
    assert (record.version, record.changed_by) == (version, officer), "no open form becomes stale by a comment"


def test_beside_the_field_stands_who_reads_it(
    record_type: RecordType, organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    page = sign_in(officer).get(record_type.url("detail", organisation, record_type.make(organisation)))
    assert "Everyone who can open this record reads this, auditors included." in page.content.decode()


def ask_for_report(role: str, record: Any) -> set[str]:
    """Where a manager asks for the report that is about such a record: that changes nothing of it."""
    is_offered = role == "manager" and record.kind in Report.SUBJECTS.values()
    return {reverse("report-new", args=[record.organisation.slug])} if is_offered else set()


@pytest.mark.parametrize("role", READERS)
def test_readers_read_and_say_nothing(
    role: str, record_type: RecordType, organisation: Any, officer: Any, request: Any, sign_in: SignIn
) -> None:
    if record_type.written_by(role):
        pytest.skip("kept by auditors as well, who say something: tests/audits")
    record = record_type.make(organisation)
    comment, client = said(record, officer), sign_in(request.getfixturevalue(role))
    record_type.let_read(role, record)
    seen = SeenPage(client.get(record_type.url("detail", organisation, record)), within="main")
    assert "Look at this again" in seen.texts
    assert not set(seen.controls) - ask_for_report(role, record)
    before = written()
    assert client.post(address(record_type, record), {"text": "Mine"}).status_code == 403
    assert client.get(f"{address(record_type, record)}people/?q=o").status_code == 403
    for method in (client.get, client.post):
        assert method(address(record_type, record, comment), {"text": "Mine"}).status_code == 403
    assert written() == before


def test_a_contributor_comments_on_their_own_and_finds_no_other(
    record_type: RecordType, organisation: Any, contributor: Any, officer: Any, sign_in: SignIn
) -> None:
    mine, other = record_type.make(organisation, owner=contributor), record_type.make(organisation, owner=officer)
    client, comment = sign_in(contributor), said(other, officer)
    assert client.post(address(record_type, mine), {"text": "Done"}).status_code == 302
    before = written()
    for path in (address(record_type, other), address(record_type, other, comment)):
        assert client.post(path, {"text": "x"}).status_code == 404
    assert client.get(f"{address(record_type, other)}people/").status_code == 404
    give(other, to=contributor, change=False)
    assert client.post(address(record_type, other), {"text": "x"}).status_code == 403
    assert {name: n for name, n in written().items() if name != "RecordGrantEvent"} == {
        name: n for name, n in before.items() if name != "RecordGrantEvent"
    }


def test_nobody_of_another_organisation_finds_a_comment(
    record_type: RecordType, organisation: Any, officer: Any, outsider: Any, sign_in: SignIn
) -> None:
    record = record_type.make(organisation)
    there = make_supplier(outsider.memberships.get().organisation)
    comment, client, before = said(record, officer), sign_in(outsider), written()
    for path in (address(record_type, record), address(record_type, record, comment)):
        assert client.post(path, {"text": "x"}).status_code == 404
        assert client.get(path).status_code == 404
    assert client.post(f"{there.get_absolute_url()}comments/{comment.pk}/", {"text": "x"}).status_code == 404
    assert written() == before


def test_officers_do_not_rewrite_the_words_of_others(
    record_type: RecordType, organisation: Any, officer: Any, contributor: Any, sign_in: SignIn
) -> None:
    record = record_type.make(organisation, owner=contributor)
    comment, client = said(record, contributor), sign_in(officer)
    page = SeenPage(client.get(record_type.url("detail", organisation, record)))
    assert address(record_type, record, comment) not in page.links
    for data in ({"text": "Rewritten", "seen": comment.state}, {"take_back": "1"}):
        assert client.post(address(record_type, record, comment), data).status_code == 403
    comment.refresh_from_db()
    assert comment.text == "Look at this again"


def test_the_author_edits_and_the_history_keeps_what_it_was(
    record_type: RecordType, organisation: Any, officer: Any, auditor: Any, sign_in: SignIn
) -> None:
    record = record_type.make(organisation)
    comment, client = said(record, officer), sign_in(officer)
    form = SeenPage(client.get(address(record_type, record, comment))).form_with("seen")
    answer = client.post(address(record_type, record, comment), form.data(text="Looked at it"))
    assert answer.status_code == 302
    assert list(history_of(Comment, pgh_obj=comment.pk).values_list("text", flat=True)) == [
        "Look at this again",
        "Looked at it",
    ]
    record_type.let_read("auditor", record)
    history = sign_in(auditor).get(record_type.url("history", organisation, record)).content.decode()
    assert "Look at this again" in history
    assert "Looked at it" in history


def test_what_was_changed_in_another_window_is_not_overwritten(
    record_type: RecordType, organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    record = record_type.make(organisation)
    comment, client = said(record, officer), sign_in(officer)
    path, seen = address(record_type, record, comment), comment.state
    assert client.post(path, {"text": "First", "seen": seen}).status_code == 302
    answer = client.post(path, {"text": "Second", "seen": seen})
    assert answer.status_code == 422
    assert "in another window: “First”" in answer.content.decode()
    assert "Second" in answer.content.decode()
    comment.refresh_from_db()
    assert comment.text == "First"


def test_taken_back_a_comment_leaves_a_trace_and_its_words_in_the_history(
    record_type: RecordType, organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    record = record_type.make(organisation)
    comment, client = said(record, officer), sign_in(officer)
    assert client.post(address(record_type, record, comment), {"take_back": "1"}).status_code == 302
    page = SeenPage(client.get(record_type.url("detail", organisation, record)), within="main")
    assert any("This comment was taken back" in text for text in page.texts)
    history = client.get(record_type.url("history", organisation, record)).content.decode()
    assert "Look at this again" in history
    assert client.post(address(record_type, record, comment), {"text": "Again"}).status_code == 403


@pytest.mark.django_db(transaction=True)
def test_the_timeline_says_what_was_done(
    record_type: RecordType, organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    record = record_type.make(organisation)
    comment = said(record, officer)
    reword(comment, text="Looked at it", to={}, by=officer)
    take_comment_back(comment, by=officer)
    events = sign_in(officer).get(record_type.url("detail", organisation, record)).context["events"]
    assert [event.text for event in events[:3]] == ["took a comment back", "changed a comment", "commented"]
    assert [event.by for event in events[:3]] == [officer.name] * 3
    assert [(line["before"], line["after"]) for event in events[:3] for line in event.changes] == [
        ("Looked at it", ""),
        ("Look at this again", "Looked at it"),
    ], "the words of a comment stand in the panel beside it"
    newest = changes_of(officer, type(record).objects.get(pk=record.pk))[:3]
    assert newest[2].changes == [{"field": "Comment", "before": "", "after": "Look at this again"}]


@pytest.mark.parametrize("column", ["author_id", "record_id", "written_at"])
def test_not_even_the_database_lets_words_change_their_owner(column: str, organisation: Any, officer: Any) -> None:
    record, other = make_supplier(organisation), make_supplier(organisation)
    comment = said(record, officer)
    value = {"author_id": somebody(organisation).pk, "record_id": other.pk, "written_at": "2020-01-01"}[column]
    statement = f"UPDATE records_comment SET {column} = %s WHERE id = %s"
    with pytest.raises(InternalError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, [value, comment.pk])


@pytest.mark.parametrize("text", ["", "   ", "x" * 10_001, "a\x00b"])
def test_what_cannot_be_a_comment_is_refused_and_stays_in_the_field(
    text: str, organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    path = f"{make_supplier(organisation).get_absolute_url()}comments/"
    client = sign_in(officer)
    answer = client.post(path, {"text": text})
    assert answer.status_code == 422
    assert SeenPage(answer).form_with("text").fields["text"][0].strip() == text.replace("\x00", "\x00").strip()
    inline = client.post(path, {"text": text}, headers={"HX-Request": "true"})
    assert inline.status_code == 422
    assert inline.json()["error"]
    assert not Comment.objects.exists()


def test_no_comment_does_harm(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    record = make_supplier(organisation)
    said(record, officer, "<script>alert(1)</script> [x](javascript:alert(1)) ![y](https://x.example/y.png)")
    page = SeenPage(sign_in(officer).get(record.get_absolute_url()), within="main")
    assert not [tag for tag, has in page.elements if tag in {"script", "img"}]
    assert not [link for link in page.links if link.startswith("javascript")]


def test_inline_the_list_comes_back_and_the_field_is_empty(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    path = f"{make_supplier(organisation).get_absolute_url()}comments/"
    answer = sign_in(officer).post(path, {"text": "Quick"}, headers={"HX-Request": "true"})
    page = SeenPage(answer, within="nothing")
    assert answer.status_code == 200
    assert "Quick" in page.texts
    assert 'id="comment-new" hx-swap-oob="true"' in answer.content.decode()
    assert "Saved" in answer.content.decode()


def first_lines(client: Client, path: str) -> list[str]:
    return [line["html"] for line in client.get(path).context["comments"]["lines"]]


def test_earlier_comments_are_one_click_away(
    organisation: Any, officer: Any, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("records.comment_pages.SHOWN", 2)
    record = make_supplier(organisation)
    for number in range(3):
        said(record, officer, f"Number {number}")
    client = sign_in(officer)
    first = SeenPage(client.get(record.get_absolute_url()), within="main")
    assert not [line for line in first_lines(client, record.get_absolute_url()) if "Number 0" in line]
    assert "?comments=all#comments" in first.links
    assert "Number 0" in first_lines(client, f"{record.get_absolute_url()}?comments=all")[0]


def test_thirty_comments_cost_what_one_costs(
    record_type: RecordType, organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    record, client = record_type.make(organisation), sign_in(officer)

    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(record_type.url("detail", organisation, record)).status_code == 200
        return len(captured)

    said(record, officer)
    cost()
    one = cost()
    for _n in range(30):
        said(record, somebody(organisation))
    assert cost() == one


def test_who_may_no_longer_change_the_record_no_longer_changes_their_comment(
    organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    person = somebody(organisation)
    record = make_supplier(organisation, owner=person)
    comment = said(record, person)
    appoint(person, organisation=organisation, role=Role.MANAGER)
    path = f"{record.get_absolute_url()}comments/{comment.pk}/"
    assert sign_in(person).post(path, {"text": "x", "seen": comment.state}).status_code == 403
