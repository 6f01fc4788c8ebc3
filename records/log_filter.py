"""What one may ask history for: person, period, kind. It stands in the URL; what makes no sense filters nothing."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from django import forms
from django.conf import settings
from django.db.models import Q
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from organisations.history import TOLD
from organisations.models import Membership, User
from organisations.requests import MemberRequest
from organisations.roles import VIEW_RECORDS

from .events import Key, table_of
from .journal import NOBODY, Asked
from .models import Record
from .widgets import DayInput

PROGRAMS = "none"


class LogFilter(forms.Form):
    """Filters of the history of an organisation, or of one record."""

    person = forms.ChoiceField(label=_("By"), required=False)
    kind = forms.ChoiceField(label=_("Kind"), required=False)

    def __init__(self, request: MemberRequest, data: Any, record: Record | None = None) -> None:
        self.request, self.record = request, record
        super().__init__(data)
        # Named as in the address: "from" is no name in Python.
        self.fields["from"] = forms.DateField(label=_("From"), required=False, widget=DayInput())
        self.fields["to"] = forms.DateField(label=_("To"), required=False, widget=DayInput())
        self.fields["day"] = forms.DateField(required=False, widget=forms.HiddenInput())
        self.choices("person", [("", _("Anybody")), *self.people(), (PROGRAMS, _("Nobody signed in"))])
        if record:
            del self.fields["kind"]
        else:
            self.choices("kind", [("", _("Everything")), *self.kinds()])

    def choices(self, name: str, choices: list[tuple[str, Any]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def people(self) -> list[tuple[str, str]]:
        """Whoever is or was a member."""
        former = table_of(Membership)._default_manager.filter(organisation_id=self.request.organisation.pk)
        here = Q(memberships__organisation=self.request.organisation) | Q(pk__in=former.values("user_id"))
        return [(str(one.pk), one.name) for one in User.objects.filter(here).distinct().order_by("name")]

    def kinds(self) -> list[tuple[str, str]]:
        records = [(kind.KIND, capfirst(str(kind._meta.verbose_name_plural))) for kind in Record.__subclasses__()]
        told = [
            (str(model._meta.model_name), capfirst(str(model._meta.verbose_name_plural)))
            for model, (right, _page) in TOLD.items()
            if right in self.request.permissions
        ]
        return sorted(records, key=lambda pair: pair[1]) + told

    def asked(self) -> Asked:
        """What is asked for; fields that are wrong ask for nothing."""
        self.is_valid()
        found = self.cleaned_data
        first, last = found.get("day") or found.get("from"), found.get("day") or found.get("to")
        person = found.get("person")
        return Asked(
            user=self.request.user,
            organisation=self.request.organisation,
            rights=self.request.permissions,
            reads_all=VIEW_RECORDS in self.request.permissions,
            record=self.record,
            kind=found.get("kind", ""),
            person=NOBODY if person == PROGRAMS else int(person) if person else None,
            begins=self.start_of(first),
            ends=self.start_of(last, 1),
            before=as_key(self.data.get("before", "")),
        )

    def start_of(self, day: date | None, later: int = 0) -> datetime | None:
        if day is None or not 1900 <= day.year <= 2999:
            return None
        return datetime.combine(day + timedelta(days=later), time(), self.request.organisation.zone)


def seal() -> Fernet:
    secret = sha256(f"place in the history:{settings.SECRET_KEY}".encode()).digest()
    return Fernet(urlsafe_b64encode(secret))


def as_text(key: Key) -> str:
    """A key as it stands in an address: sealed, since it holds the moment of what may be told by its day only."""
    return seal().encrypt(f"{key.at.isoformat()}~{key.kind}~{key.number}".encode()).decode()


def as_key(text: str) -> Key | None:
    """The key of an address; None for what nobody was given."""
    try:
        text = seal().decrypt(text.encode()).decode()
    except InvalidToken:
        return None
    at, _line, rest = text.partition("~")
    kind, _line, number = rest.partition("~")
    try:
        key = Key(datetime.fromisoformat(at.replace(" ", "+")), int(kind), int(number))
    except ValueError:
        return None
    return key if key.at.tzinfo and 0 <= key.kind < 99 and 0 <= key.number < 2**63 else None


def with_query(request: Any, **changes: str | None) -> str:
    """The query of an address with some parameters changed, or taken out by None."""
    query = request.GET.copy()
    for name, value in changes.items():
        if value is None:
            query.pop(name, None)
        else:
            query[name] = value
    return f"?{query.urlencode()}"
