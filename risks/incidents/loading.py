"""Loads a file's `incidents` and `concerns`."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.utils.translation import gettext as _

from organisations.rows import Intake, Row
from records.loading import keep_given
from risks.concerns.actions import title_of
from risks.models import Concern, ConcernState, Incident, Level, Notification

OPEN, CLOSED = "open", "closed"


def load_incidents(intake: Intake) -> None:
    intake.each("incidents", incident)


def incident(row: Row) -> Incident:
    """One incident. It was known from the start of its day on, where the file does not say otherwise."""
    on, known_on = row.day("on", needed=True), row.day("known")
    status = row.text("status", needed=True)
    if status and status not in {OPEN, CLOSED}:
        row.refuse("status", _("“%(value)s” is not one of %(offered)s") % {"value": status, "offered": "open, closed"})
    system, risk = row.one("ai_system", "ai_systems"), row.one("linked_risk", "risks")
    closed_on = row.day("closed") or (on if status == CLOSED else None)
    made = Incident(
        title=row.text("title", needed=True),
        owner=row.one("owner", "people") or (system.owner if system else None),
        system=system,
        happened_on=on,
        severity=row.choice("severity", Level),
        is_serious=row.flag("serious"),
        description=row.text("description"),
        affected=row.text("who"),
        people_affected=row.number("affected"),
        cause=row.text("cause"),
        correction=row.text("correction"),
        closed_on=closed_on,
        lessons=row.text("lessons"),
    )
    if on:
        made.known_at = begin_of(row, known_on or on)
    notified = [Notification(recipient=name, told_at=made.known_at) for name in row.texts("notified")]
    notified += [notification(one, made) for one in row.rows("notifications")]
    keep_given(row, made, happened_on="on", people_affected="affected", affected="who", is_serious="serious")
    for one in notified:
        one.incident = made
        one.save()
    if risk:
        made.risks.add(risk)
    return made


def notification(row: Row, incident: Incident) -> Notification:
    """Somebody to tell; told on a day means from its beginning, so never late on the day itself."""
    hours, told_on = row.number("hours"), row.day("told")
    made = Notification(
        recipient=row.text("who", needed=True), basis=row.text("why"), hours=hours, note=row.text("note")
    )
    if hours is not None and incident.happened_on:
        made.due_at = incident.known_at + timedelta(hours=hours)
    if told_on:
        made.told_at = begin_of(row, told_on)
    row.check(made, without=["incident"], recipient="who", basis="why")
    return made


def load_concerns(intake: Intake) -> None:
    intake.each("concerns", concern)


def concern(row: Row) -> Concern:
    """One concern. It has no code: whoever raised it was answered otherwise."""
    text, on, risk = row.text("text", needed=True), row.day("on", needed=True), row.one("linked_risk", "risks")
    made = Concern(
        title=title_of(on) if on else "",
        owner=row.one("handled_by", "people"),
        channel=row.text("channel", needed=True),
        received_on=on,
        system=row.one("ai_system", "ai_systems"),
        text=text,
        state=row.choice("status", ConcernState),
        answer=row.text("answer"),
    )
    keep_given(row, made, title="on", received_on="on", state="status")
    if risk:
        made.risks.add(risk)
    return made


def begin_of(row: Row, day: date) -> datetime:
    return datetime.combine(day, time(), row.intake.organisation.zone)
