"""A report is made once, by one worker, whatever gets lost, doubled or killed on the way."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import OperationalError, connection
from django.utils import timezone

from organisations.actions import dismiss
from reports import actions, filing, making
from reports.actions import ask_for_report, claim, keep, renew, sweep
from reports.models import Report

State = Report.State


def ask(organisation: Any, by: Any, key: str = "k") -> Report:
    return ask_for_report(organisation, kind=Report.Kind.READINESS, by=by, key=key)


def asked_again(report: Report) -> Report:
    return Report.objects.get(pk=report.pk)


@pytest.fixture
def report(organisation: Any, manager: Any, sent: list[str]) -> Report:
    return ask(organisation, manager)


def file_of(report: Report) -> bytes:
    with filing.opened(asked_again(report)) as file:
        return file.read()


def let_lapse(report: Report) -> None:
    Report.objects.filter(pk=report.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


def test_asking_writes_a_row_and_sends_it_after_the_commit(
    organisation: Any, manager: Any, sent: list[str], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        report = ask(organisation, manager)
        assert sent == []
    assert sent == [str(report.pk)]
    assert (report.state, report.reference) == (State.QUEUED, "RDY-0001")


def test_a_double_click_is_one_report(organisation: Any, manager: Any, sent: list[str]) -> None:
    first = ask(organisation, manager, "one form")
    assert ask(organisation, manager, "one form") == first
    Report.objects.update(state=State.DONE)
    assert ask(organisation, manager, "one form") == first
    assert Report.objects.count() == 1


def test_while_one_waits_the_same_person_gets_that_one(
    organisation: Any, manager: Any, officer: Any, sent: Any
) -> None:
    first = ask(organisation, manager, "a")
    assert ask(organisation, manager, "b") == first
    assert ask(organisation, officer, "b") != first
    assert sorted(Report.objects.values_list("number", flat=True)) == [1, 2]


def test_numbers_count_up_in_each_organisation(
    organisation: Any, other_organisation: Any, manager: Any, outsider: Any, sent: Any
) -> None:
    for key in "abc":
        ask(organisation, manager, key)
        Report.objects.update(state=State.FAILED)
    assert ask(other_organisation, outsider, "a").number == 1
    assert ask(organisation, manager, "d").number == 4


def test_a_broker_that_is_down_does_not_break_asking(
    organisation: Any, manager: Any, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    def refuse(*args: Any, **kwargs: Any) -> None:
        from kombu.exceptions import OperationalError as NoBroker

        raise NoBroker("Connection refused")

    monkeypatch.setattr("organisations.workers.current_app.send_task", refuse)
    with django_capture_on_commit_callbacks(execute=True):
        report = ask(organisation, manager)
    assert asked_again(report).state == State.QUEUED


def test_a_report_can_be_claimed_once(report: Report) -> None:
    assert claim(report.pk) == 1
    assert claim(report.pk) is None
    let_lapse(report)
    assert claim(report.pk) == 2


@pytest.mark.django_db(transaction=True)
def test_of_two_workers_at_once_one_gets_it(organisation: Any, manager: Any, sent: Any) -> None:
    report, barrier, got = ask(organisation, manager), threading.Barrier(2), []

    def worker() -> None:
        barrier.wait()
        got.append(claim(report.pk))
        connection.close()

    threads = [threading.Thread(target=worker) for _n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got, key=str) == [1, None]


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_are_one_report(organisation: Any, manager: Any, sent: list[str]) -> None:
    barrier, got = threading.Barrier(2), []

    def click() -> None:
        barrier.wait()
        got.append(ask(organisation, manager, "one form").pk)
        connection.close()

    threads = [threading.Thread(target=click) for _n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(got)) == 1
    assert sent == [str(got[0])]


def test_a_finished_report_has_file_hash_figures_and_code(report: Report, quick_print: Any) -> None:
    making.make(report.pk)
    done = asked_again(report)
    assert (done.state, done.progress, done.pages, done.attempt) == (State.DONE, 100, 3, 1)
    assert done.code == making.code_of(done.figures)
    assert file_of(done) == b"%PDF- " + done.code.encode()
    assert done.key == f"{done.organisation_id}/reports/{done.pk}.pdf"
    assert done.lease_until is None


def test_a_second_message_does_nothing(report: Report, quick_print: Any) -> None:
    making.make(report.pk)
    before = asked_again(report)
    making.make(report.pk)
    assert asked_again(report).finished_at == before.finished_at


def test_an_attempt_that_was_overtaken_keeps_nothing(report: Report) -> None:
    first = claim(report.pk)
    let_lapse(report)
    second = claim(report.pk)
    assert (first, second) == (1, 2)
    with pytest.raises(actions.Lost):
        renew(report.pk, first, 50)
    with pytest.raises(actions.Lost):
        keep(report, first, b"late")
    keep(report, second, b"right")
    assert file_of(report) == b"right"
    with pytest.raises(actions.Lost):
        keep(report, first, b"much later")
    assert file_of(report) == b"right"


def test_being_overtaken_while_printing_is_no_failure(report: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    def printed(report: Report, result: Any, code: str, alive: Any) -> tuple[bytes, int]:
        let_lapse(report)
        assert claim(report.pk) == 2
        alive(50, 0)
        raise AssertionError("an attempt that was overtaken went on")

    monkeypatch.setattr("reports.making.printed", printed)
    making.make(report.pk)
    assert (asked_again(report).state, asked_again(report).attempt) == (State.RUNNING, 2)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ValueError("no such thing"), "ValueError: no such thing"),
        (OSError(28, "No space left on device"), "could not be stored: No space left on device"),
        (MemoryError(), "not enough memory"),
    ],
)
def test_a_rendering_that_fails_says_why(
    report: Report, monkeypatch: pytest.MonkeyPatch, error: Exception, words: str, caplog: Any
) -> None:
    def printed(*args: Any) -> Any:
        raise error

    monkeypatch.setattr("reports.making.printed", printed)
    making.make(report.pk)
    failed = asked_again(report)
    assert (failed.state, failed.key) == (State.FAILED, "")
    assert words in failed.error
    assert str(report.pk) in caplog.text


def test_a_database_that_is_away_is_tried_again(report: Report, monkeypatch: pytest.MonkeyPatch, sent: Any) -> None:
    def printed(*args: Any) -> Any:
        raise OperationalError("server closed the connection")

    monkeypatch.setattr("reports.making.printed", printed)
    with pytest.raises(OperationalError):
        making.make(report.pk)
    assert asked_again(report).state == State.RUNNING
    let_lapse(report)
    assert sweep() == 1


def test_who_left_meanwhile_gets_no_report(report: Report, manager: Any, quick_print: Any) -> None:
    dismiss(manager.memberships.get())
    making.make(report.pk)
    assert asked_again(report).state == State.FAILED
    assert "no longer" in asked_again(report).error


def test_the_sweeper_sends_what_was_forgotten(report: Report, sent: list[str]) -> None:
    assert sweep() == 0
    Report.objects.update(requested_at=timezone.now() - timedelta(minutes=1))
    assert sweep() == 1
    assert sent == [str(report.pk)]
    claim(report.pk)
    assert sweep() == 0
    let_lapse(report)
    assert sweep() == 1


def test_the_sweeper_gives_up_after_three_attempts(report: Report, sent: list[str]) -> None:
    for attempt in (1, 2, 3):
        assert claim(report.pk) == attempt
        let_lapse(report)
    assert claim(report.pk) is None
    assert sweep() == 0
    assert asked_again(report).state == State.FAILED
    assert asked_again(report).error == "The worker stopped 3 times while it made this report."


def test_half_a_file_is_never_under_its_name(report: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    key = f"{report.organisation_id}/reports/{report.pk}.pdf"
    filing.put(key, b"whole")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("reports.filing.os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        filing.put(key, b"half")
    monkeypatch.undo()
    with default_storage.open(key) as file:
        assert file.read() == b"whole"
    filing.put(key, b"new")
    folder = Path(default_storage.path(key)).parent
    assert [path.name for path in folder.iterdir() if str(report.pk) in path.name] == [f"{report.pk}.pdf"]
