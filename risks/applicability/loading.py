"""Loads what a file's `soa` says as a document: its version, who approved it when, and own controls.

Its positions are loaded before (`clauses.loading_positions`); after the risks and their treatments comes this.
"""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from clauses.models import Basis
from clauses.models.position import CONTROL_STATUSES
from organisations.rows import Intake, Row
from records.models import keep_reference
from risks.applicability.statement import content_of, fingerprint_of, live_lines
from risks.applicability.stating import title_of
from risks.models import OwnControl, Risk, Standing, Statement, Treatment, TreatmentControl

STANDING = (Standing.DRAFT, Standing.APPROVED)


def load_statement(intake: Intake) -> None:
    """Own controls, then the statement with what positions and own controls say now."""
    soa = intake.root.row("soa")
    for row in soa.rows("custom_controls"):
        intake.attempt(row, own_control)
    intake.attempt(soa, statement)


def own_control(row: Row) -> OwnControl:
    made = OwnControl(
        organisation=row.intake.organisation,
        reference=row.text("id", needed=True),
        title=row.text("title", needed=True),
        owner=row.one("owner", "people"),
        review_on=row.day("review_on"),
        description=row.text("description"),
        justification=row.text("justification"),
        basis=row.choice("basis", Basis, needed=False) or Basis.RISK,
        status=status_of(row),
    )
    prefix, _dot, number = made.reference.partition(".")
    if made.reference and (prefix != OwnControl.PREFIX or not number.isdecimal() or len(number) > 6):
        row.refuse("id", _("must be X, a dot and a number, such as X.1"))
    risks = [risk for risk in row.many("risks", "risks") if risk] if "risks" in row.intake.known else []
    row.read.add("risks")
    # A file may not say where it stands; the page then shows that nobody has set it.
    row.check(made, without=[] if made.status else ["status"])
    made.save()
    keep_reference(made.organisation, f"{prefix}-{number}")
    link(made, risks)
    return made


def status_of(row: Row) -> str:
    status = row.text("status").replace(" ", "_")
    if status and status not in CONTROL_STATUSES:
        words = {"value": status, "offered": ", ".join(CONTROL_STATUSES)}
        row.refuse("status", _("“%(value)s” is not one of %(offered)s") % words)
    return status


def link(control: OwnControl, risks: list[Risk]) -> None:
    """Every treatment of these risks rests on the control, too."""
    treatments = Treatment.objects.filter(treats__in=[risk.pk for risk in risks])
    TreatmentControl.objects.bulk_create(TreatmentControl(treatment=one, control=control) for one in treatments)


def statement(row: Row) -> Statement | None:
    label, state = row.text("version"), row.text("status") or Standing.DRAFT
    by, on = row.one("approved_by", "people"), row.day("approved_on")
    note = row.text("note")
    if state not in STANDING:
        words = {"value": state, "offered": ", ".join(STANDING)}
        row.refuse("status", _("“%(value)s” is not one of %(offered)s") % words)
    if label and state == Standing.APPROVED and not (by and on):
        row.refuse("approved_by" if on else "approved_on", _("is missing"))
    if row.is_bad or not label:
        return None
    made = Statement(
        organisation=row.intake.organisation,
        label=label,
        title=title_of(label),
        owner=by,
        change_note=note,
        state=state,
        decided_by=by,
        decided_on=on,
    )
    if state == Standing.APPROVED:
        freeze_as_of(made, on)
    row.check(made, label="version", change_note="note")
    made.save()
    return made


def freeze_as_of(made: Statement, on: date) -> None:
    made.content = content_of(live_lines(made.organisation, on=on))
    made.fingerprint = fingerprint_of(made.content)
