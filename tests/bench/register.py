"""Makes one report and says what that took: `python -m tests.bench.register SLUG EMAIL [KIND [FORMAT]]`."""

from __future__ import annotations

import json
import re
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from organisations.models import Organisation, User
    from records.models import Record


def main(slug: str, email: str, kind: str = "risk_register", format: str = "pdf") -> None:
    import django

    django.setup()
    from django.utils import translation

    from organisations.models import Organisation, User
    from reports.models import Report
    from reports.papers import paper_of
    from reports.papers.printing import printed
    from reports.sheets import sheets_of
    from reports.sheets.book import booked

    organisation, officer = Organisation.objects.get(slug=slug), User.objects.get(email=email)
    report = Report(organisation=organisation, requested_by=officer, kind=kind, format=format, number=1)
    report.subject = subject_of(organisation, kind)
    report.parameters = asked_with(organisation, officer, kind)
    start, used = time.perf_counter(), time.process_time()
    with translation.override("en-gb"):
        paper, pages = paper_of(report), None
        if format == Report.Format.XLSX:
            booked(report, paper, "0000", sheets_of(report, paper))
        else:
            _content, pages = printed(report, paper, "0000", lambda progress, count: None)
    found = {
        "seconds": time.perf_counter() - start,
        "cpu": time.process_time() - used,
        "megabytes": most_memory(),
        "pages": pages,
    }
    print(json.dumps(found))


def subject_of(organisation: Organisation, kind: str) -> Record | None:
    """The first record of what this kind is about; of AI systems that is the one with most risks."""
    from records.models import Record
    from reports.models import Report

    return Record.objects.filter(organisation=organisation, kind=Report.SUBJECTS.get(kind, "")).order_by("pk").first()


def asked_with(organisation: Organisation, officer: User, kind: str) -> dict[str, Any]:
    """A framework for a coverage, and all days there are for what lies between two."""
    from records.past.days import first_day
    from reports.asking import parameters_of
    from reports.models import Report

    if kind == Report.Kind.EVOLUTION:
        return {"since": first_day(organisation).isoformat(), "until": organisation.today().isoformat()}
    return parameters_of(kind, {"framework": "eu-ai-act"}, organisation=organisation, by=officer)


def most_memory() -> float:
    """The most this process held, in megabytes. (`ru_maxrss` would count what the bench held when it started this.)"""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found, "Linux tells it"
    return int(found.group(1)) / 1024


if __name__ == "__main__":
    main(*sys.argv[1:5])
