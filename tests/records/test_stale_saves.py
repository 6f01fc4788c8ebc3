"""Two people, one record: the second save is refused, both texts are shown, nothing is lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from organisations.texts import differences, merged
from tests.cast import person
from tests.pages import SeenPage
from tests.record_types import RecordType
from tests.traces import written

SignIn = Callable[..., Client]
pytestmark = pytest.mark.django_db


@dataclass
class Meeting:
    """Two officers with the same edit page open; `mine` saves later."""

    address: str
    text: str
    record: Any
    colleague: Any
    mine: Client
    theirs: Client
    opened: dict[str, Any]

    def they_save(self, **changes: Any) -> None:
        page = SeenPage(self.theirs.get(self.address)).form_with("version")
        assert self.theirs.post(self.address, page.data(**changes)).status_code == 302

    def i_save(self, form: dict[str, Any], **changes: Any) -> HttpResponse:
        return self.mine.post(self.address, form | changes)  # type: ignore[return-value]

    def saved(self, name: str) -> Any:
        return getattr(type(self.record)._default_manager.get(pk=self.record.pk), name)


@pytest.fixture
def meeting(record_type: RecordType, organisation: Any, officer: Any, sign_in: SignIn) -> Meeting:
    record = record_type.make(organisation, owner=officer, **{record_type.text: "Where it began"})
    colleague = person("second-officer", organisation, "compliance_officer")
    address, mine = record_type.url("edit", organisation, record), sign_in(officer)
    opened = SeenPage(mine.get(address)).form_with("version").fields
    return Meeting(address, record_type.text, record, colleague, mine, sign_in(colleague), opened)


def next_form(answer: HttpResponse) -> dict[str, Any]:
    assert answer.status_code == 409
    return SeenPage(answer).form_with("version").fields


def test_a_stale_save_is_refused_and_nothing_is_lost(meeting: Meeting) -> None:
    meeting.they_save(**{meeting.text: "Their text"})
    before = written()
    answer = meeting.i_save(meeting.opened, **{meeting.text: "My text"})
    form = next_form(answer)
    assert written() == before
    page = answer.content.decode()
    assert str(meeting.colleague) in page
    assert "<del>Where it began</del><ins>Their text</ins>" in page
    assert "<del>Where it began</del><ins>My text</ins>" in page
    assert form["yours-" + meeting.text] == ["My text"]
    assert meeting.saved(meeting.text) == "Their text"


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ({"keep": "theirs"}, "Their text"),
        ({"keep": "yours"}, "My text"),
        ({"keep": "edited", "text": "Text of both"}, "Text of both"),
        ({"text": "Written without choosing"}, "Written without choosing"),
    ],
)
def test_one_keeps_theirs_or_ones_own_or_a_third_text(choice: dict[str, str], expected: str, meeting: Meeting) -> None:
    meeting.they_save(**{meeting.text: "Their text"})
    form = next_form(meeting.i_save(meeting.opened, **{meeting.text: "My text"}))
    chosen = {"keep-" + meeting.text: choice["keep"]} if "keep" in choice else {}
    typed = {meeting.text: choice["text"]} if "text" in choice else {}
    assert meeting.i_save(form, **chosen, **typed).status_code == 302
    assert meeting.saved(meeting.text) == expected


def test_without_a_clear_choice_nothing_is_saved_and_it_is_asked_again(meeting: Meeting) -> None:
    meeting.they_save(**{meeting.text: "Their text"})
    form = next_form(meeting.i_save(meeting.opened, **{meeting.text: "My text"}))
    again = next_form(meeting.i_save(form))
    assert meeting.saved(meeting.text) == "Their text"
    assert again["yours-" + meeting.text] == ["My text"]
    both = {"keep-" + meeting.text: "theirs", meeting.text: "And yet I typed"}
    asked = next_form(meeting.i_save(again, **both))
    assert asked["yours-" + meeting.text] == ["And yet I typed"], "what was typed and not chosen is still there"
    assert meeting.saved(meeting.text) == "Their text"


def test_what_only_the_other_changed_is_taken_over_and_ones_own_change_kept(meeting: Meeting) -> None:
    meeting.they_save(**{meeting.text: "Their text"})
    form = next_form(meeting.i_save(meeting.opened, review_on="2027-03-01"))
    assert "choose" not in form, "no field was changed by both"
    assert form[meeting.text] == ["Their text"]
    assert meeting.i_save(form).status_code == 302
    assert meeting.saved(meeting.text) == "Their text"
    assert str(meeting.saved("review_on")) == "2027-03-01"


def test_what_they_emptied_stays_empty(meeting: Meeting) -> None:
    meeting.they_save(review_on="2027-01-01", review_every="6")
    opened = SeenPage(meeting.mine.get(meeting.address)).form_with("version").fields
    meeting.they_save(review_on="", review_every="")
    form = next_form(meeting.i_save(opened, **{meeting.text: "My text"}))
    assert meeting.i_save(form).status_code == 302
    assert (meeting.saved("review_on"), meeting.saved(meeting.text)) == (None, "My text")


def test_a_third_save_meanwhile_is_noticed_too(meeting: Meeting) -> None:
    meeting.they_save(**{meeting.text: "Their text"})
    form = next_form(meeting.i_save(meeting.opened, **{meeting.text: "My text"}))
    meeting.they_save(**{meeting.text: "Their second thought"})
    before = written()
    again = next_form(meeting.i_save(form, **{"keep-" + meeting.text: "yours"}))
    assert written() == before
    assert again["yours-" + meeting.text] == ["My text"]
    assert meeting.i_save(again, **{"keep-" + meeting.text: "theirs"}).status_code == 302
    assert meeting.saved(meeting.text) == "Their second thought"


def test_who_chose_the_others_text_gets_the_one_saved_after_it(meeting: Meeting) -> None:
    meeting.they_save(**{meeting.text: "Their text"})
    form = next_form(meeting.i_save(meeting.opened, **{meeting.text: "My text"}))
    meeting.they_save(**{meeting.text: "Their second thought"})
    again = next_form(meeting.i_save(form, **{"keep-" + meeting.text: "theirs"}))
    assert again[meeting.text] == ["Their second thought"]


def test_two_changes_in_one_text_are_offered_together(meeting: Meeting) -> None:
    long = "The method is written down. Two people use it. Results are compared each year."
    meeting.they_save(**{meeting.text: long})
    opened = SeenPage(meeting.mine.get(meeting.address)).form_with("version").fields
    meeting.they_save(**{meeting.text: long.replace("Two people", "Five people")})
    mine = long.replace("each year", "every quarter")
    form = next_form(meeting.i_save(opened, **{meeting.text: mine}))
    both = long.replace("Two people", "Five people").replace("each year", "every quarter")
    assert form[meeting.text] == [both]
    assert form["keep-" + meeting.text] == ["edited"]
    assert meeting.i_save(form).status_code == 302
    assert meeting.saved(meeting.text) == both


def test_an_unknown_version_compares_without_a_beginning(meeting: Meeting) -> None:
    before = written()
    form = next_form(meeting.i_save(meeting.opened, version="999999", **{meeting.text: "My text"}))
    assert form["yours-" + meeting.text] == ["My text"]
    assert written() == before


def test_a_save_that_names_no_version_is_refused(meeting: Meeting) -> None:
    data = dict(meeting.opened)
    del data["version"]
    before = written()
    assert meeting.i_save(data).status_code == 409
    assert meeting.i_save(data, version="nonsense").status_code == 409
    assert written() == before


def test_texts_are_merged_only_where_they_do_not_meet() -> None:
    base = "One two three four"
    assert merged(base, theirs="One 2 three four", yours="One two three 4") == "One 2 three 4"
    assert merged(base, theirs="One 2 three four", yours="One zwei three four") is None
    assert merged(base, theirs="One 2 three four", yours="One 2 three four") == "One 2 three four"
    assert merged("a b", theirs="a x b", yours="a y b") is None, "both put something in the same place"


def test_differences_say_what_is_new_and_what_is_gone() -> None:
    assert [tuple(part) for part in differences("Ranks all CVs", "Ranks some CVs")] == [
        ("same", "Ranks "),
        ("gone", "all"),
        ("new", "some"),
        ("same", " CVs"),
    ]
