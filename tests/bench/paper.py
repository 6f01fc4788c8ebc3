"""Reports as PDF, from records to file, beside WeasyPrint alone on the same HTML; and what a whole process needs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from django.utils import timezone
from weasyprint import HTML

from reports.models import Report
from reports.papers import paper_of
from reports.papers.printing import OPTIONS, OURS, StaticFetcher, html_of, printed
from risks.models import Statement

from .figures import Part
from .meters import interleaved
from .stock import Stocked

ROOT = Path(__file__).resolve().parents[2]
HOW = "CPU of deriving, drawing and setting the report, divided by that of WeasyPrint on its HTML, PDF/UA as well."
SECONDS, MEGABYTES = 8, 350


def setting(stock: Stocked, *, rounds: int) -> Part:
    part = Part("Readiness report", HOW)
    beside_weasyprint(part, report_of(stock, Report.Kind.READINESS), rounds=rounds, what="")
    return part


def setting_risks(stock: Stocked, *, rounds: int) -> Part:
    """The risk register and the Statement of Applicability."""
    part = Part(f"Risk register of {stock.size.risks:,} risks, and Statement of Applicability", HOW)
    register, statement = report_of(stock, Report.Kind.RISK_REGISTER), report_of(stock, Report.Kind.STATEMENT)
    beside_weasyprint(part, register, rounds=rounds, what="register, ")
    beside_weasyprint(part, statement, rounds=rounds, what="Statement, ")
    alone = apart(stock)
    part.add("register, in a process of its own", alone["seconds"], SECONDS, unit=" s", spread="wall time")
    part.add("register, most memory of it", alone["megabytes"], MEGABYTES, unit=" MB")
    return part


def report_of(stock: Stocked, kind: str) -> Report:
    subject = None
    if kind == Report.Kind.STATEMENT:
        subject = Statement.objects.of(stock.organisation)[0].record_ptr
    return Report(
        organisation=stock.organisation,
        requested_by=stock.officer,
        requested_at=timezone.now(),
        kind=kind,
        subject=subject,
        number=1,
    )


def beside_weasyprint(part: Part, report: Report, *, rounds: int, what: str) -> None:
    html = html_of(report, paper_of(report), "0000")
    pages: list[int] = []

    def alone() -> None:
        HTML(string=html, base_url=OURS, url_fetcher=StaticFetcher()).write_pdf(**OPTIONS)

    def ours() -> None:
        pages.append(printed(report, paper_of(report), "0000", lambda progress, count: None)[1])

    ratio = interleaved({"report": ours}, alone, rounds=rounds, warm=rounds // 3)["report"]
    low, high = ratio.quartiles
    part.add(f"{what}{pages[0]} pages, × WeasyPrint alone", ratio.median, 1.1, spread=f"{low:.2f}–{high:.2f}")
    part.add(f"{what}CPU", ratio.case.median / 1000, unit=" s")


def apart(stock: Stocked) -> dict[str, float]:
    """Seconds and megabytes of a fresh process that makes one register, its start left out of the time."""
    command = [sys.executable, "-m", "tests.bench.register", stock.organisation.slug, stock.officer.email]
    answer = subprocess.run(command, cwd=ROOT, env=os.environ, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(answer.stdout.splitlines()[-1])
    return found
