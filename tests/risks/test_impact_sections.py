"""Sections of an assessment: saved one by one, by several people, without losing a word."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from risks.impact.sections import SECTIONS
from risks.models import Impact, ImpactAssessment, ImpactMeasure
from tests.cast import make_ai_system, person
from tests.pages import SeenPage
from tests.risk_cast import make_impact_assessment
from tests.risks.assessed import complete

SignIn = Callable[..., Client]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def colleague(organisation: Any) -> Any:
    return person("second-officer", organisation, "compliance_officer")


def section(assessment: ImpactAssessment, code: str) -> str:
    return f"{assessment.get_absolute_url()}{code}/"


def opened(client: Client, address: str) -> dict[str, Any]:
    return SeenPage(client.get(address)).form_with("version").fields


def now(assessment: ImpactAssessment) -> ImpactAssessment:
    return ImpactAssessment.objects.get(pk=assessment.pk)


def test_a_new_one_begins_with_what_the_inventory_says(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    system = make_ai_system(organisation, title="Mail sorter", users="Six clerks", people_affected=12)
    client, address = sign_in(officer), f"/{organisation.slug}/impact-assessments/new/"
    form = opened(client, f"{address}?system={system.reference}")
    assert form["title"] == ["Impact assessment of Mail sorter"]
    assert client.post(address, {"system": system.pk, "owner": officer.pk}).status_code == 302
    made = ImpactAssessment.objects.get(system=system)
    assert (made.title, made.number) == ("Impact assessment of Mail sorter", 1)
    assert (made.purpose, made.oversight) == (system.purpose, system.oversight)
    assert (made.intended_users, made.people, made.frameworks) == ("Six clerks", 12, ["iso42001"])


@pytest.mark.parametrize("code", [one.code for one in SECTIONS])
def test_each_section_opens_and_saves_without_altering_anything(
    code: str, organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    everything = ["iso42001", "eu_fria", "gdpr_dpia"]
    assessment, client = complete(organisation, "full", frameworks=everything), sign_in(officer)
    rows = (Impact.objects.count(), ImpactMeasure.objects.count())
    before = ImpactAssessment.objects.filter(pk=assessment.pk).values().get()
    assert client.post(section(assessment, code), opened(client, section(assessment, code))).status_code == 302
    assert ImpactAssessment.objects.filter(pk=assessment.pk).values().get() == before
    assert (Impact.objects.count(), ImpactMeasure.objects.count()) == rows


def test_it_saves_in_place_and_says_so(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    assessment, client = make_impact_assessment(organisation), sign_in(officer)
    form = opened(client, section(assessment, "system"))
    posted = form | {"purpose": "Sorts mail", "autonomy": "proposes"}
    answer = client.post(section(assessment, "system"), posted, headers=HTMX)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Saved" in page
    assert officer.name in page
    assert now(assessment).purpose == "Sorts mail"
    assert f'id="section-version" value="{now(assessment).version}"' in page


def test_two_people_in_two_sections_do_not_disturb_each_other(
    organisation: Any, officer: Any, colleague: Any, sign_in: SignIn
) -> None:
    assessment, mine, theirs = make_impact_assessment(organisation), sign_in(officer), sign_in(colleague)
    my_form, their_form = opened(mine, section(assessment, "data")), opened(theirs, section(assessment, "model"))
    their_form["limits"] = ["Weak on Mondays"]
    assert theirs.post(section(assessment, "model"), their_form, headers=HTMX).status_code == 200
    my_form["data_sources"] = ["The mail of ten years"]
    assert mine.post(section(assessment, "data"), my_form, headers=HTMX).status_code == 200
    assert (now(assessment).limits, now(assessment).data_sources) == ("Weak on Mondays", "The mail of ten years")


def test_two_people_in_one_section_are_merged_and_the_page_shows_what_was_taken_over(
    organisation: Any, officer: Any, colleague: Any, sign_in: SignIn
) -> None:
    assessment, mine, theirs = make_impact_assessment(organisation), sign_in(officer), sign_in(colleague)
    address = section(assessment, "model")
    my_form, their_form = opened(mine, address), opened(theirs, address)
    theirs.post(address, their_form | {"limits": "Weak on Mondays"})
    answer = mine.post(address, my_form | {"metrics": "Nine of ten"}, headers=HTMX)
    assert (now(assessment).limits, now(assessment).metrics) == ("Weak on Mondays", "Nine of ten")
    assert "Weak on Mondays</textarea>" in answer.content.decode()


def test_the_same_text_of_two_people_stands_side_by_side(
    organisation: Any, officer: Any, colleague: Any, sign_in: SignIn
) -> None:
    assessment, mine, theirs = make_impact_assessment(organisation, limits="None"), sign_in(officer), sign_in(colleague)
    address = section(assessment, "model")
    my_form, their_form = opened(mine, address), opened(theirs, address)
    theirs.post(address, their_form | {"limits": "Weak on Mondays"})
    in_place = mine.post(address, my_form | {"limits": "Weak in winter"}, headers=HTMX)
    assert (in_place.status_code, in_place.json()["compare"]) == (409, "Compare both texts")
    answer = mine.post(address, my_form | {"limits": "Weak in winter"})
    assert answer.status_code == 409
    assert "<ins>Weak on Mondays</ins>" in answer.content.decode()
    assert now(assessment).limits == "Weak on Mondays"
    form = SeenPage(answer).form_with("version").fields
    assert mine.post(address, form | {"keep-limits": "yours"}).status_code == 302
    assert now(assessment).limits == "Weak in winter"


def test_two_people_in_two_dimensions_are_merged(
    organisation: Any, officer: Any, colleague: Any, sign_in: SignIn
) -> None:
    assessment, mine, theirs = make_impact_assessment(organisation), sign_in(officer), sign_in(colleague)
    address = section(assessment, "impacts")
    my_form, their_form = opened(mine, address), opened(theirs, address)
    theirs.post(address, their_form | {"safety-is_affected": "false", "safety-reason": "No effect"}, headers=HTMX)
    posted = my_form | {"privacy-is_affected": "true", "privacy-severity": "4", "privacy-likelihood": "4"}
    answer = mine.post(address, posted, headers=HTMX)
    assert answer.status_code == 200
    assert "Critical" in answer.content.decode()
    known = {one.dimension: one for one in Impact.objects.filter(assessment=assessment)}
    assert (known["safety"].is_affected, known["safety"].reason) == (False, "No effect")
    assert (known["privacy"].is_affected, known["privacy"].severity) == (True, 4)
    again = mine.post(address, my_form | {"safety-reason": "Perhaps some"}, headers=HTMX)
    assert again.status_code == 409, "both wrote this reason"


def test_measures_come_change_and_go(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    assessment, client = make_impact_assessment(organisation), sign_in(officer)
    address = section(assessment, "measures")
    form = opened(client, address)
    refused = client.post(address, form | {"new-1-due_on": "2027-01-31"})
    assert b"Say: measure." in refused.content
    added = {"new-1-measure": "Read twice", "new-1-dimension": "fairness"}
    assert client.post(address, form | added).status_code == 302
    row = ImpactMeasure.objects.get(assessment=assessment)
    form = opened(client, address)
    assert form[f"row-{row.pk}-measure"] == ["Read twice"]
    emptied = client.post(address, form | {f"row-{row.pk}-measure": "", f"row-{row.pk}-dimension": ""})
    assert b"Or tick that the row is taken away." in emptied.content
    assert assessment.measures.get().measure == "Read twice"
    assert client.post(address, form | {f"row-{row.pk}-remove": "on"}).status_code == 302
    assert not assessment.measures.exists()


def test_a_row_that_somebody_took_away_while_it_was_written_is_not_lost(
    organisation: Any, officer: Any, colleague: Any, sign_in: SignIn
) -> None:
    assessment, mine, theirs = complete(organisation), sign_in(officer), sign_in(colleague)
    address, row = section(assessment, "measures"), assessment.measures.get()
    my_form, their_form = opened(mine, address), opened(theirs, address)
    assert theirs.post(address, their_form | {f"row-{row.pk}-remove": "on"}).status_code == 302
    answer = mine.post(address, my_form | {f"row-{row.pk}-measure": "Read three times"})
    assert answer.status_code == 409
    assert "Read three times" in answer.content.decode()


def test_deviating_from_the_proposed_depth_needs_a_reason(organisation: Any, officer: Any, sign_in: SignIn) -> None:
    system = make_ai_system(organisation, risk_class="high")
    assessment, client = make_impact_assessment(organisation, system=system), sign_in(officer)
    address = section(assessment, "screening")
    form = opened(client, address)
    assert b"Proposed: Full, because: its class is high risk." in client.get(address).content
    refused = client.post(address, form | {"screening": "light"}, headers=HTMX)
    assert b"say why not" in refused.content
    assert now(assessment).screening == ""
    assert client.post(address, form | {"screening": "light", "screening_reason": "A pilot"}).status_code == 302
    assert now(assessment).screening == "light"


def test_assessors_may_work_on_it_and_former_ones_no_longer(
    organisation: Any, officer: Any, contributor: Any, sign_in: SignIn
) -> None:
    assessment, client = make_impact_assessment(organisation), sign_in(officer)
    address = section(assessment, "identification")
    assert sign_in(contributor).get(address).status_code == 404
    client.post(address, opened(client, address) | {"assessors": [contributor.pk]})
    assert sign_in(contributor).get(address).status_code == 200
    client.post(address, opened(client, address) | {"assessors": []})
    assert sign_in(contributor).get(address).status_code == 404


def test_days_that_contradict_each_other_are_refused_wherever_they_stand(
    organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    today = organisation.today()
    assessment, client = make_impact_assessment(organisation, review_on=today), sign_in(officer)
    address = section(assessment, "identification")
    answer = client.post(address, opened(client, address) | {"assessed_on": today.isoformat()})
    assert b"The next review comes after the assessment." in answer.content
    assert now(assessment).assessed_on is None


@pytest.mark.parametrize("posted", ["6", "0", "x", "-1"])
def test_a_step_outside_the_scale_is_refused(posted: str, organisation: Any, officer: Any, sign_in: SignIn) -> None:
    assessment, client = make_impact_assessment(organisation), sign_in(officer)
    address = section(assessment, "impacts")
    answer = client.post(address, opened(client, address) | {"safety-severity": posted})
    assert answer.status_code == 200
    assert not Impact.objects.filter(assessment=assessment).exists()


def test_auditors_read_the_document_and_open_no_section(organisation: Any, auditor: Any, sign_in: SignIn) -> None:
    assessment, client = complete(organisation, "full"), sign_in(auditor)
    assert client.get(section(assessment, "system")).status_code == 403
    assert client.get(section(assessment, "document")).status_code == 200


def test_on_a_phone_what_remains_stays_beside_the_dimension_and_the_rest_goes_under_it(
    organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    page = sign_in(officer).get(complete(organisation).get_absolute_url()).content.decode()
    table = page[page.index('id="chapter-impacts"') : page.index('id="chapter-failure"')]
    assert [column.count("wide") for column in re.findall(r'<th scope="col".*?</th>', table)] == [0, 1, 1, 1, 0]
    head = table[table.index("Fairness") : table.index("</th>", table.index("Fairness"))]
    assert '<span class="sub narrow">Mail of some people is read late</span>' in head


@pytest.mark.parametrize(
    ("output", "titles"),
    [
        ("iso42001", ["Screening", "Affected parties", "Benefits and harms", "Result"]),
        ("eu_fria", ["(a) Processes in which", "(b) Period and", "(d) Specific risks", "(f) Measures if"]),
        ("gdpr_dpia", ["(a) Description of", "(b) Necessity", "(c) Risks to rights", "(d) Measures and", "Advice"]),
    ],
)
def test_one_record_prints_as_each_output(
    output: str, titles: list[str], organisation: Any, officer: Any, sign_in: SignIn
) -> None:
    assessment = complete(organisation, "full", frameworks=["iso42001", "eu_fria", "gdpr_dpia"])
    page = sign_in(officer).get(f"{section(assessment, 'document')}?as={output}").content.decode()
    assert [title for title in titles if title not in page] == []
    assert sign_in(officer).get(f"{section(assessment, 'document')}?as=poem").status_code == 404
