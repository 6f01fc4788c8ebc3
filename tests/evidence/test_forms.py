"""The forms of the library: what is missing or contradictory is said at the field, and nothing typed is lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from evidence.actions import link, receive
from evidence.models import Evidence, EvidenceVersion
from records.actions import give
from tests.cast import make_ai_system, make_evidence, make_position, person
from tests.pages import SeenPage, filled_in
from tests.traces import written

from .files import EXE, pdf, stored, upload

SignIn = Callable[..., Client]
TYPED = {
    "title": "Minutes of May",
    "evidence_kind": "minutes",
    "description": "Decision on the <new> scope",
    "url": "https://wiki.example/minutes?a=1&b=2",
    "produced_on": "2026-05-04",
    "covers_from": "2026-05-01",
    "covers_to": "2026-05-31",
    "valid_until": "2027-05-04",
    "review_on": "2027-01-04",
    "review_every": "12",
}


def new(organisation: Any) -> str:
    return f"/{organisation.slug}/evidence/new/"


def errors(answer: Any) -> dict[str, list[str]]:
    """Messages by field, as the form has them; each must also stand on the page at its field."""
    form = answer.context["form"]
    page = answer.content.decode()
    for name in form.errors:
        if name != "__all__":
            assert f'id="{form[name].auto_id}_error"' in page, name
    assert 'role="alert"' in page
    return {name: list(map(str, messages)) for name, messages in form.errors.items()}


def is_still_there(answer: Any, typed: dict[str, Any]) -> None:
    """Everything typed stands in the fields again."""
    fields = SeenPage(answer).form_with("title").fields
    for name, value in typed.items():
        assert fields[name] == [str(value)], name


def test_everything_typed_is_kept(organisation: Any, officer: Any, contributor: Any, sign_in: SignIn) -> None:
    system, position = make_ai_system(organisation), make_position(organisation)
    proves = f"{position.reference}, {system.reference.lower()};{position.reference}"
    data = TYPED | {"owner": contributor.pk, "proves": proves}
    answer = sign_in(officer).post(new(organisation), data)
    item = Evidence.objects.get()
    assert answer["Location"] == item.get_absolute_url()
    for name in ("title", "evidence_kind", "description"):
        assert getattr(item, name) == TYPED[name]
    for name in ("produced_on", "covers_from", "covers_to", "valid_until", "review_on"):
        assert str(getattr(item, name)) == TYPED[name]
    assert (item.owner, item.changed_by, item.review_every) == (contributor, officer, 12)
    assert set(item.proves.values_list("pk", flat=True)) == {system.pk, position.pk}
    assert item.versions.get().url == TYPED["url"]


def test_a_file_comes_in_with_its_form(organisation: Any, officer: Any, sign_in: SignIn, store: Path) -> None:
    data = TYPED | {"owner": officer.pk, "url": "", "file": upload("minutes.pdf", pdf("May"))}
    assert sign_in(officer).post(new(organisation), data).status_code == 302
    version = EvidenceVersion.objects.get()
    assert (version.filename, version.evidence.title) == ("minutes.pdf", "Minutes of May")
    assert stored(store) == [version.key]


def test_what_is_missing_is_said_all_at_once(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    before = written()
    found = errors(sign_in(officer).post(new(organisation), {"evidence_kind": "minutes"}))
    assert set(found) == {"title", "owner", "file"}
    assert found["file"] == ["Choose a file or give a link, one of the two."]
    assert written() == before


def test_both_a_file_and_a_link_are_one_too_many(organisation: Any, officer: Any, sign_in: SignIn, store: Path) -> None:
    data = TYPED | {"owner": officer.pk, "file": upload("minutes.pdf")}
    answer = sign_in(officer).post(new(organisation), data)
    assert errors(answer) == {"file": ["Choose a file or give a link, one of the two."]}
    is_still_there(answer, TYPED | {"owner": officer.pk})
    assert not stored(store)


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"covers_from": "2026-06-01"}, "covers_to", "The period must end after it begins."),
        ({"valid_until": "2026-05-03"}, "valid_until", "It cannot run out before it was produced."),
        ({"produced_on": "AHEAD", "valid_until": ""}, "produced_on", "This day lies ahead"),
        ({"valid_until": "31.31.2027"}, "valid_until", "Enter a valid date."),
        ({"produced_on": "2026-02-30"}, "produced_on", "Enter a valid date."),
        ({"url": "wiki"}, "url", "Enter a valid URL."),
        ({"url": "javascript:alert(1)"}, "url", "Enter a valid URL."),
        ({"url": "ftp://files.example/x"}, "url", "Enter a valid URL."),
        ({"evidence_kind": "rumour"}, "evidence_kind", "Select a valid choice."),
        ({"title": "x" * 201}, "title", "at most 200 characters"),
        ({"title": "  "}, "title", "This field is required."),
        ({"review_every": "-1"}, "review_every", "greater than or equal to 0"),
        ({"proves": "AIS-99"}, "proves", "There is no record “AIS-99” here that you may change."),
        ({"proves": "4.1, NO-1, 4.2, NO-2"}, "proves", "There are no records “NO-1”, “NO-2” here"),
    ],
)
def test_a_contradiction_is_said_at_the_field_and_nothing_typed_is_lost(
    changes: dict[str, str], field: str, message: str, organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    ahead = str(organisation.today() + timedelta(days=1))
    typed = TYPED | {"owner": officer.pk, "proves": "4.1"} | changes
    typed = {name: ahead if value == "AHEAD" else value for name, value in typed.items()}
    before = written()
    answer = sign_in(officer).post(new(organisation), typed)
    found = errors(answer)
    assert list(found) == [field]
    assert message in found[field][0]
    is_still_there(answer, {name: value for name, value in typed.items() if name != "evidence_kind" or not changes})
    assert written() == before


@pytest.mark.parametrize(("name", "content"), [("a.exe", EXE), ("a.pdf", EXE), ("a.pdf", b"")])
def test_a_refused_file_loses_nothing_that_was_typed(
    name: str, content: bytes, organisation: Any, officer: Any, sign_in: SignIn, store: Path, incoming: Path
) -> None:
    typed = TYPED | {"owner": officer.pk, "proves": "4.1", "url": ""}
    before = written()
    answer = sign_in(officer).post(new(organisation), typed | {"file": upload(name, content)})
    assert list(errors(answer)) == ["file"]
    is_still_there(answer, typed)
    assert written() == before
    assert (stored(store), stored(incoming)) == ([], [])


def test_a_file_without_space_for_it_is_said_at_the_field(
    organisation: Any, officer: Any, sign_in: SignIn, settings: Any, store: Path
) -> None:
    settings.EVIDENCE_QUOTA_BYTES = 10
    typed = TYPED | {"owner": officer.pk, "proves": "4.1", "url": ""}
    before, client = written(), sign_in(officer)
    answer = client.post(new(organisation), typed | {"file": upload("a.pdf")})
    assert "space for evidence is used up" in errors(answer)["file"][0]
    is_still_there(answer, typed)
    assert written() == before
    settings.EVIDENCE_QUOTA_BYTES = 10_000
    assert client.post(new(organisation), typed | {"file": upload("a.pdf")}).status_code == 302


def test_a_good_file_must_be_chosen_again_when_something_else_was_wrong(
    organisation: Any, officer: Any, sign_in: SignIn, store: Path
) -> None:
    typed = TYPED | {"owner": officer.pk, "url": "", "title": ""}
    found = errors(sign_in(officer).post(new(organisation), typed | {"file": upload("a.pdf")}))
    assert set(found) == {"title", "file"}
    assert "Choose “a.pdf” again." in found["file"][0]
    assert not stored(store)


def test_neither_field_calls_itself_optional(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    page = sign_in(officer).get(new(organisation)).content.decode()
    label = page[page.index('for="id_file"') : page.index('id="id_url_helptext"')]
    assert "optional" not in label


def test_a_page_asks_for_evidence_of_itself(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    system, client = make_ai_system(organisation), sign_in(officer)
    address = next(link for link in SeenPage(client.get(system.get_absolute_url())).links if "/evidence/new/" in link)
    assert SeenPage(client.get(address)).form_with("title").fields["proves"] == [system.reference]


def edit(client: Client, item: Evidence, **changes: Any) -> Any:
    return client.post(item.edit_url, filled_in(client, item.edit_url, **changes))


def test_the_form_adds_and_takes_away_what_it_proves(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    first, second = make_ai_system(organisation), make_ai_system(organisation)
    item = make_evidence(organisation, proves=first, owner=officer)
    client = sign_in(officer)
    assert edit(client, item, proves=second.reference).status_code == 302
    assert list(item.proves.values_list("pk", flat=True)) == [second.pk]
    first.refresh_from_db()
    assert first.changed_by == officer


def test_links_that_others_made_meanwhile_stay(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    first, second, third = (make_ai_system(organisation) for _ in range(3))
    item = make_evidence(organisation, proves=first, owner=officer)
    client = sign_in(officer)
    data = filled_in(client, item.edit_url, proves=f"{first.reference}, {third.reference}")
    link(item, second, by=person("second-officer", organisation, "compliance_officer"))
    assert client.post(item.edit_url, data).status_code == 302
    assert set(item.proves.values_list("pk", flat=True)) == {first.pk, second.pk, third.pk}


def test_a_contributor_links_only_what_they_may_change(
    organisation: Any, officer: Any, contributor: Any, sign_in: SignIn
) -> None:
    mine, others, shown = (make_ai_system(organisation, owner=user) for user in (contributor, officer, officer))
    give(shown, to=contributor, change=False)
    item = make_evidence(organisation, proves=others, owner=contributor)
    client = sign_in(contributor)
    assert SeenPage(client.get(item.edit_url)).form_with("title").fields["proves"] == [""]
    for reference in (others.reference, shown.reference):
        assert list(errors(edit(client, item, proves=reference))) == ["proves"]
    assert edit(client, item, proves=mine.reference).status_code == 302
    assert set(item.proves.values_list("pk", flat=True)) == {mine.pk, others.pk}


def test_who_gives_evidence_away_goes_to_the_list(
    organisation: Any, officer: Any, contributor: Any, sign_in: SignIn
) -> None:
    answer = sign_in(contributor).post(new(organisation), TYPED | {"owner": officer.pk}, follow=True)
    assert answer.redirect_chain[-1] == (f"/{organisation.slug}/evidence/", 302)
    assert "Minutes of May was added." in answer.content.decode()


def test_a_stale_save_shows_what_it_proves_side_by_side(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    first, second = make_ai_system(organisation), make_ai_system(organisation)
    item = make_evidence(organisation, proves=first, owner=officer)
    client = sign_in(officer)
    data = filled_in(client, item.edit_url, title="Mine", proves=f"{first.reference}, {second.reference}")
    assert edit(client, item, title="Theirs").status_code == 302
    answer = client.post(item.edit_url, data)
    assert answer.status_code == 409
    same = {field.name for field in answer.context["conflict"]["fields"] if field.state == "same"}
    assert "proves" not in same
    assert "owner" in same
    form = SeenPage(answer).form_with("proves")
    assert client.post(item.edit_url, form.data() | {"keep-title": "yours"}).status_code == 302
    item.refresh_from_db()
    assert item.title == "Mine"
    assert item.proves.count() == 2


def test_no_form_can_change_a_file_or_the_day_it_came_in(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    item = receive(organisation, by=officer, file=upload("a.pdf"), title="Policy")
    form = SeenPage(sign_in(officer).get(item.edit_url)).form_with("title")
    assert not {"file", "url", "received_on", "sha256"} & set(form.fields)
    edit(sign_in(officer), item, received_on="2020-01-01", sha256="0" * 64)
    item.refresh_from_db()
    assert item.received_on == organisation.today()
