"""The officer builds the pack of an audit; offline its verifier says OK, and names what is altered (A10, step 4)."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

from clauses.models import Position
from records.sealing.sealer import seal
from reports.models import Report, Taking
from tests.browser import assert_no_axe_violations, assert_no_axe_violations_in_both_themes
from tests.cast import make_ai_system
from tests.reports.pack.packing import file_of
from tests.risk_cast import make_risk
from tests.room_cast import make_audit, opened_room

READY_IN = 120_000


def test_the_officer_builds_the_pack_of_an_audit_and_checks_it_offline(
    signed_in_page: Callable[[Any], Page], organisation: Any, officer: Any, job_worker: Any, tmp_path: Path
) -> None:
    system, audit = make_ai_system(organisation), make_audit(organisation, title="Stage 1")
    position = Position.objects.get(organisation=organisation, reference="6.1.2")
    item = file_of(organisation, officer, make_risk(organisation, system=system), position, name="minutes.txt")
    seal()
    page = signed_in_page(officer)
    page.goto(audit.get_absolute_url())
    page.get_by_role("link", name="Evidence pack").click()
    expect(page.get_by_role("heading", name="What it holds now")).to_be_visible()
    expect(page.get_by_role("definition").filter(has_text="Stage 1")).to_be_visible()
    assert_no_axe_violations_in_both_themes(page)
    page.get_by_role("button", name="Build evidence pack").click()
    expect(page).to_have_url(re.compile(rf"/{organisation.slug}/reports/[0-9a-f-]{{36}}/$"))
    link = page.get_by_role("link", name="Download ZIP")
    expect(link).to_be_visible(timeout=READY_IN)
    assert_no_axe_violations_in_both_themes(page)
    folder = taken_away(page, link, tmp_path)
    assert Taking.objects.get().person == officer
    page.reload()
    expect(page.get_by_role("heading", name="Taken away by")).to_be_visible()

    assert (folder / f"evidence/{item.reference}/v1/minutes.txt").exists()
    report = Report.objects.get()
    code, said = verified(folder, "--head", report.figures["pack"]["head"])
    assert code == 0, said
    assert said.endswith("OK\n")
    (folder / f"evidence/{item.reference}/v1/minutes.txt").write_text("Nothing happened")
    code, said = verified(folder)
    assert code == 1
    assert f"ALTERED  evidence/{item.reference}/v1/minutes.txt: changed" in said


def taken_away(page: Page, link: Locator, tmp_path: Path) -> Path:
    """The folder in which the downloaded archive was unpacked."""
    with page.expect_download() as arriving:
        link.click()
    archive, folder = tmp_path / arriving.value.suggested_filename, tmp_path / "offline"
    arriving.value.save_as(archive)
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(folder)
    return folder


def verified(folder: Path, *options: str) -> tuple[int, str]:
    """The verifier that lies in the pack, run there."""
    command = [sys.executable, "verify.py", *options]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


def test_an_auditor_takes_the_pack_of_the_room_away(
    signed_in_page: Callable[[Any], Page], organisation: Any, officer: Any, job_worker: Any, tmp_path: Path
) -> None:
    system = make_ai_system(organisation)
    file_of(organisation, officer, system)
    room = opened_room(organisation, systems=[system], downloads=True)
    page = signed_in_page(room.person)
    page.goto(f"/{organisation.slug}/room/")
    page.get_by_role("link", name="Take it with you").click()
    assert_no_axe_violations(page)
    page.get_by_role("button", name="Build evidence pack").click()
    link = page.get_by_role("link", name=re.compile("Take the pack away"))
    for _second in range(READY_IN // 1000):
        if link.count():
            break
        page.wait_for_timeout(1000)
        page.reload()
    assert_no_axe_violations_in_both_themes(page)
    assert verified(taken_away(page, link, tmp_path))[0] == 0
