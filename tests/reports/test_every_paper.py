"""Every kind of report, whatever is added later: made from an empty and a full organisation, and read by machines."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import pikepdf
import pytest
from django.core.files.storage import default_storage
from django.urls import reverse
from pypdf import PdfReader
from weasyprint import HTML

from records.models import Record
from reports import making
from reports.actions import ask_for_report
from reports.asking import parameters_of
from reports.models import ReadinessSnapshot, Report
from reports.papers import PAPERS
from reports.verification import code_of
from tests.ageing import happened_before
from tests.audits.improving_making import make_review
from tests.audits.making import make_audit
from tests.cast import make_ai_system
from tests.clauses.gaps.making import make_gap_run
from tests.reports.conftest import Stage
from tests.reports.pdf_ua import faults_of
from tests.risk_cast import make_impact_assessment, make_statement

K = Report.Kind
# What each kind is about: a new kind that is about a record names who makes one.
ABOUT: dict[str, Callable[..., Record]] = {
    K.STATEMENT: make_statement,
    K.IMPACT: make_impact_assessment,
    K.DOSSIER: make_ai_system,
    K.GAP_RUN: make_gap_run,
    K.AUDIT: make_audit,
    K.REVIEW: make_review,
}


def asked_with(kind: str, organisation: Any, by: Any) -> dict[str, Any]:
    """What a kind is asked with; of two days the first is a month ago, when everything was as it is."""
    if kind == K.EVOLUTION:
        today = organisation.today()
        return {"since": (today - happened_before(30)).isoformat(), "until": today.isoformat()}
    return parameters_of(kind, {"framework": "eu-ai-act"}, organisation=organisation, by=by)


def made(organisation: Any, by: Any, kind: str, format: str = "pdf") -> tuple[Report, bytes]:
    """The report of a kind and its file, made as the worker makes it."""
    subject = Record.objects.get(pk=ABOUT[kind](organisation).pk) if kind in ABOUT else None
    parameters = asked_with(kind, organisation, by)
    wanted = {"format": format, "parameters": parameters}
    report = ask_for_report(organisation, kind=kind, by=by, key=f"{kind} {format}", subject=subject, **wanted)
    making.make(report.pk)
    report.refresh_from_db()
    assert report.state == Report.State.DONE, report.error
    with default_storage.open(report.key) as file:
        return report, file.read()


def text_of(content: bytes) -> str:
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages))


def check(report: Report, content: bytes) -> None:
    assert faults_of(content) == []
    text, verify = text_of(content), reverse("report-verify", kwargs={"organisation": report.organisation.slug})
    assert code_of(report.figures) == report.code
    assert report.code.replace("-", " ") in text
    assert re.sub(r"\s", "", verify) in re.sub(r"\s", "", text), "the address at which it is checked"
    assert report.reference in text
    assert report.organisation.name in text


@pytest.mark.parametrize("kind", PAPERS)
def test_each_kind_is_made_of_an_empty_organisation(
    kind: str, other_organisation: Any, outsider: Any, sent: Any
) -> None:
    check(*made(other_organisation, outsider, kind))


@pytest.mark.parametrize("kind", PAPERS)
def test_each_kind_is_made_of_a_full_organisation(kind: str, assessed: Stage, manager: Any, sent: Any) -> None:
    before = {"clauses": {"met": 1, "of": 32}, "controls": {"met": 0, "of": 30}}
    ReadinessSnapshot.objects.create(
        organisation=assessed.organisation, on=assessed.day(-90), verdict="not_ready", figures=before
    )
    report, content = made(assessed.organisation, manager, kind)
    check(report, content)
    if kind == K.READINESS:
        assert "90 days ago" in text_of(content)
    if kind == K.INTERVIEW:
        assert report.pages == 1
        assert manager.name in text_of(content)


def test_a_file_without_tags_is_found_out() -> None:
    plain = HTML(string="<html lang=en><title>T</title><h1>A</h1><table><tr><td>1</td></tr></table></html>").write_pdf()
    assert {"not marked as tagged", "no structure tree", "does not claim PDF/UA-1"} <= set(faults_of(plain))


def test_what_a_tagged_file_lacks_is_found_out() -> None:
    html = (
        "<html><body><h3>Deep</h3><table><tr><td>1</td></tr></table>"
        '<svg width="9" height="9"><path d="M0 0H9"/></svg></body></html>'
    )
    found = faults_of(HTML(string=html).write_pdf(pdf_variant="pdf/ua-1"))
    assert {"a table without header cells", "no language", "/H3 follows a heading of level 0"} <= set(found)


def test_each_single_claim_counts(other_organisation: Any, outsider: Any, sent: Any) -> None:
    _report, content = made(other_organisation, outsider, K.INTERVIEW)
    for key, fault in (
        ("/MarkInfo", "not marked as tagged"),
        ("/Lang", "no language"),
        ("/ViewerPreferences", "the title is not shown"),
        ("/StructTreeRoot", "no structure tree"),
    ):
        with pikepdf.open(io.BytesIO(content)) as pdf:
            del pdf.Root[key]
            out = io.BytesIO()
            pdf.save(out)
        assert fault in faults_of(out.getvalue()), key
