"""The form of a finding: a nonconformity says what is asked for, what is wrong, and what shows it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audits.conducting.actions import begin
from audits.conducting.scope import covered
from audits.models import NONCONFORMITIES, Audit, AuditState, Finding, FindingState, Grade, rules_of
from clauses.models import Requirement
from records.register_page import REVIEW, RegisterForm

from .repeats import earlier_minors

# What the auditor wrote stays once it is issued; who answers for it, and until when, may still change.
STILL_CHANGES = ("owner", "due_on", "review_on", "review_every", "version")
NEEDED = {
    "demands": gettext_lazy("A nonconformity says what is asked for."),
    "objective_evidence": gettext_lazy("A nonconformity says what was seen: record, date, role of the person."),
}


class FindingForm(RegisterForm):
    groups = [
        (
            gettext_lazy("Finding"),
            gettext_lazy("Of a nonconformity all three are needed: requirement, finding, objective evidence."),
            [("found_in", "grade"), "requirement", "title", "demands", "observed", "objective_evidence", "cites"],
        ),
        (
            gettext_lazy("Repetition"),
            gettext_lazy("A repeated minor nonconformity is commonly raised to major."),
            ["repeats"],
        ),
        (
            gettext_lazy("Answer"),
            gettext_lazy("Who answers for it, and until when it is closed."),
            [("owner", "due_on")],
        ),
        (*REVIEW, [("review_on", "review_every")]),
    ]

    class Meta:
        model = Finding
        fields = [
            *("found_in", "grade", "requirement", "title", "demands", "observed", "objective_evidence", "cites"),
            *("repeats", "owner", "due_on", "review_on", "review_every"),
        ]
        labels = {"title": gettext_lazy("In short"), "owner": gettext_lazy("Answers for it")}
        help_texts = {"due_on": gettext_lazy("Left empty: counted from the report.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # An observation needs nobody to answer for it; a nonconformity does before the report is issued.
        self.fields["owner"].required = False
        if self.instance.issued_on:
            for name in set(self.fields) - set(STILL_CHANGES):
                del self.fields[name]
            return
        fields: Any = self.fields
        rules, kind = rules_of(self.organisation), self.audit.audit_kind if self.audit else ""
        fields["grade"].choices = [("", _("Choose")), *((one.value, rules.word_for(one, kind)) for one in Grade)]
        fields["found_in"].queryset = fields["found_in"].queryset.filter(
            state__in=[AuditState.PLANNED, AuditState.UNDER_WAY]
        )
        fields["repeats"].queryset = fields["repeats"].queryset.filter(issued_on__isnull=False)
        for name in NEEDED:
            # Not simply optional: a nonconformity needs it.
            fields[name].is_one_of_two = True
        fields["requirement"].queryset = Requirement.objects.assessable()
        if not self.instance.pk:
            self.start_from_numbers()

    @property
    def audit(self) -> Audit | None:
        """The audit it is found in, as far as the form knows it."""
        if self.instance.found_in_id:
            return self.instance.found_in
        named = str(self.initial.get("found_in") or (self.data.get("found_in") if self.is_bound else "") or "")
        visible: Any = Audit.objects.visible_to(self.user).filter(organisation=self.organisation)
        found = visible.filter(pk=named) if named.isdecimal() and len(named) < 18 else visible.filter(reference=named)
        audit: Audit | None = found.first() if named and "\x00" not in named else None
        return audit

    def start_from_numbers(self) -> None:
        """A link may name the audit and the requirement as people do: `?found_in=AUD-01&requirement=6.1.2`."""
        if self.initial.get("found_in") and (audit := self.audit):
            self.initial["found_in"] = audit.pk
        number = str(self.initial.get("requirement") or "")
        if "." in number and "\x00" not in number:
            found = Requirement.objects.assessable().filter(number=number).first()
            self.initial["requirement"] = found.pk if found else None

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.instance.issued_on:
            return cleaned
        if cleaned.get("grade") in NONCONFORMITIES:
            for name, message in NEEDED.items():
                if name not in self.errors and not cleaned.get(name):
                    self.add_error(name, message)
        audit, requirement = cleaned.get("found_in"), cleaned.get("requirement")
        if audit and requirement and requirement.pk not in {one.pk for one in covered(audit)}:
            self.add_error("requirement", _("This is not in the scope of the audit."))
        self.refuse_odd_repetition(cleaned)
        return cleaned

    def refuse_odd_repetition(self, cleaned: dict[str, Any]) -> None:
        earlier, requirement = cleaned.get("repeats"), cleaned.get("requirement")
        if earlier and requirement and earlier.requirement_id != requirement.pk:
            self.add_error("repeats", _("That finding is about another requirement."))

    def earlier(self) -> list[Finding]:
        """Minor nonconformities of the last three years on the requirement that the form names."""
        if "requirement" not in self.fields:
            return []
        named = str(self["requirement"].value() or "")
        if not (named.isdecimal() and len(named) < 10):
            return []
        today = self.organisation.today()
        found = earlier_minors(self.organisation, named, seen_by=self.user, before=today, but=self.instance.pk)
        return [one for one in found if one.found_in_id != self.instance.found_in_id]

    def save(self, commit: bool = True) -> Finding:
        finding = self.instance
        if not finding.issued_on:
            finding.state = FindingState.OPEN if finding.is_nonconformity else FindingState.NOTED
        if not finding.pk:
            finding.raised_by, finding.raised_on = self.user, self.organisation.today()
        finding = super().save(commit)
        begin(finding.found_in, by=self.user)
        kept: Finding = finding
        return kept
