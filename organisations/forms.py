"""Forms for members, invitations, a new account and the organisation itself."""

import hashlib
import json
import zoneinfo
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any, cast

from django import forms
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.forms.models import model_to_dict
from django.http import QueryDict
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from .actions import AUDITORS_DECIDE_NOTHING
from .authority import Authority, Given
from .invitations import account_of
from .models import Invitation, Membership, Organisation, User
from .roles import MEANINGS, ROLES_BY_ROOM, ROLES_THAT_AUDIT, ROLES_WITH_END_DATE, Role

PROFILE = [
    *("name", "legal_form", "country", "employees", "business", "sites", "jurisdictions", "timezone"),
    *("scope_statement", "scope_version", "certification_body", "stage1_on", "stage2_on", "escalate_after"),
]
REGIONS = ("Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")


def day_input() -> forms.DateInput:
    """The browser's date picker; ISO in the page, so that the browser understands it."""
    return forms.DateInput({"type": "date", "class": "short"}, format="%Y-%m-%d")


def roles_explained() -> list[tuple[str, Any]]:
    """Each role with what it may do, as choices."""
    text = '<span><b>{}</b><br><span class="small soft">{}</span></span>'
    return [(role.value, format_html(text, role.label, MEANINGS[role])) for role in Role if role not in ROLES_BY_ROOM]


@lru_cache(maxsize=1)
def time_zones() -> list[tuple[str, list[tuple[str, str]]]]:
    """IANA time zones by region, as grouped choices."""
    names = sorted(zoneinfo.available_timezones())
    regions = [
        (region, [(name, name.split("/", 1)[1].replace("_", " ")) for name in names if name.startswith(f"{region}/")])
        for region in REGIONS
    ]
    return [*regions, ("UTC", [("UTC", "UTC")])]


class PlaceForm(forms.ModelForm):
    """What a membership and an invitation have in common: function, role and last day of access."""

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.organisation = organisation
        self.fields["role"].choices = roles_explained()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("role") in ROLES_WITH_END_DATE and not cleaned.get("until") and "until" not in self.errors:
            self.add_error("until", _("An auditor from outside needs a last day of access."))
        return cleaned

    def clean_until(self) -> date | None:
        until: date | None = self.cleaned_data["until"]
        if until and "until" in self.changed_data and until < self.organisation.today():
            raise ValidationError(_("This day is over. Choose today or a later day."))
        return until


class MembershipForm(PlaceForm):
    """Role, function and end of one member. To end access at once, the membership is removed instead."""

    groups = [
        (_("Work"), _("What the person does here."), ["function", "manager", "top_management"]),
        (
            _("Authority"),
            _("What they accept and approve (5.3): risks, treatment plans, the applicability."),
            ["authority"],
        ),
        (_("Access"), _("Takes effect with the next click of the person."), ["role", "until"]),
    ]

    class Meta:
        model = Membership
        fields = ["function", "manager", "top_management", "authority", "role", "until"]
        widgets = {"role": forms.RadioSelect, "until": day_input()}
        labels = {"authority": _("May decide as")}
        help_texts = {
            "manager": _("Is told of what this person leaves undone, if they may read all records."),
            "top_management": _("Directs the organisation at the highest level, and takes part in management reviews."),
            "until": _("The last day of access. An auditor needs one."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["authority"].choices = [("", Authority.OWNER.label), *Given.choices]  # type: ignore[attr-defined]
        others = self.organisation.memberships.current().exclude(user=self.instance.user_id)
        above = self.fields["manager"]
        above.queryset = User.objects.filter(pk__in=others.values("user")).order_by("name")  # type: ignore[attr-defined]
        above.empty_label = _("Nobody")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        decides = cleaned.get("authority") or cleaned.get("top_management")
        if cleaned.get("role") in ROLES_THAT_AUDIT and decides:
            self.add_error("authority", AUDITORS_DECIDE_NOTHING)
        return cleaned


class InvitationForm(PlaceForm):
    """A new invitation."""

    groups = [
        (_("Person"), _("Whoever reads mail at this address can accept."), ["name", "email", "function"]),
        (_("Access"), _("Can be changed later."), ["role", "until"]),
    ]

    class Meta:
        model = Invitation
        fields = ["name", "email", "function", "role", "until"]
        widgets = {
            "name": forms.TextInput({"autocomplete": "off"}),
            "email": forms.EmailInput({"autocomplete": "off"}),
            "role": forms.RadioSelect,
            "until": day_input(),
        }
        help_texts = {"until": _("The last day of access. An auditor needs one.")}

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].lower()
        user = account_of(email)
        member = self.organisation.memberships.filter(user=user).first() if user else None
        if member and member.has_ended:
            raise ValidationError(
                _("%(name)s was a member before. Give them a later last day in the list of members."),
                params={"name": user},
            )
        if member:
            raise ValidationError(_("%(name)s is a member already."), params={"name": user})
        if self.organisation.invitations.filter(email=email, accepted_at=None, withdrawn_at=None).exists():
            raise ValidationError(_("This address already has an open invitation. Send it again, or withdraw it."))
        return email


class AccountForm(forms.Form):
    """Name and password of a person who comes by invitation. The address is shown, never read: the mail proved it."""

    email = forms.CharField(
        label=_("Mail address"),
        help_text=_("You will sign in with it."),
        widget=forms.EmailInput({"autocomplete": "username", "readonly": True}),
    )
    name = forms.CharField(label=_("Name"), max_length=150, widget=forms.TextInput({"autocomplete": "name"}))
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        help_text=_("At least 12 characters; a sentence is easy to remember."),
        widget=forms.PasswordInput({"autocomplete": "new-password"}, render_value=False),
    )
    again = forms.CharField(
        label=_("Password again"), strip=False, widget=forms.PasswordInput({"autocomplete": "new-password"})
    )

    def __init__(self, data: Mapping[str, Any] | None, *, email: str, name: str) -> None:
        typed = None if data is None else {**{key: data.get(key) for key in data}, "email": email}
        super().__init__(typed, initial={"email": email, "name": name})

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        password, again = cleaned.get("password"), cleaned.get("again")
        if password and again and password != again:
            self.add_error("again", _("The two passwords are not the same."))
        if password:
            user = User(email=self.initial["email"], name=cleaned.get("name", ""))
            try:
                password_validation.validate_password(password, user)
            except ValidationError as error:
                self.add_error("password", error)
        return cleaned


