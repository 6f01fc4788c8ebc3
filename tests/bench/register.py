"""Makes one report and says what that took: `python -m tests.bench.register SLUG EMAIL [KIND [FORMAT]]`."""

from __future__ import annotations

import json
import re
import sys
import time
from pathlib import Path


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


def most_memory() -> float:
    """The most this process held, in megabytes. (`ru_maxrss` would count what the bench held when it started this.)"""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found, "Linux tells it"
    return int(found.group(1)) / 1024


if __name__ == "__main__":
    main(*sys.argv[1:5])
