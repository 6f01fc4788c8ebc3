"""Walk-through A8: the programme, an audit with a partial auditor, its checklist, five findings, the report; and C8."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from audits.models import Audit, CorrectiveAction, Finding, ImpartialityNote
from tests.browser import assert_no_axe_violations
from tests.cast import make_ai_system, somebody

FOUND = [
    ("Major nonconformity", "8.4", "No impact assessment of the sorter"),
    ("Minor nonconformity", "9.1", "No results of May"),
    ("Minor nonconformity", "7.5.3", "Drafts in use"),
    ("Opportunity for improvement", "6.2", "Objectives beside alarms"),
    ("Strength", "5.2", "Everybody knows the policy"),
]


def test_she_plans_an_audit_and_he_runs_it(
    signed_in_page: Callable[[Any], Page], organisation: Any, officer: Any, internal_auditor: Any
) -> None:
    system = make_ai_system(organisation, title="Sorter", technical_owner=internal_auditor)
    owner = somebody(organisation)
    page = signed_in_page(officer)
    opens_a_programme(page, officer, organisation)
    plans_an_audit(page, officer, internal_auditor, system)
    note = ImpartialityNote.objects.get()
    assert (note.person, note.owned_id, note.reason) == (internal_auditor, system.pk, "He does not audit that part")
    page = signed_in_page(internal_auditor)
    writes_the_checklist(page, organisation)
    for kind, number, words in FOUND:
        finds(page, owner, kind, number, words)
    issues_the_report(page)
    audit = Audit.objects.get()
    assert audit.is_issued
    assert list(audit.findings.order_by("reference").values_list("title", flat=True)) == [one[2] for one in FOUND]
    made = CorrectiveAction.objects.order_by("reference")
    assert [(one.title, one.owner) for one in made] == [(one[2], owner) for one in FOUND[:3]]
    answers(signed_in_page(owner), Finding.objects.get(grade="major"))
    decides(signed_in_page(internal_auditor), Finding.objects.get(grade="major"))
    assert Finding.objects.get(grade="major").state == "corrected"


def opens_a_programme(page: Page, officer: Any, organisation: Any) -> None:
    year = organisation.today().year
    page.goto(f"/{organisation.slug}/")
    page.get_by_role("link", name="Audits", exact=True).click()
    page.get_by_role("link", name="Programmes", exact=True).click()
    page.get_by_role("link", name="New audit programme").click()
    page.get_by_label("Name").fill("Three years")
    page.get_by_label("From").fill(f"{year}-01-01")
    page.get_by_label("To", exact=True).fill(f"{year + 2}-12-31")
    page.get_by_label("Responsible", exact=True).select_option(str(officer.pk))
    page.get_by_role("button", name="Add audit programme").click()
    page.get_by_role("link", name="Coverage").click()
    expect(page.get_by_text("32 of 32 never audited")).to_be_visible()
    assert_no_axe_violations(page)
    page.go_back()
    page.get_by_role("link", name="Certification calendar").click()
    expect(page.get_by_role("row", name="Recertification – ")).to_contain_text("Not planned")
    assert_no_axe_violations(page)
    page.go_back()
    page.get_by_role("link", name="Add audit", exact=True).click()


def plans_an_audit(page: Page, officer: Any, auditor: Any, system: Any) -> None:
    page.get_by_label("Name").fill("Before stage 1")
    for clause in ("5 Leadership", "6 Planning", "7 Support", "8 Operation", "9 Performance evaluation"):
        page.get_by_label(clause).check()
    page.get_by_label(str(system)).check()
    page.get_by_label("Lead auditor").select_option(str(auditor.pk))
    page.get_by_label("Responsible", exact=True).select_option(str(officer.pk))
    page.get_by_role("button", name="Add audit").click()
    expect(page.get_by_text("Nobody audits their own work").first).to_be_visible()
    assert_no_axe_violations(page)
    expect(page.get_by_label("5 Leadership")).to_be_checked()
    page.get_by_label("Why the auditors are accepted").fill("He does not audit that part")
    page.get_by_role("button", name="Add audit").click()
    expect(page.get_by_role("heading", name="Before stage 1")).to_be_visible()
    expect(page.locator("#impartiality")).to_contain_text("He does not audit that part")


def writes_the_checklist(page: Page, organisation: Any) -> None:
    page.goto(f"/{organisation.slug}/audits/")
    page.get_by_role("link", name="Before stage 1").click()
    page.get_by_role("link", name="Continue the checklist").click()
    expect(page.get_by_role("heading", name="Questions to ask")).to_be_visible()
    page.get_by_text("Conforms", exact=True).click()
    expect(page.locator("#saved-check")).to_contain_text("Saved")
    page.get_by_label("Evidence seen").fill("Minutes of May, spoken with the head of department")
    expect(page.locator("#check-version")).to_have_value("2", timeout=10_000)
    expect(page.locator("#check-state")).to_contain_text("1 of")
    assert_no_axe_violations(page)
    page.keyboard.press("Escape")
    page.reload()
    expect(page.get_by_label("Evidence seen")).to_have_value("Minutes of May, spoken with the head of department")
    page.get_by_role("link", name="1 of").click()
    expect(page.get_by_role("cell", name="Minutes of May")).to_be_visible()
    assert_no_axe_violations(page)
    page.get_by_label("Parts of the audit").get_by_role("link", name="Audit", exact=True).click()


def finds(page: Page, owner: Any, kind: str, number: str, words: str) -> None:
    page.get_by_role("link", name="Add finding").click()
    page.get_by_label("Kind").select_option(label=kind)
    page.get_by_label("Clause or control").select_option(label=option(page, number))
    page.get_by_label("In short").fill(words)
    page.get_by_label("Answers for it").select_option(str(owner.pk))
    page.get_by_role("button", name="Add finding").click()
    expect(page.locator("#id_observed_error")).to_be_visible()
    if "nonconformity" in kind:
        expect(page.locator("#id_objective_evidence_error")).to_contain_text("what was seen")
        page.get_by_label("Requirement", exact=True).fill("It is done and kept")
        page.get_by_label("Objective evidence").fill("List of 20 October")
    page.locator("#id_observed").fill(f"{words}, as was seen")
    page.get_by_role("button", name="Add finding").click()
    expect(page.get_by_text("Not issued yet")).to_be_visible()
    page.get_by_role("link", name="AUD-01 Before stage 1").click()


def option(page: Page, number: str) -> str:
    texts = page.get_by_label("Clause or control").locator("option").all_text_contents()
    return next(text for text in texts if text.startswith(f"{number} "))


def issues_the_report(page: Page) -> None:
    expect(page.get_by_text("The conclusion of the audit is not written.")).to_be_visible()
    page.get_by_role("link", name="Edit").click()
    page.get_by_role("textbox", name="Conclusion").fill("It conforms but for the findings")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Issue report").click()
    expect(page.get_by_text("nothing in it changes any more").first).to_be_visible()
    expect(page.get_by_role("link", name="Edit")).to_have_count(0)
    expect(page.get_by_role("link", name="Add finding")).to_have_count(0)
    assert_no_axe_violations(page)


def answers(page: Page, finding: Finding) -> None:
    page.goto(finding.get_absolute_url())
    page.get_by_role("link", name="Answer", exact=True).click()
    page.get_by_label("Correction").fill("The assessment is done")
    page.get_by_label("Cause").fill("Not in the calendar")
    page.get_by_label("Planned corrective action").fill("A calendar out of the inventory")
    page.get_by_role("button", name="Answer").click()
    expect(page.get_by_text("It waits for the auditors of the audit.")).to_be_visible()
    assert_no_axe_violations(page)


def decides(page: Page, finding: Finding) -> None:
    """He accepts the plan; a major that was corrected stays open until somebody else checked that it works."""
    page.goto(finding.get_absolute_url())
    page.get_by_role("link", name="Decide on the plan").click()
    page.get_by_role("button", name="Accept the plan").click()
    expect(page.get_by_text("Plan accepted").first).to_be_visible()
    Finding.objects.filter(pk=finding.pk).update(
        state="corrected", done="All done", corrected_by=finding.owner_id, corrected_on=finding.issued_on
    )
    page.reload()
    page.get_by_role("link", name="Verify").click()
    page.get_by_label("What you saw").fill("It looks well")
    page.get_by_role("button", name="Verified: close it").click()
    expect(page.locator(".summary")).to_contain_text("only once another person checked")
    expect(page.get_by_label("What you saw")).to_have_value("It looks well")
    assert_no_axe_violations(page)
