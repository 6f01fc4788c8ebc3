"""The coverage of a framework on paper: the figures of the page, weak relations left out."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import pikepdf
import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone, translation

from clauses.crosswalks.coverage import coverage_of, words_of
from clauses.models import OtherFramework, Position
from reports.actions import ask_for_report
from reports.models import Report
from reports.papers import paper_of
from tests.cast import make_evidence
from tests.clauses.crosswalks.making import make_framework, make_mapping
from tests.pages import SeenPage
from tests.reports.test_paper import structure
from tests.reports.test_risk_papers import Printing, squeezed

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]


class CoveragePrinting(Printing):
    """A coverage made and read; `Printing` makes reports without parameters."""

    def __init__(self, organisation: Any, by: Any, code: str) -> None:
        made = Report.objects.create

        def with_framework(**columns: Any) -> Report:
            return made(**columns, parameters={"framework": code})

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Report.objects, "create", with_framework)
            super().__init__(organisation, by, Report.Kind.COVERAGE)


def figure_texts(figure: dict[str, Any]) -> list[str]:
    """A figure as it may be read off paper: its number stands above its words."""
    count = f"{figure['value']} of {figure['of']}"
    return [f"{figure['label']} {count}", f"{count} {figure['label']}"]


def test_it_prints_the_figures_of_the_page(organisation: Any, manager: Any, sign_in: SignIn) -> None:
    item = make_evidence(organisation, proves=Position.objects.get(organisation=organisation, reference="6.1.2"))
    code = "eu-ai-act"
    printing = CoveragePrinting(organisation, manager, code)
    framework = OtherFramework.objects.get(code=code)
    found = coverage_of(framework, organisation, seen_by=manager, on=organisation.today())
    page = " ".join(SeenPage(sign_in(manager).get(f"/{organisation.slug}/frameworks/{code}/"), within="main").texts)
    for figure in printing.paper.figures["headline"]:
        assert f"{figure['label']} {figure['value']} of {figure['of']}" in page
        assert len(printing.says(*figure_texts(figure))) < 2, (figure, printing.text[:3000])
    text = squeezed(printing.text)
    for line in found.lines:
        assert squeezed(f"{line.requirement.ref} {line.requirement.title}") in text
        assert squeezed(words_of(line.found)) in text
        for one in line.claimed:
            assert squeezed(f"{one.served.requirement.number} {one.served.requirement.title}") in text
    assert not printing.says(item.reference, "Our note, to be checked", "174 published mappings", "EU AI Act")
    assert "weak," not in printing.text
    assert " compliant" not in printing.text
    with pikepdf.open(io.BytesIO(printing.content)) as pdf:
        kinds = [kind for kind, _element in structure(pdf.Root.StructTreeRoot)]
        assert pdf.Root.Lang == "en-GB"
    assert kinds.count("/Table") >= len({line["under"] for line in printing.paper.figures["requirements"]})
    assert "/TH" in kinds


def test_another_framework_replaces_nothing_and_the_newest_of_one_does(organisation: Any, manager: Any) -> None:
    for code in ("gdpr", "ccpa"):
        first = CoveragePrinting(organisation, manager, code)
        assert "replaces version" not in first.text
        Report.objects.filter(pk=first.report.pk).update(state="done", as_of=timezone.now())
    assert "replaces version 1 of" in CoveragePrinting(organisation, manager, "gdpr").text


def test_own_mappings_are_called_so(organisation: Any, officer: Any) -> None:
    made = make_framework(organisation, officer)
    make_mapping(organisation, officer, framework=made.code, ref="H-1")
    printing = CoveragePrinting(organisation, officer, made.code)
    assert not printing.says("0 published mappings, 1 own", "intersects, strong, own", "Customer code")


def test_it_is_asked_for_on_the_page_and_by_programs(
    organisation: Any, manager: Any, sign_in: SignIn, sent: list[str]
) -> None:
    client = sign_in(manager)
    form = SeenPage(client.get(f"/{organisation.slug}/frameworks/gdpr/"), within="main").form_with("kind")
    assert client.post(form.action, form.data()).status_code == 303
    report = Report.objects.get()
    assert (report.kind, report.parameters, report.reference) == ("coverage", {"framework": "gdpr"}, "COV-0001")
    assert report.title == "Coverage of a framework: gdpr"
    assert client.post(form.action, form.data(framework=["none-such"])).status_code == 404
    api = f"/api/v1/{organisation.slug}/reports/"
    for given, status in (({"framework": "ccpa"}, 202), ({}, 400), ({"framework": "own-x"}, 400)):
        answer = client.post(api, {"kind": "coverage"} | given, content_type="application/json")
        assert answer.status_code == status, answer.content


def test_one_of_another_organisation_cannot_be_made(
    organisation: Any, officer: Any, other_organisation: Any, outsider: Any, sign_in: SignIn
) -> None:
    made = make_framework(organisation, officer)
    answer = sign_in(outsider).post(
        f"/{other_organisation.slug}/reports/new/", {"kind": "coverage", "framework": made.code}
    )
    assert answer.status_code == 404
    report = ask_for_report(
        other_organisation, kind="coverage", by=outsider, key="x", parameters={"framework": made.code}
    )
    with translation.override("en-gb"), pytest.raises(OtherFramework.DoesNotExist):
        paper_of(report)
    assert re.match("COV", report.reference)
    with pytest.raises(ValidationError):
        ask_for_report(organisation, kind="coverage", by=officer, key="y")
