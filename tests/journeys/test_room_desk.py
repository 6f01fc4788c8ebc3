"""Walk-throughs B3, B5, B7 and B8: Owen reads a file, draws a sample, asks for something, and drafts a finding."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from audits.models import AuditRoom, DraftFinding, Finding, InformationRequest, RoomNote, RoomSample
from audits.room.sampling import chosen
from clauses.models import TrainingRecord
from evidence.actions import receive
from tests.audits.room.desk_making import make_auditor, release
from tests.audits.room.test_viewer import paper
from tests.browser import assert_no_axe_violations
from tests.evidence.files import upload
from tests.risk_cast import make_risk

SignedIn = Callable[[Any], Page]


@pytest.fixture
def room(organisation: Any) -> AuditRoom:
    return make_auditor(organisation)


def test_he_draws_a_sample_of_the_training_records(
    signed_in_page: SignedIn, organisation: Any, room: AuditRoom
) -> None:
    made = [TrainingRecord.objects.create(organisation=organisation, title=f"Course {one}") for one in range(12)]
    TrainingRecord.objects.filter(pk__in=[one.pk for one in made[:10]]).update(completed_on=organisation.today())
    release(room, *made)
    page = signed_in_page(room.person)
    page.goto(f"/{organisation.slug}/room/")
    page.get_by_role("link", name="Populations").first.click()
    assert_no_axe_violations(page)
    page.locator("main").get_by_role("link", name="Training records").click()
    expect(page.get_by_text("All 12 records released to you.")).to_be_visible()
    page.get_by_role("link", name="Not checked").click()
    expect(page.get_by_text("10 of 12 records")).to_be_visible()
    assert_no_axe_violations(page)
    page.get_by_label("How many").fill("40")
    page.get_by_label("Seed").fill("20270209")
    page.get_by_role("button", name="Draw sample").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose from 1 to 10.")
    page.get_by_label("How many").fill("5")
    page.get_by_role("button", name="Draw sample").click()
    expect(page.get_by_text("5 of 10 records, drawn at random.")).to_be_visible()
    assert_no_axe_violations(page)
    sample = RoomSample.objects.get()
    assert sample.drawn == chosen([one.reference for one in made[:10]], seed="20270209", size=5)
    expect(page.get_by_text("Not yet seen")).to_have_count(5)
    page.locator("tbody").get_by_role("link").first.click()
    expect(page.locator("header.head")).to_contain_text("Course")
    page.go_back()
    page.reload()
    expect(page.get_by_text("Not yet seen")).to_have_count(4)
    writes_a_note(page, about=sample.drawn[0])


def writes_a_note(page: Page, *, about: str) -> None:
    page.get_by_role("link", name="Write a note").first.click()
    page.get_by_role("textbox", name="Note").fill("No certificate was attached")
    page.get_by_role("button", name="Keep note").click()
    expect(page.get_by_text("Only you see it.")).to_be_visible()
    assert_no_axe_violations(page)
    note = RoomNote.objects.get()
    assert note.about
    assert note.about.reference == about


def test_he_reads_a_file_page_by_page_and_takes_nothing_away(
    signed_in_page: SignedIn, organisation: Any, officer: Any, room: AuditRoom
) -> None:
    item = receive(organisation, by=officer, file=upload("policy.pdf", paper(2)), title="AI policy 2.1")
    release(room, item)
    page = signed_in_page(room.person)
    page.goto(item.get_absolute_url())
    page.get_by_role("link", name="Look at it").click()
    expect(page.get_by_role("heading", name="AI policy 2.1")).to_be_visible()
    image = page.get_by_role("img", name="Page 1 of 2, policy.pdf")
    expect(image).to_be_visible()
    assert image.evaluate("one => one.decode().then(() => one.naturalWidth)") > 1000
    expect(page.locator("main")).to_contain_text(room.email)
    expect(page.get_by_role("link", name="Download")).to_have_count(0)
    assert_no_axe_violations(page)
    page.get_by_role("link", name="Next").first.click()
    expect(page.get_by_role("img", name="Page 2 of 2, policy.pdf")).to_be_visible()


def test_he_asks_for_something_and_accepts_the_answer(
    signed_in_page: SignedIn, organisation: Any, officer: Any, room: AuditRoom
) -> None:
    page = signed_in_page(room.person)
    page.goto(f"/{organisation.slug}/room/")
    page.get_by_role("link", name="Ask for something").click()
    assert_no_axe_violations(page)
    page.get_by_label("What you ask for").fill("Please show auditor independence")
    page.get_by_label("Clause or control").select_option(label="9.2.2 Internal audit programme")
    page.get_by_label("Until").fill((organisation.today() + timedelta(days=4)).isoformat())
    page.get_by_role("button", name="Ask").click()
    expect(page.locator("header.head")).to_contain_text("Waiting for the organisation")
    assert_no_axe_violations(page)
    question = InformationRequest.objects.get()
    answers_with_a_file(signed_in_page(officer), question)
    page = signed_in_page(room.person)
    page.goto(question.get_absolute_url())
    expect(page.locator("main")).to_contain_text("Neither works in credit")
    expect(page.locator("#evidence-lines").get_by_role("link", name="Look at it")).to_be_visible()
    page.get_by_role("button", name="Accept the answer").click()
    expect(page.locator("header.head")).to_contain_text("Accepted")
    question.refresh_from_db()
    assert (question.state, question.answered_by) == ("accepted", officer)


def answers_with_a_file(page: Page, question: InformationRequest) -> None:
    page.goto(question.get_absolute_url())
    letter = {"name": "letter.pdf", "mimeType": "application/pdf", "buffer": paper(1)}
    page.locator('input[type="file"]').first.set_input_files(letter)  # type: ignore[arg-type]
    expect(page.locator("#evidence-lines")).to_contain_text("letter", timeout=10_000)
    page.get_by_label("Your answer").fill("Neither works in credit")
    assert_no_axe_violations(page)
    page.get_by_role("button", name="Send answer to the auditor").click()
    expect(page.locator("header.head")).to_contain_text("Answered, to be checked")


def test_he_drafts_a_finding_that_nobody_sees_until_he_submits_it(
    signed_in_page: SignedIn, organisation: Any, officer: Any, room: AuditRoom
) -> None:
    risk = make_risk(organisation)
    release(room, risk)
    page = signed_in_page(room.person)
    page.goto(f"/{organisation.slug}/room/findings/")
    page.get_by_role("button", name="Draft a finding").click()
    page.get_by_label("Finding").fill("The treatment has been overdue since 15 November")
    expect(page.locator("#saved-draft")).to_contain_text("Saved")
    page.get_by_label("Clause or control").select_option(label="8.3 AI risk treatment")
    page.get_by_role("button", name="Submit to").click()
    expect(page.get_by_role("alert").first).to_contain_text("which requirement is not met")
    assert DraftFinding.objects.get().observed.startswith("The treatment")
    assert_no_axe_violations(page)
    nobody_sees_it(signed_in_page(officer), organisation)
    page = signed_in_page(room.person)
    page.goto(f"/{organisation.slug}/room/findings/")
    page.get_by_role("link", name="The treatment has been overdue").click()
    page.get_by_label("Kind").select_option(label="Minor nonconformity")
    page.get_by_label("Clause or control").select_option(label="8.3 AI risk treatment")
    page.get_by_label("Requirement", exact=True).fill("Treatments are carried out as planned")
    page.get_by_label("Objective evidence").fill(f"{risk.reference}, seen today with the head of credit")
    page.get_by_label("Records it rests on").fill(risk.reference)
    page.get_by_role("button", name="Submit to").click()
    expect(page.get_by_text("is submitted: the organisation reads it now")).to_be_visible()
    assert_no_axe_violations(page)
    finding = Finding.objects.get()
    assert [one.reference for one in finding.cites.all()] == [risk.reference]
    theirs = signed_in_page(officer)
    theirs.goto(finding.get_absolute_url())
    expect(theirs.locator("main")).to_contain_text("overdue since 15 November")


def nobody_sees_it(page: Page, organisation: Any) -> None:
    for where in ("findings/", "history/", "search/?q=overdue"):
        page.goto(f"/{organisation.slug}/{where}")
        expect(page.locator("main")).not_to_contain_text("15 November")
