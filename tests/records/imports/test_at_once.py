"""Two people, two workers, and workers that die: a register is brought once, whole, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.utils import timezone

from organisations.actions import dismiss
from records.actions import keep
from records.imports import actions, running
from records.imports.actions import ATTEMPTS, KEPT_FOR, Lost, claim, give_up, renew, sweep
from records.imports.importer import Importer
from records.imports.running import run
from records.models import Import, ImportFile
from systems.models import Supplier
from tests.cast import make_supplier, person
from tests.records.imports.bringing import SUPPLIERS, SYSTEMS, Bringing, csv_of, supplier, system

Brings = Callable[[str], Bringing]
State = Import.State


@pytest.fixture
def brings(bringing: Brings) -> Bringing:
    return bringing("suppliers")


def now(brought: Import) -> Import:
    return Import.objects.get(pk=brought.pk)


def let_lapse(brought: Import) -> None:
    Import.objects.filter(pk=brought.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


def started(brings: Bringing, *rows: list[str]) -> Import:
    brought = brings.checked(csv_of(SUPPLIERS, *(rows or [supplier("One")])))
    brings.start(brought)
    return now(brought)


def test_the_worker_is_told_once_the_step_is_committed(
    brings: Bringing, told: list[str], django_capture_on_commit_callbacks: Any
) -> None:
    brought = brings.brought(csv_of(SUPPLIERS, supplier()))
    with django_capture_on_commit_callbacks(execute=True):
        brings.match(brought)
    assert told == [str(brought.pk)]


def test_two_imports_of_the_same_register_wait_for_each_other(brings: Bringing) -> None:
    first, second = started(brings), started(brings)
    assert claim(first.pk) == 1
    assert claim(second.pk) is None
    run(second.pk)
    assert now(second).state == State.IMPORTING
    let_lapse(first)
    run(first.pk)
    assert now(first).state == State.DONE
    run(second.pk)
    assert (now(second).state, now(second).found["moved"], now(second).found["same"]) == (State.CHECKED, True, 1)
    assert Supplier.objects.filter(title="One").count() == 1


def test_two_people_who_bring_the_same_file_make_each_record_once(
    brings: Bringing, organisation: Any, sign_in: Any
) -> None:
    colleague = person("second", organisation, "compliance_officer")
    theirs = Bringing(sign_in(colleague), organisation, "suppliers")
    first, second = started(brings), started(theirs)
    run(first.pk)
    run(second.pk)
    assert [now(first).state, now(second).state] == [State.DONE, State.CHECKED]
    assert Supplier.objects.get(title="One").changed_by != colleague


def test_a_register_of_another_kind_or_organisation_does_not_wait(
    bringing: Brings, outsider: Any, sign_in: Any
) -> None:
    first = started(bringing("suppliers"))
    systems = bringing("ai-systems").checked(csv_of(SYSTEMS, system("One")))
    bringing("ai-systems").start(systems)
    elsewhere = Bringing(sign_in(outsider), outsider.memberships.get().organisation, "suppliers")
    other = started(elsewhere, supplier("One", owner=outsider.email))
    assert [claim(first.pk), claim(systems.pk), claim(other.pk)] == [1, 1, 1]


def test_nothing_is_written_once_a_record_is_no_longer_what_was_shown(
    brings: Bringing, organisation: Any, officer: Any
) -> None:
    known = make_supplier(organisation, title="Known", owner=officer)
    brought = started(brings, supplier("Known", supplies="Something else"), supplier("New"))
    known.service = "Changed meanwhile"
    keep(known, by=officer)
    run(brought.pk)
    assert (now(brought).state, now(brought).found["moved"]) == (State.CHECKED, True)
    assert not Supplier.objects.filter(title="New").exists()
    brings.start(now(brought))
    run(brought.pk)
    known.refresh_from_db()
    assert (now(brought).state, known.service) == (State.DONE, "Something else")


def test_a_change_between_check_and_lock_is_noticed(
    brings: Bringing, organisation: Any, officer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = make_supplier(organisation, title="Known", owner=officer)
    brought = started(brings, supplier("Known", supplies="Something else"), supplier("New"))
    change = running.change

    def late(importer: Importer, changes: Any) -> None:
        keep(Supplier.objects.get(pk=known.pk), by=officer)
        change(importer, changes)

    monkeypatch.setattr(running, "change", late)
    run(brought.pk)
    assert now(brought).state == State.CHECKED
    assert Supplier.objects.get(pk=known.pk).service == "A hosted language model"


@pytest.mark.parametrize("moment", ["create", "link"])
def test_a_worker_that_dies_in_the_middle_leaves_nothing_half(
    moment: str, brings: Bringing, organisation: Any, officer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_supplier(organisation, title="Known", owner=officer)
    brought = started(brings, supplier("Known", supplies="Something else"), supplier("New"))
    before, whole = Supplier.objects.count(), getattr(Importer, moment)

    def die(self: Importer, made: Any) -> None:
        whole(self, made)
        raise OperationalError("the line is cut")

    with monkeypatch.context() as patch:
        patch.setattr(Importer, moment, die)
        with pytest.raises(OperationalError):
            run(brought.pk)
    assert (Supplier.objects.count(), now(brought).state) == (before, State.IMPORTING)
    assert Supplier.objects.get(title="Known").version == 1
    assert claim(brought.pk) is None, "until the lease is over"
    let_lapse(brought)
    run(brought.pk)
    assert (Supplier.objects.count(), now(brought).state) == (before + 1, State.DONE)
    assert not ImportFile.objects.filter(pk=brought.pk).exists()


def test_an_attempt_that_was_taken_over_writes_nothing(brings: Bringing, monkeypatch: pytest.MonkeyPatch) -> None:
    brought = started(brings)
    write = running.write

    def late(taken: Import, attempt: int, checking: Any) -> None:
        let_lapse(taken)
        assert claim(taken.pk) == 2
        write(taken, attempt, checking)

    monkeypatch.setattr(running, "write", late)
    run(brought.pk)
    assert (now(brought).attempt, Supplier.objects.count()) == (2, 0)
    with pytest.raises(Lost):
        renew(brought.pk, 1, 50)


def test_the_sweeper_sends_again_what_was_forgotten_and_gives_up_in_the_end(brings: Bringing, told: list[str]) -> None:
    brought = started(brings)
    assert sweep() == 0, "it may still be on its way"
    Import.objects.filter(pk=brought.pk).update(since=timezone.now() - 2 * actions.PATIENCE)
    assert (sweep(), told[-1]) == (1, str(brought.pk))
    for _n in range(ATTEMPTS):
        assert claim(brought.pk)
        let_lapse(brought)
    sweep()
    assert (now(brought).state, "3 times" in now(brought).error) == (State.FAILED, True)


def test_a_lease_of_a_clock_that_ran_ahead_holds_nobody_up(brings: Bringing, told: list[str]) -> None:
    brought = started(brings)
    assert claim(brought.pk)
    Import.objects.filter(pk=brought.pk).update(lease_until=timezone.now() + 2 * actions.LONGEST)
    assert (sweep(), told[-1]) == (1, str(brought.pk))
    run(brought.pk)
    assert now(brought).state == State.DONE


def test_files_nobody_comes_back_for_are_thrown_away(brings: Bringing) -> None:
    left, done = brings.brought(csv_of(SUPPLIERS, supplier())), brings.imported(csv_of(SUPPLIERS, supplier()))
    Import.objects.update(since=timezone.now() - KEPT_FOR - timedelta(hours=1))
    sweep()
    assert not Import.objects.filter(pk=left.pk).exists()
    assert Import.objects.filter(pk=done.pk).exists(), "what became records is told"


def test_what_is_being_written_cannot_be_thrown_away(brings: Bringing) -> None:
    brought = started(brings)
    give_up(brought)
    assert Import.objects.filter(pk=brought.pk).exists()


def test_who_lost_the_right_meanwhile_imports_nothing(brings: Bringing, organisation: Any, officer: Any) -> None:
    brought = started(brings)
    person("second", organisation, "compliance_officer")
    dismiss(organisation.memberships.get(user=officer))
    run(brought.pk)
    assert (now(brought).state, Supplier.objects.count()) == (State.FAILED, 0)
    assert "may no longer change" in now(brought).error


def test_a_click_on_a_page_that_is_old_starts_nothing(brings: Bringing) -> None:
    brought = brings.checked(csv_of(SUPPLIERS, supplier()))
    brings.client.post(brings.page(brought), {"start": "1", "promise": "what somebody saw before"})
    assert now(brought).state == State.CHECKED
    for _n in range(2):
        brings.start(brought)
    assert now(brought).state == State.IMPORTING


def test_what_was_matched_anew_is_not_what_was_shown(brings: Bringing, organisation: Any, officer: Any) -> None:
    known = make_supplier(organisation, title="Known", owner=officer)
    rows = [[*SUPPLIERS, "Reference"], [*supplier("New"), ""], ["Known", "Else", "", "Low", known.reference]]
    brought = brings.checked(csv_of(*rows))
    shown = brought.promise
    brings.client.post(brings.page(brought), {"again": "1"})
    brings.match(brought, field_3="")
    run(brought.pk)
    brings.client.post(brings.page(brought), {"start": "1", "promise": shown})
    assert now(brought).state == State.CHECKED
