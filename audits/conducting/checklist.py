"""The checklist: each requirement in scope with what was seen and concluded, written piece by piece."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audits.models import Audit, ChecklistItem, ChecklistRecord, Conclusion, Finding
from clauses.models import Requirement
from evidence.references import ReferencesField, in_order
from organisations.models import User
from records.actions import locked, touch
from records.events import table_of
from records.models import Record
from records.widgets import LongText, Segments

from .actions import begin, refuse_if_over
from .scope import covered

TONES: dict[str, str] = {
    Conclusion.CONFORMS: "good",
    Conclusion.FINDING: "bad",
    Conclusion.NOT_SAMPLED: "warn",
    Conclusion.NOT_APPLICABLE: "none",
}


class StaleItem(Exception):
    """Somebody else wrote in this line after the page was opened."""

    def __init__(self, item: ChecklistItem) -> None:
        super().__init__(str(item))
        self.item = item


@dataclass(frozen=True)
class Line:
    """One requirement of an audit; `item` is None while nothing was written of it."""

    requirement: Requirement
    item: ChecklistItem | None = None
    findings: list[Finding] = field(default_factory=list)

    @property
    def number(self) -> str:
        return self.requirement.number

    @property
    def is_concluded(self) -> bool:
        return bool(self.item and self.item.conclusion)

    @property
    def word(self) -> str:
        return self.item.get_conclusion_display() if self.item and self.item.conclusion else _("Open")

    @property
    def tone(self) -> str:
        return TONES.get(self.item.conclusion, "info") if self.item else "info"


@dataclass(frozen=True)
class Part:
    """A clause or an area of Annex A with its lines."""

    number: str
    title: str
    lines: list[Line]

    @property
    def concluded(self) -> int:
        return sum(line.is_concluded for line in self.lines)


def lines_of(audit: Audit) -> list[Line]:
    """Every requirement the audit covers; one that left the scope stays where something was written of it."""
    kept = {one.requirement_id: one for one in audit.checklist.select_related("requirement", "written_by")}
    found: dict[int, list[Finding]] = {}
    for finding in Finding.objects.filter(found_in=audit).select_related("organisation").order_by("reference"):
        found.setdefault(finding.requirement_id, []).append(finding)
    inside = {one.pk: one for one in covered(audit)}
    inside |= {one.requirement.pk: one.requirement for one in kept.values()}
    ordered = sorted(inside.values(), key=lambda one: one.order)
    return [Line(one, kept.get(one.pk), found.get(one.pk, [])) for one in ordered]


def parts_of(lines: Iterable[Line]) -> list[Part]:
    groups: dict[str, list[Line]] = {}
    for line in lines:
        groups.setdefault(line.requirement.section, []).append(line)
    titles = dict(Requirement.objects.filter(number__in=groups).values_list("number", "title"))
    return [Part(number, titles.get(number, ""), inside) for number, inside in groups.items()]


def counts_of(lines: Iterable[Line]) -> dict[str, int]:
    """How many lines there are (`of`), how many are concluded, and how many of each conclusion."""
    lines = list(lines)
    by_word = Counter(line.item.conclusion for line in lines if line.item and line.item.conclusion)
    return {"of": len(lines), "concluded": sum(by_word.values()), **{one.value: by_word[one] for one in Conclusion}}


class CheckForm(forms.Form):
    """What is written of one requirement; `version` is the state it was opened in, 0 where nothing was written."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    conclusion = forms.ChoiceField(label=gettext_lazy("Conclusion"), required=False, widget=Segments)
    seen = forms.CharField(
        label=gettext_lazy("Evidence seen"),
        required=False,
        widget=LongText({"data-guard": ""}),
        help_text=gettext_lazy("Records, dates, roles of the people spoken with."),
    )
    records = ReferencesField(
        label=gettext_lazy("Records looked at"),
        required=False,
        help_text=gettext_lazy("References with commas, for example AIS-01, EV-02, DOC-05."),
        show_hidden_initial=False,
        error_messages={
            "unknown": gettext_lazy("There is no record “%(reference)s” here."),
            "unknown_many": gettext_lazy("There are no records %(reference)s here."),
        },
    )
    notes = forms.CharField(label=gettext_lazy("Notes"), required=False, widget=LongText({"rows": 3, "data-guard": ""}))

    def __init__(self, data: Any = None, *, requirement: Requirement, item: ChecklistItem | None, user: User) -> None:
        super().__init__(data, initial=state_of(item))
        leaves_out = () if requirement.is_control else (Conclusion.NOT_APPLICABLE,)
        choices: Any = [(one.value, one.label) for one in Conclusion if one not in leaves_out]
        self.fields["conclusion"].choices = choices  # type: ignore[attr-defined]
        self.fields["records"].records = Record.objects.visible_to(user)  # type: ignore[attr-defined]

    def clean_conclusion(self) -> str:
        return str(self.cleaned_data["conclusion"])

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("conclusion") == Conclusion.NOT_APPLICABLE and not cleaned.get("notes"):
            self.add_error("notes", _("Say why the control does not apply."))
        return cleaned


