"""An organisation out of a file: all of it or nothing, and each mistake with its line, field and reason."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from io import StringIO
from pathlib import Path

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core.files.storage import default_storage
from django.core.management import call_command

from aims_portal.loading import load
from clauses.models import ExpectedProof, Position
from evidence.models import State
from organisations.models import Membership, Organisation, User
from organisations.rows import BadFileError
from records.models import Record, next_reference
from tests.aims_portal.small_wood import SMALL, of

pytestmark = pytest.mark.django_db


@pytest.fixture
def small(written: Callable[[str], Path]) -> Organisation:
    return load(written(SMALL)).organisation


def test_people_become_members_who_cannot_sign_in_yet(small: Organisation) -> None:
    ann = User.objects.get(email="ann.bee@small.example")
    membership = Membership.objects.get(user=ann, organisation=small)
    assert (membership.role, membership.function) == ("compliance_officer", "Owner")
    assert not ann.has_usable_password()
    assert EmailAddress.objects.filter(user=ann, verified=True, primary=True).exists()


def test_names_make_addresses_in_plain_letters(written: Callable[[str], Path]) -> None:
    people = "\n".join(
        f"- {{id: P{n}, name: {name}, portal_role: manager}}"
        for n, name in enumerate(["Jürgen Groß", "Siobhán O'Neill", "Łukasz van der Ørn", "Cher"])
    )
    load(written(f"organisation: {{name: Small}}\npeople:\n{people}\n"))
    assert set(User.objects.filter(email__endswith="@small.example").values_list("email", flat=True)) == {
        "jurgen.gross@small.example",
        "siobhan.oneill@small.example",
        "lukasz.orn@small.example",
        "cher@small.example",
    }


def test_somebody_known_keeps_one_login(written: Callable[[str], Path], officer: User) -> None:
    load(written(SMALL.replace("name: Bo Ek,", f"name: Bo Ek, email: {officer.email},")))
    assert officer.memberships.count() == 2


def test_given_ids_are_kept_and_new_ones_count_on(small: Organisation) -> None:
    assert of(small, "AIS-07").title == "Sorter"
    assert next_reference(small, "AIS") == "AIS-08"
    assert next_reference(small, "SUP") == "SUP-04"
    assert next_reference(small, "EV") == "EV-12"


def test_systems_know_their_suppliers_and_their_people(small: Organisation) -> None:
    system = of(small, "AIS-07")
    assert [supplier.reference for supplier in system.suppliers.all()] == ["SUP-03"]
    assert (system.owner.name, system.technical_owner.name) == ("Ann Bee", "Bo Ek")
    assert of(small, "SUP-03").result == "approved_with_conditions"


def test_controls_and_clauses_have_their_positions(small: Organisation) -> None:
    kept = Position.objects.of(small)
    assert kept.count() == 70
    planned, excluded, met = of(small, "A.5.5"), of(small, "A.6.1.2"), of(small, "4.1")
    assert (planned.status, planned.basis, planned.status_on) == (
        "not_started",
        ["legal", "contract"],
        date(2026, 10, 1),
    )
    assert (excluded.applicable, excluded.status, excluded.justification) == (False, "", "We develop nothing")
    assert (met.status, met.status_on, met.applicable) == ("met", date(2026, 3, 1), True)
    assert of(small, "5.2").status == ""
    assert kept.filter(status="implemented").count() == 36


def test_a_file_beside_becomes_the_first_version(small: Organisation) -> None:
    item = of(small, "EV-09")
    version = item.latest
    assert version.filename == "log.txt"
    with default_storage.open(version.key) as file:
        assert file.read() == b"10:01 board 4711 sorted\n"
    assert version.added_at.astimezone(small.zone) == datetime(2026, 11, 2, 9, tzinfo=small.zone)
    assert item.received_on == date(2026, 11, 2)
    assert {proof.record.reference for proof in item.proofs.all()} == {"AIS-07", "A.6.2.8", "9.1"}
    assert ExpectedProof.objects.get(evidence=item).expected.name == "Sample logs"


def test_an_absent_file_leaves_an_item_that_says_so(written: Callable[[str], Path]) -> None:
    output = StringIO()
    call_command("load_organisation", written(SMALL), stdout=output)
    item = of(Organisation.objects.get(slug="small"), "EV-10")
    assert item.state(date(2026, 11, 23)) == State.ABSENT
    assert "File absent: EV-10 (plan.pdf)" in output.getvalue()


def test_a_link_is_evidence_too(small: Organisation) -> None:
    assert of(small, "EV-11").latest.url == "https://w.example/"


def test_the_output_says_what_was_loaded_and_where(written: Callable[[str], Path]) -> None:
    output = StringIO()
    call_command("load_organisation", written(SMALL), stdout=output)
    assert "Loaded Small Wood as /small/, time zone Europe/Berlin" in output.getvalue()


@time_machine.travel(datetime(2026, 12, 3, 12, tzinfo=UTC), tick=False)
def test_dates_move_and_words_stay(written: Callable[[str], Path]) -> None:
    text = SMALL.replace("title: Log", "title: Log of 2026-11-02")
    output = StringIO()
    call_command("load_organisation", written(text), "--shift-from", "2026-11-23", stdout=output)
    item = of(Organisation.objects.get(slug="small"), "EV-09")
    assert (item.received_on, item.title) == (date(2026, 11, 12), "Log of 2026-11-02")


def test_today_is_the_day_at_the_organisation(written: Callable[[str], Path]) -> None:
    text = SMALL.replace("sites:", "timezone: Pacific/Auckland\n  sites:")
    with time_machine.travel(datetime(2026, 11, 23, 20, tzinfo=UTC), tick=False):
        made = load(written(text), shift_from=date(2026, 11, 23))
    assert of(made.organisation, "EV-09").received_on == date(2026, 11, 3)


def test_the_same_organisation_cannot_be_loaded_twice(written: Callable[[str], Path], small: Organisation) -> None:
    with pytest.raises(BadFileError, match=r"small\.yaml:2: organisation\.name: .*has been loaded already"):
        load(written(SMALL))


def test_members_of_one_organisation_see_nothing_of_another(small: Organisation, outsider: User) -> None:
    ann = User.objects.get(email="ann.bee@small.example")
    assert not Record.objects.visible_to(outsider).of(small).exists()
    assert not Record.objects.visible_to(ann).exclude(organisation=small).exists()
    assert Record.objects.visible_to(ann).count() == 76


def test_a_contributor_sees_what_is_theirs_and_what_they_look_after(small: Organisation) -> None:
    bo = User.objects.get(email="bo.ek@small.example")
    references = ["AIS-07", "EV-09", "SUP-03"]
    for records in (Record.objects.visible_to(bo), Record.objects.changeable_by(bo)):
        assert list(records.order_by("reference").values_list("reference", flat=True)) == references
