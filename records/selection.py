"""Many records changed at once: what would change and what is refused, then one transaction, one history entry each.

The rules are those of one record: who may change it, the version it was shown in, what its `clean` says.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import BooleanField, ExpressionWrapper, F
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from organisations.models import Organisation, User
from organisations.requests import MemberRequest
from organisations.roles import CHANGE_RECORDS, CONTRIBUTE

from .forms import people_of
from .grants import changeable_by
from .models import Record
from .widgets import DayInput

if TYPE_CHECKING:
    from .views import RecordViews

MOST = 10_000
PICK = re.compile(r"(\d{1,18})v(\d{1,9})")
SHARED = {item.name for item in Record._meta.local_fields}
Picks = dict[int, int]


@dataclass
class Line:
    """One record of a selection: what would change, or why nothing does."""

    record: Record | None
    before: str = ""
    after: str = ""
    reason: str = ""


@dataclass
class Plan:
    """What a change would do to a selection. `same` already have the value."""

    changing: list[Line] = field(default_factory=list)
    refused: list[Line] = field(default_factory=list)
    same: int = 0

    @property
    def count(self) -> int:
        return len(self.changing) + len(self.refused) + self.same

    @property
    def picks(self) -> Picks:
        return {line.record.pk: line.record.version for line in self.changing if line.record}


class SelectionForm(forms.Form):
    """The one value a selection is set to: the field `name` of the record type, required."""

    def __init__(self, data: Any, *, model: type[Record], name: str, organisation: Organisation) -> None:
        super().__init__(data)
        column: Any = model._meta.get_field(name)
        label = capfirst(str(column.verbose_name))
        if column.is_relation:
            self.fields["value"] = forms.ModelChoiceField(
                people_of(organisation), label=label, empty_label=str(_("Choose a person"))
            )
        elif isinstance(column, models.DateField):
            self.fields["value"] = forms.DateField(label=label, widget=DayInput)
        else:
            choices = [("", _("Choose")), *((value, words) for value, words in column.flatchoices if value)]
            self.fields["value"] = forms.ChoiceField(label=label, choices=choices)


def offers(request: MemberRequest, records: Any) -> tuple[str, Any]:
    """Which rows get a checkbox: `all`, those marked `may_be_changed` (`own`), or none; and the rows, marked."""
    if CHANGE_RECORDS in request.permissions:
        return "all", records
    if CONTRIBUTE in request.permissions:
        return "own", marked(request, records)
    return "", records


def marked(request: MemberRequest, records: Any) -> Any:
    return records.annotate(may_be_changed=ExpressionWrapper(changeable_by(request.user), BooleanField()))


def read_picks(values: Iterable[str]) -> Picks:
    """`12v3` is record 12 as it was shown in its version 3; anything else is left out."""
    found = (PICK.fullmatch(one) for value in values for one in value.split())
    return {int(one[1]): int(one[2]) for one in found if one}


def write_picks(picks: Picks) -> str:
    return " ".join(f"{pk}v{version}" for pk, version in picks.items())


def plan(views: RecordViews, request: MemberRequest, picks: Picks, name: str, value: Any) -> Plan:
    """What setting `name` to `value` would do. A handful of queries, however many records."""
    found = marked(request, views.visible(request).select_related("changed_by").filter(pk__in=list(picks)))
    records = {record.pk: record for record in found}
    result = Plan(refused=[Line(None, reason=_("No longer to be seen by you"))] * (len(picks) - len(records)))
    for pk, record in records.items():
        before = getattr(record, name)
        line = Line(record, shown(record, name))
        line.reason = obstacle(record, picks[pk]) or views.hindrance(request, record, name)
        if not line.reason and before == value:
            result.same += 1
            continue
        if not line.reason:
            setattr(record, name, value)
            line.after, line.reason = shown(record, name), fault(record.clean)
        (result.refused if line.reason else result.changing).append(line)
    return result


def obstacle(record: Any, version: int) -> str:
    if not record.may_be_changed:
        return _("You may read this record, not change it")
    if record.version != version:
        when = date_format(timezone.localtime(record.changed_at), "j M Y, H:i")
        return _("Changed meanwhile by %(who)s, %(when)s") % {"who": record.changed_by or _("somebody"), "when": when}
    return ""


def fault(rules: Callable[[], None]) -> str:
    try:
        rules()
    except ValidationError as error:
        return " ".join(error.messages)
    return ""


def shown(record: Record, name: str) -> str:
    """A value as people read it."""
    display = getattr(record, f"get_{name}_display", None)
    value = display() if display else getattr(record, name)
    if hasattr(value, "strftime"):
        return date_format(value, "j M Y")
    return str(value) if value not in (None, "") else ""


@transaction.atomic
def carry_out(
    views: RecordViews, request: MemberRequest, picks: Picks, name: str, value: Any, promised: Picks
) -> tuple[Plan, bool]:
    """Changes what the person was shown, all or nothing; says whether it did. The records are locked meanwhile.

    Not when anything would now be done to other records than those `promised` in the preview.
    """
    list(Record.objects.select_for_update().filter(pk__in=list(picks)).order_by("pk").values_list("pk"))
    result = plan(views, request, picks, name, value)
    if result.picks != promised or not promised:
        return result, False
    values = {name: value} | views.beside(request, name, value)
    former = former_owners(list(promised)) if name == "owner" else {}
    write(views.model, list(promised), values, by=request.user)
    if former:
        views.handed_over(former)
    return result, True


def former_owners(ids: list[int]) -> dict[int, set[User]]:
    records = Record.objects.select_related("owner").filter(pk__in=ids)
    return {record.pk: {record.owner} if record.owner else set() for record in records}


def write(model: type[Record], ids: list[int], values: dict[str, Any], *, by: User) -> None:
    """Two statements at most: the type's own columns, and the record's with the next version."""
    own = {column: value for column, value in values.items() if column not in SHARED}
    if own:
        model._default_manager.filter(pk__in=ids).update(**own)
    shared = {column: value for column, value in values.items() if column in SHARED}
    Record.objects.filter(pk__in=ids).update(
        version=F("version") + 1, changed_by=by, changed_at=timezone.now(), **shared
    )
