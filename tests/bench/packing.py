"""Builds one evidence pack and says what that took: `python -m tests.bench.packing SLUG EMAIL`, for `packs`."""

from __future__ import annotations

import json
import sys
import time
from uuid import uuid4

from .register import most_memory


def main(slug: str, email: str) -> None:
    import django

    django.setup()
    from django.core.files.storage import default_storage

    from organisations.models import Organisation, User
    from records.sealing.sealer import seal
    from reports import making
    from reports.actions import ask_for_report
    from reports.models import Report

    organisation, officer = Organisation.objects.get(slug=slug), User.objects.get(email=email)
    seal()
    report = ask_for_report(
        organisation, kind=Report.Kind.EVIDENCE_PACK, by=officer, key=uuid4().hex, format="zip", parameters={}
    )
    before = most_memory()
    start, used = time.perf_counter(), time.process_time()
    making.make(report.pk)
    found = {
        "seconds": time.perf_counter() - start,
        "cpu": time.process_time() - used,
        "megabytes": most_memory(),
        "before": before,
    }
    report.refresh_from_db()
    assert report.state == Report.State.DONE, report.error
    found |= {"size": report.size, "path": default_storage.path(report.key)}
    print(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:3])
