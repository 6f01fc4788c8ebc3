"""Programs ask for an evidence pack of an audit, an AI system or everything, and fetch it in parts."""

from __future__ import annotations

from typing import Any

import pytest

from reports import making
from reports.models import Report
from tests.cast import make_ai_system, make_supplier

pytestmark = pytest.mark.django_db


def test_a_program_asks_for_a_pack_and_fetches_it(
    organisation: Any, manager: Any, program: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("organisations.workers.current_app.send_task", lambda *args, **options: None)
    system, ask = make_ai_system(organisation), program(manager)
    answer = ask("post", "reports/", {"kind": "evidence_pack", "subject": system.reference})
    assert answer.status_code == 202
    report = Report.objects.get()
    assert (report.format, report.parameters) == ("zip", {"system": system.reference})
    making.make(report.pk)
    told = ask("get", f"reports/{report.pk}/").json()
    assert told["state"] == "done"
    whole = ask("get", f"reports/{report.pk}/download/")
    assert whole["Content-Type"] == "application/zip"
    assert len(whole.getvalue()) == told["size"]
    assert ask("post", "reports/", {"kind": "evidence_pack"}).status_code == 202
    supplier = make_supplier(organisation)
    refused = ask("post", "reports/", {"kind": "evidence_pack", "subject": supplier.reference})
    assert refused.status_code == 400
    assert "subject" in refused.json()["error"]["fields"]
