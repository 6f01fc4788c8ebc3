"""Loads a file's `context_issues`, `interested_parties`, `objectives` and `training_records`."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from organisations.rows import Intake, Row
from records.loading import keep_given

from .models import ContextIssue, InterestedParty, Measurement, Objective, TrainingRecord
from .models.context import PartyKind, Side, Topic
from .models.planning import AnnexC, Direction, Frequency


def load_registers(intake: Intake) -> None:
    intake.each("context_issues", context_issue)
    # The names that `systems.loading.affected` looked up make way for the records themselves.
    intake.known.pop("interested_parties", None)
    intake.each("interested_parties", interested_party)
    intake.each("objectives", objective)
    intake.each("training_records", training_record)


def context_issue(row: Row) -> ContextIssue:
    made = ContextIssue(
        title=row.text("text", needed=True),
        owner=row.one("owner", "people"),
        review_on=row.day("review_on"),
        side=row.choice("kind", Side),
        topic=row.choice("topic", Topic),
        effect=row.text("effect"),
        response=row.text("response"),
        reviewed_on=row.day("reviewed"),
    )
    # A file may lack the effect; the form asks for it at the next change.
    keep_given(row, made, without=["effect"], title="text", side="kind", reviewed_on="reviewed")
    return made


def interested_party(row: Row) -> InterestedParty:
    made = InterestedParty(
        title=row.text("name", needed=True),
        owner=row.one("owner", "people"),
        review_on=row.day("review_on"),
        party_kind=row.choice("kind", PartyKind),
        needs=row.text("needs", needed=True),
        source=row.text("source"),
        handled_in_aims=row.flag("handled_in_aims", default=True),
    )
    # Without a reason of its own, what was found out about the needs is the reason.
    made.not_handled_because = row.text("reason") or ("" if made.handled_in_aims else made.needs)
    keep_given(row, made, title="name", party_kind="kind", not_handled_because="reason")
    return made


def objective(row: Row) -> Objective:
    made = Objective(
        title=row.text("text", needed=True),
        owner=row.one("owner", "people"),
        review_on=row.day("review_on"),
        annex_c=row.chosen("annex_c", row.text("annex_c").lower(), AnnexC),
        unit=row.text("unit", needed=True),
        target=number(row, "target"),
        direction=row.choice("direction", Direction),
        due_on=row.day("due"),
        frequency=row.choice("frequency", Frequency, needed=False),
        plan=row.text("plan"),
        resources=row.text("resources"),
    )
    rows = row.rows("measurements")
    measured = [
        Measurement(on=one.day("on", needed=True), value=number(one, "value"), note=one.text("note")) for one in rows
    ]
    for one in rows:
        one.close()
    keep_given(row, made, title="text", due_on="due")
    for inner, measurement in zip(rows, measured, strict=True):
        measurement.objective = made
        inner.check(measurement)
        measurement.save()
    return made


def number(row: Row, key: str) -> Any:
    """A whole number or a fraction, as the decimal it is written as; None and a problem noted where it is neither."""
    row.read.add(key)
    value = row.get(key)
    if type(value) not in {int, float}:
        row.refuse(key, _("must be a number") if value is not None else _("is missing"))
        return None
    return Decimal(str(value))


def training_record(row: Row) -> TrainingRecord:
    made = TrainingRecord(
        title=row.text("course", needed=True),
        owner=row.one("person", "people", needed=True),
        due_on=row.day("due"),
        completed_on=row.day("completed"),
        score=row.number("score"),
        effective_check=row.text("effective_check"),
        expires_on=row.day("expires"),
    )
    keep_given(row, made, title="course", owner="person", completed_on="completed", expires_on="expires", due_on="due")
    return made
