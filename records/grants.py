"""The conditions under which somebody may read or change a record, as SQL. Nothing else decides it.

What a person's memberships allow is asked once: for a request, where `organisations.middleware.enter` noted it as
`held`, and as `days` which day it is there; else for a query. Both read the same tables, and a test compares them. What
was given record by record is asked once for a query. So a list, a page and a report cost the same one query whatever
their size.
"""

from datetime import date
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import BooleanField, F, Func, Q
from django.utils import timezone

from organisations.roles import CHANGE_RECORDS, CONTRIBUTE, ENTER_ROOM, VIEW_RECORDS

VIEW = "view_record"
CHANGE = "change_record"
COLUMNS = {"organisation": "organisation", "owner": "owner", "record": "pk"}

# A membership lasts to the end of its last day in the organisation's own time zone.
MEMBER_WITH = """(
    SELECT place.id FROM organisations_membership member
    JOIN organisations_organisation place ON place.id = member.organisation_id
    JOIN organisations_organisationgrant held ON held.user_id = member.user_id AND held.content_object_id = place.id
    JOIN auth_permission permission ON permission.id = held.permission_id
    WHERE member.user_id = %s AND permission.codename = %s
        AND (member.until IS NULL OR member.until >= (%s AT TIME ZONE place.timezone)::date)
)"""
GIVEN = """(
    SELECT given.content_object_id FROM records_recordgrant given
    JOIN auth_permission permission ON permission.id = given.permission_id
    JOIN records_record record ON record.id = given.content_object_id
    JOIN organisations_organisation place ON place.id = record.organisation_id
    WHERE given.user_id = %s AND permission.codename = %s
        AND (given.since IS NULL OR given.since <= (%s AT TIME ZONE place.timezone)::date)
        AND (given.until IS NULL OR given.until >= (%s AT TIME ZONE place.timezone)::date)
)"""
# What is somebody's own or was given to them in organisations of which it is known which day it is there. As one set
# (not as a choice for each row) it is looked up by index, and what is asked for is found from it.
THEIRS = """(
    SELECT own.id FROM records_record own WHERE own.organisation_id = ANY(%s) AND own.owner_id = %s
    UNION ALL
    SELECT given.content_object_id FROM records_recordgrant given
    JOIN records_record record ON record.id = given.content_object_id AND record.organisation_id = ANY(%s)
    WHERE given.user_id = %s AND given.permission_id = ANY(ARRAY(SELECT id FROM auth_permission WHERE codename = %s))
        AND (given.since IS NULL OR given.since <= %s) AND (given.until IS NULL OR given.until >= %s)
)"""
# What was released to somebody who was let into a room, and nothing because they own it.
RELEASED = """(
    SELECT given.content_object_id FROM records_recordgrant given
    JOIN records_record record ON record.id = given.content_object_id AND record.organisation_id = ANY(%s)
    WHERE given.user_id = %s AND given.permission_id = ANY(ARRAY(SELECT id FROM auth_permission WHERE codename = %s))
        AND (given.since IS NULL OR given.since <= %s) AND (given.until IS NULL OR given.until >= %s)
)"""
ALLOWED = f"""(
    {{organisation}} IN {MEMBER_WITH}
    OR {{organisation}} IN {MEMBER_WITH} AND ({{owner}} = %s OR {{record}} IN {GIVEN})
    OR {{organisation}} IN {MEMBER_WITH} AND {{record}} IN {GIVEN}
)"""


class Condition(Func):
    """A condition in SQL on columns of the row, with parameters in the order in which it names them."""

    output_field = BooleanField()

    def __init__(self, sql: str, parameters: list[Any], **columns: str) -> None:
        super().__init__(*map(F, columns.values()))
        self.sql, self.parameters, self.names = sql, parameters, tuple(columns)

    def as_sql(self, compiler: Any, connection: Any, *_: Any, **__: Any) -> Any:
        columns = [compiler.compile(column)[0] for column in self.get_source_expressions()]
        return self.sql.format(**dict(zip(self.names, columns, strict=True))), self.parameters


def readable_by(user: Any) -> Q:
    """Records `user` may see: all with the right to view, else what they own or were given; none once they left."""
    return reduce(or_, allowed(user, VIEW_RECORDS, VIEW), Q(pk__in=[]))


def changeable_by(user: Any) -> Q:
    """Records `user` may change, by the same rule with the rights to change."""
    return reduce(or_, allowed(user, CHANGE_RECORDS, CHANGE), Q(pk__in=[]))


def readable_as_a_whole(user: Any) -> Q:
    """Records of organisations all of which `user` may see; where that is not noted, all they may see."""
    return reduce(or_, allowed(user, VIEW_RECORDS, VIEW, single=False), Q(pk__in=[]))


def readable_one_by_one(user: Any) -> list[Q]:
    """The ways in which `user` may see single records where they may not see all; none for who sees all."""
    return allowed(user, VIEW_RECORDS, VIEW, whole=False)


def is_noted(user: Any) -> bool:
    """True within a request that knows what the memberships of `user` allow."""
    return getattr(user, "held", None) is not None


def allowed(user: Any, right: str, grant: str, *, whole: bool = True, single: bool = True) -> list[Q]:
    """The ways to be allowed, each of them a condition that an index can answer."""
    if not getattr(user, "is_active", False):
        return []
    now = timezone.now()
    if not is_noted(user):
        given = [user.pk, grant, now, now]
        values = [user.pk, right, now, user.pk, CONTRIBUTE, now, user.pk, *given, user.pk, ENTER_ROOM, now, *given]
        return [Q(Condition(ALLOWED, values, **COLUMNS))]
    ways = []
    if whole and (everything := holding(user.held, right)):
        ways.append(Q(organisation__in=everything))
    for day, there in by_day(user, holding(user.held, CONTRIBUTE) if single else []):
        values = [there, user.pk, there, user.pk, grant, day, day]
        ways.append(Q(Condition(f"{{record}} IN {THEIRS}", values, record="pk")))
    for day, there in by_day(user, holding(user.held, ENTER_ROOM) if single else []):
        ways.append(Q(Condition(f"{{record}} IN {RELEASED}", [there, user.pk, grant, day, day], record="pk")))
    return ways


def by_day(user: Any, organisations: list[int]) -> list[tuple[date, list[int]]]:
    """Organisations by the day it is there."""
    days = sorted({user.days[one] for one in organisations})
    return [(day, [one for one in organisations if user.days[one] == day]) for day in days]


def holding(held: dict[int, frozenset[str]], right: str) -> list[int]:
    return [organisation for organisation, rights in held.items() if right in rights]


def belongs_with(user: Any, right: str) -> Q:
    """Things of organisations in which `user` is a member, has not left, and holds a right."""
    if not getattr(user, "is_active", False):
        return Q(pk__in=[])
    return Q(
        Condition(f"({{organisation}} IN {MEMBER_WITH})", [user.pk, right, timezone.now()], organisation="organisation")
    )
