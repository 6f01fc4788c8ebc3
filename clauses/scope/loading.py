"""Loads what a file's `organisation.aims_scope` says as the version in force, with the AI systems of the file."""

from __future__ import annotations

from django.utils.translation import gettext as _

from clauses.models import ScopeStatement
from organisations.rows import Intake, Row
from records.approvable import Standing

from .drafting import title_of
from .inventory import freeze


def load_scope(intake: Intake) -> None:
    """After the AI systems: a scope that was approved names them as the file has them."""
    intake.attempt(intake.root.row("organisation").row("aims_scope"), scope)


def scope(row: Row) -> ScopeStatement | None:
    label, on, by = row.text("version"), row.day("approved"), row.one("approved_by", "people")
    if bool(on) != bool(by):
        row.refuse("approved_by" if on else "approved", _("is missing"))
    if row.is_bad or not label:
        return None
    organisation = row.intake.organisation
    made = ScopeStatement(
        organisation=organisation,
        label=label,
        title=title_of(label),
        text=row.text("text"),
        boundaries=row.text("boundaries"),
        sites=row.lines_of("sites") or organisation.sites,
        interfaces=row.text("interfaces"),
        change_note=row.text("note"),
        owner=row.one("owner", "people") or by,
        review_on=row.day("review_due"),
        state=Standing.APPROVED if on else Standing.DRAFT,
        decided_by=by,
        decided_on=on,
    )
    if on:
        freeze(made)
    row.check(made, label="version", change_note="note", review_on="review_due")
    made.save()
    return made
