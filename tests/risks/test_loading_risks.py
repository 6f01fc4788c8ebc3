"""The shared sample's risks come in as they stand there, with criteria, scores, treatments and acceptances."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine

from aims_portal.loading import load
from organisations.models import Organisation, User
from organisations.rows import BadFileError
from records.models import Record
from risks.models import Acceptance, Risk, RiskCriteria, Treatment
from tests.aims_portal.small_wood import SMALL

pytestmark = pytest.mark.django_db
HERE = Path(__file__).parents[1] / "aims_portal"
OURS = HERE.parents[1] / "aims_portal" / "sample" / "meridia.yaml"
TODAY = datetime(2026, 11, 23, 12, tzinfo=UTC)
RISK = (
    "title: Jam, level: operational, ai_system: AIS-07, category: safety, cause: Bark, consequence: Stop, "
    "affects: [individuals], owner: P01"
)


@pytest.fixture(params=["as shared", "ours"])
def meridia(request: Any, db: None) -> Iterator[Organisation]:
    with time_machine.travel(TODAY, tick=False):
        yield load(HERE / "sample-organisation.yaml" if request.param == "as shared" else OURS).organisation


@pytest.fixture
def loaded(tmp_path: Path) -> Callable[[str], Organisation]:
    """`loaded(text)` is Small Wood with that text added to its file."""

    def made(text: str) -> Organisation:
        file = tmp_path / "small.yaml"
        file.write_text(SMALL + text, encoding="utf-8")
        return load(file).organisation

    return made


def references(rows: Any) -> list[str]:
    return list(rows.order_by("reference").values_list("reference", flat=True))


def test_the_expected_facts_come_out(meridia: Organisation) -> None:
    risks, today = Risk.objects.of(meridia), meridia.today()
    assert risks.count() == 15
    assert [risks.filter(process=name).count() for name in ("planning", "operational")] == [5, 10]
    by_level = {name: risks.filter(residual_level=name).count() for name in ("low", "medium", "high", "critical")}
    assert by_level == {"low": 3, "medium": 11, "high": 1, "critical": 0}
    assert references(risks.unaccepted(today)) == ["R-02", "R-03", "R-05", "R-09", "R-14"]
    assert references(Risk.objects.filter(treatments__in=Treatment.objects.of(meridia).overdue(today))) == ["R-09"]


def test_a_risk_has_all_that_the_file_says_of_it(meridia: Organisation) -> None:
    risk = Risk.objects.get(organisation=meridia, reference="R-06")
    assert (risk.system and risk.system.reference, risk.source, risk.option) == ("AIS-01", "C.3.4", "reduce")
    assert risk.affects == ["individuals", "society"]
    scores = {one.phase: one for one in risk.assessments.all()}
    inherent, residual = scores["inherent"], scores["residual"]
    assert (inherent.score, inherent.level, residual.score, residual.level) == (16, "critical", 8, "medium")
    assert (residual.for_individuals, residual.for_society, residual.for_organisation) == (4, 4, None)
    treatment = risk.treatments.get()
    assert (treatment.status, treatment.verified_on, treatment.due_on) == ("verified", *[date(2026, 7, 15)] * 2)
    assert sorted(one.reference for one in treatment.controls.all()) == ["A.5.4", "A.6.2.4", "A.7.4"]
    acceptance = risk.acceptances.get()
    assert (acceptance.score, acceptance.level, acceptance.until) == (8, "medium", date(2027, 1, 30))
    assert acceptance.accepted_by.name == "Anneke Borgh"


def test_what_is_overdue_in_the_file_is_under_way_and_late_by_its_date(meridia: Organisation) -> None:
    treatment = Treatment.objects.get(organisation=meridia, treats__reference="R-09")
    assert (treatment.status, treatment.due_on) == ("in_progress", date(2026, 11, 15))


def test_its_criteria_are_approved_by_top_management(meridia: Organisation) -> None:
    criteria = RiskCriteria.objects.get(organisation=meridia)
    assert (criteria.state, criteria.size, criteria.title) == ("approved", 5, "Risk criteria")
    assert criteria.decided_by
    assert criteria.decided_by.name == "Anneke Borgh"
    assert criteria.decided_on
    assert criteria.decided_on <= date(2026, 3, 10)


def test_a_change_of_the_system_lapses_what_was_loaded(meridia: Organisation) -> None:
    risk = Risk.objects.select_related("system").get(organisation=meridia, reference="R-06")
    assert risk.system
    risk.system.model = "Another"
    risk.system.save()
    assert not Acceptance.objects.standing(meridia.today()).filter(risk=risk).exists()
    assert risk in Risk.objects.to_look_at_again()


def test_owners_see_their_risks(meridia: Organisation) -> None:
    katrin = User.objects.get(name="Katrin Sommer", memberships__organisation=meridia)
    seen = Record.objects.visible_to(katrin).filter(kind="risk")
    assert references(seen) == ["R-05", "R-06"]


def test_our_copy_gives_every_score_a_reason_and_every_operational_risk_a_trigger() -> None:
    with time_machine.travel(TODAY, tick=False):
        meridia = load(OURS).organisation
    risks = Risk.objects.of(meridia)
    assert not risks.filter(assessments__rationale="").exists()
    assert not risks.filter(event="").exists()
    assert not risks.filter(process="operational", trigger="").exists()
    assert not Acceptance.objects.filter(risk__organisation=meridia, reason="").exists()


def test_a_score_outside_the_scale_is_refused_with_its_line(loaded: Callable[[str], Organisation]) -> None:
    with pytest.raises(BadFileError, match=r":\d+: risks\[R-01\]\.inherent\.l: must be from 1 to 5"):
        loaded(f"risks:\n- {{id: R-01, {RISK}, inherent: {{l: 6, c: 3}}}}\n")


def test_an_acceptance_without_a_residual_score_is_refused(loaded: Callable[[str], Organisation]) -> None:
    text = "acceptance: {by: P01, on: 2026-10-20, level: medium, expires: 2027-10-20}"
    with pytest.raises(BadFileError, match="only a residual score can be accepted"):
        loaded(f"risks:\n- {{id: R-01, {RISK}, {text}}}\n")


def test_controls_stand_with_a_treatment(loaded: Callable[[str], Organisation]) -> None:
    with pytest.raises(BadFileError, match=r"risks\[R-01\]\.controls: stand with a treatment"):
        loaded(f"risks:\n- {{id: R-01, {RISK}, controls: [A.5.4]}}\n")


def test_a_file_may_bring_criteria_of_its_own(loaded: Callable[[str], Organisation]) -> None:
    scale = "[Small, Middling, Large]"
    criteria = f"likelihood: {scale}, organisation: {scale}, individuals: {scale}, society: {scale}"
    thresholds = "medium_from: 3, high_from: 6, critical_from: 9"
    made = loaded(
        f"risk_criteria: {{id: CRIT-04, title: Ours, size: 3, {criteria}, {thresholds}, approved_by: P01, "
        f"approved_on: 2026-02-01}}\nrisks:\n- {{id: R-01, {RISK}, inherent: {{l: 3, c: 3}}}}\n"
    )
    found = RiskCriteria.objects.get(organisation=made)
    assert (found.reference, found.size, found.likelihood, found.state) == (
        *("CRIT-04", 3, ["Small", "Middling", "Large"]),
        "approved",
    )
    assert Risk.objects.get(organisation=made).inherent_level == "critical"


def test_criteria_that_do_not_fit_are_refused(loaded: Callable[[str], Organisation]) -> None:
    with pytest.raises(BadFileError, match=r"risk_criteria\.likelihood: Say what each of the 5 steps means"):
        loaded("risk_criteria: {likelihood: [Small, Large]}\n")
