"""The form of an audit: plan, auditors, scope; it warns where an auditor owns what is audited."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audits.models import Audit
from clauses.models import Requirement
from records.register_page import REVIEW, RegisterForm
from records.widgets import Checks, LongText

from .impartiality import Conflict, accept_conflicts, conflicts
from .scope import ScopeField

OVER_STAYS = gettext_lazy("The audit is over; nothing in it changes any more.")


class AuditForm(RegisterForm):
    requirements = ScopeField(
        label=gettext_lazy("Clauses and controls"), help_text=gettext_lazy("None chosen: all of them.")
    )
    accepted_because = forms.CharField(
        label=gettext_lazy("Why the auditors are accepted"),
        required=False,
        widget=LongText({"rows": 2}),
        help_text=gettext_lazy("Only where an auditor owns part of what is audited. It is kept with the audit."),
    )

    groups = [
        (
            gettext_lazy("Audit"),
            gettext_lazy("What is audited against what, and when."),
            ["title", ("audit_kind", "programme"), ("planned_from", "planned_to"), "criteria", "plan"],
        ),
        (
            gettext_lazy("Scope"),
            gettext_lazy("What the checklist asks, and which AI systems are sampled."),
            ["scope", "requirements", "systems", "of_supplier"],
        ),
        (
            gettext_lazy("Auditors"),
            gettext_lazy("Nobody audits their own work."),
            ["lead", "team", "body", "independence", "accepted_because"],
        ),
        (gettext_lazy("Conclusion"), gettext_lazy("Needed before the report is issued."), ["summary"]),
        (*REVIEW, ["owner", ("review_on", "review_every")]),
    ]

    class Meta:
        model = Audit
        fields = [
            *("title", "audit_kind", "programme", "planned_from", "planned_to", "criteria", "plan", "scope"),
            *("requirements", "systems", "of_supplier", "lead", "team", "body", "independence", "summary"),
            *("owner", "review_on", "review_every"),
        ]
        labels = {"title": gettext_lazy("Name"), "owner": gettext_lazy("Responsible")}
        widgets = {"team": Checks}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name = self.add_prefix("requirements")
        field: Any = self.fields["requirements"]
        if self.is_bound and any(f"{name}-{part}" in self.data for part in ("sections", "typed")):
            self.data = field.widget.taken_up(self.data, name)

    def clean(self) -> dict[str, Any]:
        if self.instance.pk and not self.instance.is_open:
            raise forms.ValidationError(OVER_STAYS)
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not cleaned.get("accepted_because") and (found := self.unexplained(cleaned)):
            names = format_html_join("; ", "{}", ((str(one),) for one in found))
            message = _("Nobody audits their own work: %(names)s. Name somebody else, or say why it is accepted.")
            self.add_error("accepted_because", message % {"names": names})
        return cleaned

    def unexplained(self, cleaned: dict[str, Any]) -> list[Conflict]:
        """What the chosen auditors own of what was chosen, and nobody explained before."""
        people = {one.pk: one for one in self.told(cleaned, "team")}
        lead = cleaned["lead"] if "lead" in self.fields and "lead" in cleaned else self.instance.lead
        people |= {lead.pk: lead} if lead else {}
        systems = self.told(cleaned, "systems")
        chosen = self.told(cleaned, "requirements") or Requirement.objects.assessable()
        found = conflicts(
            self.organisation, people=people.values(), systems=systems, numbers=[one.number for one in chosen]
        )
        if not self.instance.pk:
            return found
        noted = set(self.instance.impartiality_notes.values_list("person", "owned"))
        return [one for one in found if one.key not in noted]

    def told(self, cleaned: dict[str, Any], name: str) -> list[Any]:
        """What a list holds: as it was sent, else as it is kept (programs leave out what they do not change)."""
        if name in self.fields:
            return list(cleaned.get(name) or [])
        return list(getattr(self.instance, name).all()) if self.instance.pk else []

    def save(self, commit: bool = True) -> Audit:
        audit: Audit = super().save(commit)
        if reason := self.cleaned_data.get("accepted_because"):
            accept_conflicts(audit, by=self.user, reason=reason)
        return audit
