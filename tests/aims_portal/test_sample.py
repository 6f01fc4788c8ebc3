"""The demo's organisations: loaded once, kept, and open to their people with one password."""

from __future__ import annotations

import csv
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.test import Client

from aims_portal.sample.accounts import HERE
from evidence.models import Evidence
from organisations.models import Organisation, User
from records.models import Record
from systems.models import AISystem

pytestmark = pytest.mark.django_db
FILES = sorted((HERE / "files").iterdir())


@pytest.fixture
def data(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A data directory of its own, and a password everybody knows; hashed cheaply, because it is only a test."""
    settings.DATA_DIR = tmp_path
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    monkeypatch.setenv("AIMS_DEMO_PASSWORD", "seven grey herons")
    return tmp_path


def said(command: str) -> str:
    output = StringIO()
    call_command(command, stdout=output)
    return output.getvalue()


def test_both_organisations_are_loaded_with_all_their_files(data: Path) -> None:
    said("load_sample")
    for slug, systems, items in (("meridia", 6, 12), ("outpost", 1, 1)):
        organisation = Organisation.objects.get(slug=slug)
        assert AISystem.objects.of(organisation).count() == systems
        assert Evidence.objects.present().of(organisation).count() == items
        assert not AISystem.objects.of(organisation).filter(class_reason="").exists()
        assert not AISystem.objects.of(organisation).filter(scope_reason="").exists()


@time_machine.travel(datetime(2027, 6, 30, 12, tzinfo=UTC), tick=False)
def test_its_day_is_today(data: Path) -> None:
    said("load_sample")
    meridia = Organisation.objects.get(slug="meridia")
    expired, expiring = Evidence.objects.expired(meridia.today()), Evidence.objects.expiring(meridia.today())
    assert [item.reference for item in expired.of(meridia)] == ["EV-12"]
    assert [item.reference for item in expiring.of(meridia)] == ["EV-02"]


def test_everybody_can_sign_in_and_is_listed(data: Path) -> None:
    said("load_sample")
    listed = said("sample_accounts")
    assert "seven grey herons" in listed
    for email in ("rita.falcao@meridia", "admin@meridia", "owen.marsh@certbody", "olga.stranger@outpost"):
        assert f"{email}.example" in listed
        assert Client().login(email=f"{email}.example", password="seven grey herons")


def test_a_second_time_keeps_everything(data: Path) -> None:
    said("load_sample")
    rita = User.objects.get(email="rita.falcao@meridia.example")
    rita.set_password("my own from now on")
    rita.save()
    before = Record.objects.count()
    assert said("load_sample").count("is kept") == 2
    rita.refresh_from_db()
    assert rita.check_password("my own from now on")
    assert Record.objects.count() == before


def test_the_password_is_kept_where_only_its_owner_reads_it(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AIMS_DEMO_PASSWORD")
    said("load_sample")
    kept = data / "demo-password"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert said("sample_accounts").endswith(f"Password of all of them: {kept.read_text()}")
    assert Client().login(email="rita.falcao@meridia.example", password=kept.read_text().strip())


def test_a_weak_password_is_refused(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIMS_DEMO_PASSWORD", "demo")
    with pytest.raises(CommandError, match="AIMS_DEMO_PASSWORD"):
        said("load_sample")
    assert not Organisation.objects.filter(slug="meridia").exists()


@pytest.mark.parametrize("command", ["load_sample", "sample_accounts"])
def test_a_real_installation_has_no_sample_accounts(data: Path, settings: Any, command: str) -> None:
    settings.DEMO = settings.DEBUG = settings.TESTING = False
    with pytest.raises(CommandError, match="only in the demo"):
        said(command)
    assert not User.objects.filter(email__endswith="@meridia.example").exists()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_its_files_are_small_and_harmless(path: Path) -> None:
    assert 0 < path.stat().st_size < 40_000
    if path.suffix == ".csv":
        with path.open(newline="") as file:
            assert not [cell for row in csv.reader(file) for cell in row if cell.startswith(("=", "+", "-", "@"))]