def state_of(item: Any, records: Iterable[str] | None = None) -> dict[str, Any]:
    """What the form shows of a line."""
    if item is None:
        return {"version": 0, "conclusion": "", "seen": "", "notes": "", "records": ""}
    named = item.records.values_list("reference", flat=True) if records is None else records
    return {
        "version": item.version,
        "conclusion": item.conclusion,
        "seen": item.seen,
        "notes": item.notes,
        "records": ", ".join(in_order(named)),
    }


def state_at(audit: Audit, requirement: Requirement, version: int | None) -> dict[str, Any] | None:
    """What it showed in an earlier state, out of history (its records are not compared); None where unknown."""
    if version is None:
        return None
    if version == 0:
        return state_of(None)
    events = table_of(ChecklistItem)._default_manager.filter(audit=audit.pk, requirement=requirement, version=version)
    event = events.order_by("pgh_id").last()
    return state_of(event, records=[]) if event else None


@transaction.atomic
def write(
    audit: Audit, requirement: Requirement, *, by: User, seen_version: int | None = None, **said: Any
) -> ChecklistItem:
    """Keeps what was seen and concluded of a requirement: `seen`, `conclusion`, `notes`, `records` (a list).

    What is not given stays. Raises StaleItem where somebody wrote meanwhile, ValidationError where the audit is over
    or a clause is said not to apply.
    """
    audit = locked(audit)
    refuse_if_over(audit)
    item = ChecklistItem.objects.filter(audit=audit, requirement=requirement).first()
    if seen_version is not None and seen_version != (item.version if item else 0):
        raise StaleItem(item or ChecklistItem(audit=audit, requirement=requirement))
    if said.get("conclusion") == Conclusion.NOT_APPLICABLE and not requirement.is_control:
        raise ValidationError({"conclusion": _("A clause always applies; only controls can be left out.")})
    if item is None:
        item = ChecklistItem(audit=audit, requirement=requirement, version=0)
    for name in ("seen", "conclusion", "notes"):
        setattr(item, name, str(said.get(name, getattr(item, name))).strip())
    item.version, item.written_by = item.version + 1, by
    item.save()
    if "records" in said:
        look_at(item, said["records"], by=by)
    begin(audit, by=by)
    touch(audit, by=by)
    return item


def look_at(item: ChecklistItem, records: Iterable[Record], *, by: User) -> None:
    """Names the records that were looked at; what `by` may not see and others named stays."""
    wanted = {one.pk for one in records}
    named = set(Record.objects.visible_to(by).filter(pk__in=item.records.values("pk")).values_list("pk", flat=True))
    ChecklistRecord.objects.filter(item=item, record__in=named - wanted).delete()
    for record in sorted(wanted - set(item.records.values_list("pk", flat=True))):
        ChecklistRecord.objects.create(item=item, record_id=record)
