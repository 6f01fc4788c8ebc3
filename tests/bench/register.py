"""Makes one risk register and says what that took: `python -m tests.bench.register SLUG EMAIL`, for `paper`."""

from __future__ import annotations

import json
import re
import sys
import time
from pathlib import Path


def main(slug: str, email: str) -> None:
    import django

    django.setup()
    from django.utils import translation

    from organisations.models import Organisation, User
    from reports.models import Report
    from reports.papers import paper_of
    from reports.papers.printing import printed

    organisation, officer = Organisation.objects.get(slug=slug), User.objects.get(email=email)
    report = Report(organisation=organisation, requested_by=officer, kind=Report.Kind.RISK_REGISTER, number=1)
    start, used = time.perf_counter(), time.process_time()
    with translation.override("en-gb"):
        _content, pages = printed(report, paper_of(report), "0000", lambda progress, count: None)
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
    main(*sys.argv[1:3])
