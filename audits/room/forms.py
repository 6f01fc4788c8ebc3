"""The form of a room: who, to which audit, to what of it, and from when until when."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audits.conducting.scope import covered, sections, sections_of
from audits.models import Audit, AuditRoom
from clauses.models import Requirement
from organisations.invitations import account_of
from organisations.roles import Role
from records.register_page import RegisterForm
from records.widgets import Checks

CONFIDENTIALITY = gettext_lazy(
    "What you see here is confidential. Use it for this audit only, pass it on to nobody but your certification body, "
    "and keep no copies after the audit. The organisation sees which pages you open."
)
OPENED_STAYS = gettext_lazy("Somebody came in already: what they were let into stays. Close it and make another room.")


def areas() -> list[tuple[str, str]]:
    """Clauses 4–10 and the areas of Annex A, as choices."""
    return [(one.number, str(one)) for one in sections()]


class AuditRoomForm(RegisterForm):
    areas = forms.MultipleChoiceField(
        label=gettext_lazy("Clauses and areas of Annex A"),
        widget=Checks,
        help_text=gettext_lazy("As far as the audit covers them."),
    )

    groups = [
        (
            gettext_lazy("Whom"),
            gettext_lazy("One person, by name and mail address. They get a link that works once."),
            ["for_audit", ("title", "email")],
        ),
        (
            gettext_lazy("To what"),
            gettext_lazy("Never wider than the audit. Drafts, tasks, members and settings stay inside."),
            ["systems", "areas", "covers_from", "downloads", "names_as_initials"],
        ),
        (
            gettext_lazy("When"),
            gettext_lazy("The room opens and closes by itself."),
            [("since", "until"), "data_as_of"],
        ),
        (gettext_lazy("Terms"), gettext_lazy("They accept them before they see anything."), ["confidentiality"]),
        (gettext_lazy("Contact"), gettext_lazy("Whom the auditor asks."), [("owner", "review_on")]),
    ]

    class Meta:
        model = AuditRoom
        fields = [
            *("title", "for_audit", "email", "systems", "covers_from", "downloads", "names_as_initials"),
            *("since", "until", "data_as_of", "confidentiality", "owner", "review_on"),
        ]
        labels = {
            "title": gettext_lazy("Name"),
            "owner": gettext_lazy("Contact"),
            "since": gettext_lazy("First day"),
            "until": gettext_lazy("Last day"),
            "systems": gettext_lazy("AI systems"),
        }
        help_texts = {
            "covers_from": gettext_lazy("Evidence of an earlier time is left out. Empty: all of it."),
            "data_as_of": gettext_lazy("Empty: the first day. What changes later is marked."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["areas"].choices = areas()  # type: ignore[attr-defined]
        chosen = sections_of(self.instance.requirements.all()) if self.instance.pk else ()
        self.initial.setdefault("areas", chosen or [number for number, _title in areas()])
        self.initial.setdefault("owner", self.user.pk)
        if not self.instance.confidentiality:
            self.initial["confidentiality"] = str(CONFIDENTIALITY)
        for_audit: Any = self.fields["for_audit"]
        for_audit.queryset = for_audit.queryset.open()

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].lower()
        person = account_of(email)
        member = self.organisation.memberships.current().filter(user=person).first() if person else None
        if member and member.role != Role.EXTERNAL_AUDITOR:
            raise forms.ValidationError(_("%(name)s is a member already, with another role.") % {"name": member.user})
        return email

    def clean_until(self) -> Any:
        until = self.cleaned_data["until"]
        if until and until < self.organisation.today():
            raise forms.ValidationError(_("This day is over. Choose today or a later day."))
        return until

    def clean(self) -> dict[str, Any]:
        if self.instance.opened_at or self.instance.revoked_at:
            raise forms.ValidationError(OPENED_STAYS)
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        since, until, audit = cleaned.get("since"), cleaned.get("until"), cleaned.get("for_audit")
        if since and until and until < since:
            self.add_error("until", _("It must end after it begins."))
        elif since and until and cleaned.get("email") and (other := self.overlapping(cleaned)):
            self.add_error("since", _("%(room)s is open to them at that time.") % {"room": other.reference})
        if audit:
            self.check_scope(audit, cleaned)
        return cleaned

    def overlapping(self, cleaned: dict[str, Any]) -> AuditRoom | None:
        """Another room of the same person in the same time: each shows one audit and nothing else."""
        rooms = AuditRoom.objects.of(self.organisation).filter(email=cleaned["email"], revoked_at=None, ended_at=None)
        return (
            rooms.filter(since__lte=cleaned["until"], until__gte=cleaned["since"]).exclude(pk=self.instance.pk).first()
        )

    def check_scope(self, audit: Audit, cleaned: dict[str, Any]) -> None:
        """Refuses what the audit does not cover."""
        sampled = set(audit.systems.all())
        beyond = [one.reference for one in cleaned.get("systems", ()) if sampled and one not in sampled]
        if beyond:
            self.add_error("systems", _("The audit does not sample %(systems)s.") % {"systems": ", ".join(beyond)})
        if "areas" in cleaned and not requirements_of(audit, cleaned["areas"]):
            self.add_error("areas", _("The audit covers none of these."))

    def save(self, commit: bool = True) -> Any:
        self.instance.data_as_of = self.cleaned_data["data_as_of"] or self.cleaned_data["since"]
        room = super().save(commit)
        room.requirements.set(requirements_of(room.for_audit, self.cleaned_data["areas"]))
        return room


def requirements_of(audit: Audit, chosen: list[str]) -> list[Requirement]:
    """The requirements of these sections that an audit covers."""
    return [one for one in covered(audit) if one.section in chosen]
