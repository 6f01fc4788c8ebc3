"""Reports about risks: what they print is what is on record, from an empty organisation too, tagged for everybody."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pikepdf
import pytest
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation
from pypdf import PdfReader

from clauses.models import Position
from organisations.models import User
from records.models import Record
from reports import making
from reports.actions import ask_for_report
from reports.models import Report
from reports.papers import paper_of
from reports.papers.paper import Paper
from reports.papers.printing import printed
from reports.verification import code_of
from risks.dossier.trace import dossier_of
from risks.models import Consultation, ImpactAssessment, OwnControl, Risk, Statement, Treatment, TreatmentControl
from risks.models.impact import Impact, ImpactMeasure
from systems.models import AISystem
from tests.cast import make_ai_system
from tests.pages import SeenPage
from tests.reports.conftest import Stage
from tests.reports.test_paper import structure
from tests.risk_cast import make_impact_assessment, make_risk, make_treatment, score

SignIn = Callable[..., Client]
KINDS = Report.Kind


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


class Printing:
    """One report made and read."""

    def __init__(self, organisation: Any, by: Any, kind: str, subject: Record | None = None) -> None:
        about = Record.objects.get(pk=subject.pk) if subject else None
        number = Report.objects.filter(organisation=organisation, kind=kind).count() + 1
        self.report = Report.objects.create(
            organisation=organisation,
            kind=kind,
            subject=about,
            number=number,
            requested_by=by,
            idempotency_key=f"{organisation.pk} {kind} {number}",
        )
        with timezone.override(organisation.zone), translation.override("en-gb"):
            self.paper: Paper = paper_of(self.report)
            self.code = code_of(self.paper.figures)
            self.content, self.pages = printed(self.report, self.paper, self.code, lambda done, pages: None)
        self.reader = PdfReader(io.BytesIO(self.content))
        self.texts = [page.extract_text() for page in self.reader.pages]
        self.text = re.sub(r"\s+", " ", " ".join(self.texts))

    def says(self, *texts: Any) -> list[Any]:
        """Those of the texts that it does not print."""
        whole = squeezed(self.text)
        return [text for text in texts if squeezed(str(text)) not in whole]


@pytest.fixture
def written(assessed: Stage) -> Stage:
    """The floor of risks with texts, controls, measures and people on it."""
    grave = Risk.objects.get(title="Grave")
    line = Treatment.objects.get(title="Late")
    TreatmentControl.objects.create(treatment=line, control=Position.objects.get(
        organisation=assessed.organisation, reference="A.2.2"))  # fmt: skip
    own = OwnControl.objects.create(
        organisation=assessed.organisation, title="Red team", justification="Customers ask", status="implemented"
    )
    TreatmentControl.objects.create(treatment=line, control=own)
    impact = make_impact_assessment(
        assessed.organisation, title="Second", system=grave.system, purpose="Ranks <b>people</b>", screening="full",
        frameworks=["eu_fria"], fria_process="In hiring", decision="no_go",
    )  # fmt: skip
    Impact.objects.create(assessment=impact, dimension="privacy", is_affected=True, harm="Names leak", severity=4)
    Impact.objects.create(assessment=impact, dimension="safety", is_affected=False, reason="Nobody is near it")
    ImpactMeasure.objects.create(assessment=impact, dimension="privacy", measure="Mask names", owner=assessed.officer)
    Consultation.objects.create(assessment=impact, who="Works council", views="Asks for notice")
    return assessed


def test_the_register_is_what_is_on_record(written: Stage, manager: Any) -> None:
    paper = Printing(written.organisation, manager, KINDS.RISK_REGISTER)
    assert paper.report.reference == "RSK-0001"
    assert not paper.says(*(f"{risk.reference} {risk.title}" for risk in Risk.objects.all()))
    grave = Risk.objects.select_related("system").get(title="Grave")
    lines = Treatment.objects.filter(treats=grave)
    assert not paper.says("20 Critical", "12 High", grave.cause, grave.consequence, grave.system.title, "Seen in tests")
    assert not paper.says("0 of 1 line done", *(f"{line.reference} {line.title}" for line in lines), "A.2.2,", "X.1")
    accepted = written.organisation.today() + timedelta(days=365)
    assert not paper.says("Gone", "Designated management", "very large", f"{accepted:%b %Y}")
    for one in paper.paper.context["totals"]:
        assert f"{one['label']} {' '.join(map(str, one['counts']))}" in paper.text
    cells = [cell["count"] for row in paper.paper.context["map"] for cell in row["cells"]]
    assert (len(cells), sum(cells)) == (25, Risk.objects.open().exclude(level="").count())
    assert [row["title"] for row in paper.paper.figures["risks"]] == [
        risk.title for risk in Risk.objects.order_by("reference")
    ]


def test_the_statement_is_the_approved_one_or_that_of_today(written: Stage, manager: Any) -> None:
    approved = Statement.objects.get()
    position = written.position("A.2.4", justification="Decided anew")
    paper = Printing(written.organisation, manager, KINDS.STATEMENT, approved)
    lines = paper.paper.figures["lines"]
    assert [line["control"] for line in lines] == [line["control"] for line in approved.content]
    assert paper.says(position.justification) == ["Decided anew"]
    assert not paper.says("Nobody here does that.", "Approved", *(line["control"] for line in lines))
    draft = Statement.objects.create(organisation=written.organisation, title="Draft", label="2.0", number=2)
    paper = Printing(written.organisation, manager, KINDS.STATEMENT, draft)
    controls = Position.objects.filter(organisation=written.organisation).controls()
    assert controls.count() == 38
    assert not paper.says(
        *(f"{one.reference} {one.title}" for one in controls), *controls.values_list("justification", flat=True)
    )
    assert not paper.says("X.1 Red team", "Customers ask", "Decided anew", "Not approved", "Not decided")
    red_team = next(line for line in paper.paper.figures["lines"] if line["control"] == "X.1")
    assert [risk["reference"] for risk in red_team["risks"]] == [Risk.objects.get(title="Grave").reference]
    assert red_team["warnings"] == ["No valid evidence"]


def test_the_impact_assessment_is_printed_section_by_section(written: Stage, manager: Any) -> None:
    assessment = ImpactAssessment.objects.get(title="Second")
    paper = Printing(written.organisation, manager, KINDS.IMPACT, assessment)
    assert not paper.says(assessment.reference, assessment.system.title, "Ranks <b>people</b>", "No go", "In hiring")
    assert not paper.says("Names leak", "Nobody is near it", "Mask names", "Works council", "Asks for notice")
    assert not paper.says("It is not approved.", "Not assessed yet", "Art. 27")
    assert paper.says("GDPR data protection impact assessment") != []


def test_the_dossier_shows_gaps_as_gaps(written: Stage, manager: Any) -> None:
    scorer = AISystem.objects.get(title="Scorer")
    paper = Printing(written.organisation, manager, KINDS.DOSSIER, scorer)
    assert not paper.says(scorer.purpose, "Grave", "Late", "Leak", "A.2.2", "Second", "20 Critical")
    assert not paper.says("No current impact assessment")
    bare = Printing(written.organisation, manager, KINDS.DOSSIER, AISystem.objects.get(title="Missing"))
    parts = dossier_of(AISystem.objects.get(title="Missing"), manager, written.organisation.today()).parts
    gaps = [gap for part in parts for gap in part.gaps]
    assert bare.paper.figures["headline"][1]["value"] == len(gaps) > 3
    assert not bare.says(*gaps)


@pytest.mark.parametrize("kind", [KINDS.RISK_REGISTER, KINDS.STATEMENT, KINDS.IMPACT, KINDS.DOSSIER])
def test_an_empty_organisation_can_be_printed_and_is_tagged(kind: str, other_organisation: Any, outsider: User) -> None:
    here = other_organisation
    subject = {
        KINDS.STATEMENT: lambda: Statement.objects.create(organisation=here, title="First", label="0.1"),
        KINDS.IMPACT: lambda: make_impact_assessment(here, screening=""),
        KINDS.DOSSIER: lambda: make_ai_system(here),
    }.get(kind, lambda: None)()
    paper = Printing(here, outsider, kind, subject)
    total = len(paper.texts)
    assert paper.pages == total > 2
    for number, text in enumerate(paper.texts[1:], start=2):
        assert f"{paper.report.reference} · {paper.code.replace('-', ' ')}" in text
        assert f"{number} / {total}" in text
    with pikepdf.open(io.BytesIO(paper.content)) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang) == "en-GB"
        with pdf.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
            assert paper.paper.context["cover"].title in str(metadata["dc:title"])
        names = {name for name, _element in structure(pdf.Root.StructTreeRoot)}
    assert {"/Document", "/H1", "/P", "/L"} <= names
    for number, title in [(entry["number"], entry["title"]) for entry in paper.paper.context["entries"]]:
        assert f"{number} {title}" in re.sub(r"\s+", " ", paper.texts[1])
        assert sum(f"{number} {title}" in re.sub(r"\s+", " ", text) for text in paper.texts) >= 2


def test_the_same_records_give_the_same_code_and_nobody_else_gets_a_paper(
    written: Stage, manager: Any, outsider: User, contributor: User
) -> None:
    about = {
        KINDS.STATEMENT: Statement.objects.get(),
        KINDS.IMPACT: ImpactAssessment.objects.get(title="Second"),
        KINDS.DOSSIER: AISystem.objects.get(title="Scorer"),
        KINDS.RISK_REGISTER: None,
    }
    for kind, subject in about.items():
        made = {"organisation": written.organisation, "kind": kind, "subject": subject, "number": 1}
        codes = {code_of(paper_of(Report(**made, requested_by=manager)).figures) for _time in range(2)}
        assert len(codes) == 1, kind
        for stranger in (outsider, contributor):
            if subject is not None:
                with pytest.raises(ObjectDoesNotExist):
                    paper_of(Report(**made, requested_by=stranger))
            else:
                assert paper_of(Report(**made, requested_by=stranger)).figures["risks"] == []


def test_the_register_costs_the_same_queries_for_more_risks(written: Stage, manager: Any) -> None:
    report = Report(organisation=written.organisation, requested_by=manager, kind=KINDS.RISK_REGISTER, number=1)

    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            paper_of(report)
        return len(captured)

    before = cost()
    for _time in range(3):
        risk = make_risk(written.organisation)
        score(risk, likelihood=5, for_individuals=4)
        make_treatment(written.organisation, treats=risk)
    assert cost() == before < 12


# Asking for one


def test_the_button_asks_for_a_report_about_the_record(
    written: Stage, manager: Any, sign_in: SignIn, sent: Any, quick_print: Any
) -> None:
    client, here = sign_in(manager), written.organisation.slug
    scorer = AISystem.objects.get(title="Scorer")
    given = {"kind": "dossier", "subject": scorer.reference, "key": "k"}
    answer = client.post(f"/{here}/reports/new/", given)
    assert answer.status_code == 303
    report = Report.objects.get()
    assert (report.subject_id, report.reference) == (scorer.pk, "DOS-0001")
    assert client.post(f"/{here}/reports/new/", given).url == answer.url
    making.make(report.pk)
    page = client.get(answer.url).content.decode()
    assert "chapters without a gap" in page
    assert f"/{here}/ai-systems/{scorer.reference}/" in SeenPage(client.get(answer.url)).links
    assert scorer.title in client.get(f"/{here}/reports/").content.decode()


@pytest.mark.parametrize(
    "given",
    [
        {"kind": "dossier"},
        {"kind": "novel"},
        {"kind": "statement", "subject": "AIS-01"},
        {"kind": "risk_register", "subject": "AIS-01"},
        {"kind": "dossier", "subject": "AIS-99"},
    ],
)
def test_a_report_about_nothing_or_the_wrong_thing_is_refused(
    given: dict[str, str], organisation: Any, manager: Any, sign_in: SignIn, sent: Any
) -> None:
    make_ai_system(organisation, reference="AIS-01")
    assert sign_in(manager).post(f"/{organisation.slug}/reports/new/", given).status_code == 404
    assert not Report.objects.exists()


def test_two_records_have_two_reports_at_the_same_time(organisation: Any, manager: Any, sent: Any) -> None:
    first, second = (Record.objects.get(pk=make_ai_system(organisation).pk) for _n in range(2))
    asked = [ask_for_report(organisation, kind="dossier", by=manager, key="k", subject=one) for one in (first, second)]
    assert [report.number for report in asked] == [1, 2]
    with pytest.raises(ValidationError):
        ask_for_report(organisation, kind="dossier", by=manager, key="k")


@pytest.mark.parametrize("role", ["contributor", "auditor", "internal_auditor", "administrator"])
def test_who_may_not_ask_gets_none(role: str, request: Any, organisation: Any, sign_in: SignIn) -> None:
    client = sign_in(request.getfixturevalue(role))
    assert client.post(f"/{organisation.slug}/reports/new/", {"kind": "risk_register"}).status_code == 403
    assert not Report.objects.exists()
