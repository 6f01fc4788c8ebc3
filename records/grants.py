"""The conditions under which somebody may read or change a record, as SQL. Nothing else decides it.

Each condition is a correlated EXISTS, so a list, a page and a report cost the same one query whatever their size.
"""

from typing import Any

from django.db.models import DateTimeField, Exists, F, OuterRef, Q, Value
from django.utils import timezone

from organisations.models import LocalDay, Membership, OrganisationGrant
from organisations.roles import CHANGE_RECORDS, CONTRIBUTE, VIEW_RECORDS

VIEW = "view_record"
CHANGE = "change_record"


def readable_by(user: Any) -> Q:
    """Records `user` may see: all with the right to view, else what they own or were given; none once they left."""
    if not getattr(user, "is_active", False):
        return Q(pk__in=[])
    return Q(belongs(user)) & (Q(holds(user, VIEW_RECORDS)) | theirs(user, VIEW))


def changeable_by(user: Any) -> Q:
    """Records `user` may change, by the same rule with the rights to change."""
    if not getattr(user, "is_active", False):
        return Q(pk__in=[])
    return Q(belongs(user)) & (Q(holds(user, CHANGE_RECORDS)) | theirs(user, CHANGE))


def belongs(user: Any) -> Exists:
    return Exists(Membership.objects.current().filter(user=user, organisation=OuterRef("organisation")))


def holds(user: Any, right: str) -> Exists:
    return Exists(
        OrganisationGrant.objects.filter(user=user, content_object=OuterRef("organisation"), permission__codename=right)
    )


def theirs(user: Any, right: str) -> Q:
    """Owned or given, and only while the role lets one contribute."""
    from .models import (
        RecordGrant,  # the grants' own querysets are built on these conditions
    )

    now = Value(timezone.now(), DateTimeField())
    today = LocalDay(now, F("content_object__organisation__timezone"))
    given = RecordGrant.objects.filter(
        Q(since=None) | Q(since__lte=today),
        Q(until=None) | Q(until__gte=today),
        user=user,
        content_object=OuterRef("pk"),
        permission__codename=right,
    )
    return Q(holds(user, CONTRIBUTE)) & (Q(owner_id=user.pk) | Q(Exists(given)))