class OrganisationForm(forms.ModelForm):
    """The organisation's profile. `version` is a fingerprint of what the person saw when they began."""

    version = forms.CharField(required=False, widget=forms.HiddenInput)
    groups: list[tuple[Any, Any, list[Any]]] = [
        (_("Identity"), _("As it stands on reports."), ["name", "legal_form", ("country", "employees"), "business"]),
        (_("Places"), _("Where it works, and whose law holds there."), ["sites", "jurisdictions", "timezone"]),
        (
            _("Scope"),
            _("Clause 4.3: what the AIMS covers and what it leaves out."),
            ["scope_statement", "scope_version"],
        ),
        (_("Certification"), _("What everybody works towards."), ["certification_body", ("stage1_on", "stage2_on")]),
        (_("Reminders"), _("Whose day has passed is reminded every week."), ["escalate_after"]),
    ]

    class Meta:
        model = Organisation
        fields = PROFILE
        widgets = {
            "country": forms.TextInput({"class": "short", "autocapitalize": "characters", "maxlength": 2}),
            "business": forms.Textarea({"rows": 2, "cols": 60}),
            "employees": forms.NumberInput({"class": "short", "min": 0}),
            "sites": forms.Textarea({"rows": 3, "cols": 60}),
            "jurisdictions": forms.Textarea({"rows": 3, "cols": 60}),
            "scope_statement": forms.Textarea({"rows": 6, "cols": 60, "data-guard": ""}),
            "scope_version": forms.TextInput({"class": "short"}),
            "stage1_on": day_input(),
            "stage2_on": day_input(),
        }
        help_texts = {
            "country": _("Two letters, for example DE."),
            "employees": _("About how many people work there."),
            "timezone": _("Decides when a day is over: what is due, expired or late is counted from it."),
            "scope_version": _("Give it a new one whenever the scope changes."),
            "escalate_after": _("Then the person they report to is told as well, or else the compliance officers."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.saved_version = fingerprint(self.instance)
        self.initial["version"] = self.saved_version
        zones = time_zones()
        if self.instance.timezone not in {name for _region, names in zones for name, _label in names}:
            zones = [(self.instance.timezone, [(self.instance.timezone, self.instance.timezone)]), *zones]
        self.fields["timezone"].widget = forms.Select(choices=zones)
        self.fields["escalate_after"].required = False

    @property
    def is_stale(self) -> bool:
        """True when somebody saved the profile after this form was opened."""
        return str(self.data.get("version", "")) != self.saved_version

    def start_anew(self) -> None:
        """Keeps what was typed but carries the newer version, so that the next save is meant."""
        data = cast(QueryDict, self.data).copy()
        data["version"] = self.saved_version
        self.data = data

    def clean_escalate_after(self) -> int:
        days: int | None = self.cleaned_data["escalate_after"]
        return self.instance.escalate_after if days is None else days

    def clean_country(self) -> str:
        country: str = self.cleaned_data["country"].upper()
        if country:
            RegexValidator(r"^[A-Z]{2}\Z", _("Write two letters, for example DE."))(country)
        return country

    def clean_business(self) -> str:
        return " ".join(self.cleaned_data["business"].split())

    def clean_scope_statement(self) -> str:
        statement: str = self.cleaned_data["scope_statement"]
        return statement.replace("\r\n", "\n")

    def clean_sites(self) -> str:
        return one_a_line(self.cleaned_data["sites"])

    def clean_jurisdictions(self) -> str:
        return one_a_line(self.cleaned_data["jurisdictions"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        stage1, stage2 = cleaned.get("stage1_on"), cleaned.get("stage2_on")
        if stage1 and stage2 and stage2 < stage1:
            self.add_error("stage2_on", _("Stage 2 cannot begin before stage 1."))
        return cleaned


def one_a_line(text: str) -> str:
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())


def fingerprint(organisation: Organisation) -> str:
    """Changes whenever a field of the profile does."""
    values = model_to_dict(organisation, PROFILE)
    return hashlib.sha256(json.dumps(values, default=str, sort_keys=True).encode()).hexdigest()[:16]
