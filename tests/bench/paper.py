"""The readiness report as a PDF, from records to file, beside WeasyPrint alone on the same HTML."""

from __future__ import annotations

from django.template.loader import render_to_string
from django.utils import timezone
from weasyprint import HTML

from reports.models import Report
from reports.outline import context_of
from reports.paper import OPTIONS, OURS, StaticFetcher, printed
from reports.readiness import readiness

from .figures import Part
from .meters import interleaved
from .stock import Stocked


def setting(stock: Stocked, *, rounds: int) -> Part:
    how = "CPU of deriving, drawing and setting the report, divided by that of WeasyPrint on its HTML, PDF/UA as well."
    part = Part("Readiness report", how)
    report = Report(organisation=stock.organisation, requested_by=stock.officer, requested_at=timezone.now(), number=1)
    result = readiness(stock.organisation, stock.officer)
    html = render_to_string("paper/readiness.html", context_of(report, result, "0000"))
    pages: list[int] = []

    def alone() -> None:
        HTML(string=html, base_url=OURS, url_fetcher=StaticFetcher()).write_pdf(**OPTIONS)

    def ours() -> None:
        fresh = readiness(stock.organisation, stock.officer)
        pages.append(printed(report, fresh, "0000", lambda progress, count: None)[1])

    ratio = interleaved({"report": ours}, alone, rounds=rounds, warm=rounds // 3)["report"]
    low, high = ratio.quartiles
    part.add(f"{pages[0]} pages, × WeasyPrint alone", ratio.median, 1.1, spread=f"{low:.2f}–{high:.2f}")
    part.add("CPU", ratio.case.median / 1000, unit=" s")
    return part
