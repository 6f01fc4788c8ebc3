"""Finds any record, person or page one may see by its reference or by words, while one types.

Each step asks for a bounded number of candidates, so a word that is in every record costs no more than a rare one.
What is typed reaches PostgreSQL as parameters and bare words only (docs/decisions/0009-search.md).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from organisations.models import Membership, Organisation
from organisations.roles import ENTER_ROOM, MANAGE_MEMBERS, VIEW_RECORDS, Role

from .addresses import record_address
from .grants import readable_by, readable_one_by_one
from .models import Record, RecordQuerySet

# So many characters and words of what was typed are looked at, and so many records before the best are chosen.
LONGEST = 200
WORDS = 8
CANDIDATES = 200
FEW = 4
# Pages that are no record: words, name of the URL, right one needs (see organisations.roles).
PAGES = (
    (gettext_lazy("Home"), "home", ""),
    (gettext_lazy("Clauses and controls"), "position-list", ""),
    (gettext_lazy("AI systems"), "ai-system-list", ""),
    (gettext_lazy("Suppliers"), "supplier-list", ""),
    (gettext_lazy("Evidence"), "evidence-list", ""),
    (gettext_lazy("Due"), "due-list", ""),
    (gettext_lazy("Mentions"), "mention-list", ""),
    (gettext_lazy("Help"), "help", ""),
    (gettext_lazy("Crosswalks to other frameworks"), "framework-list", VIEW_RECORDS),
    (gettext_lazy("Reports"), "report-list", VIEW_RECORDS),
    (gettext_lazy("Organisation"), "organisation-edit", VIEW_RECORDS),
    (gettext_lazy("Members"), "member-list", MANAGE_MEMBERS),
)


@dataclass(frozen=True)
class Hit:
    """One thing found: what it is called, what it is, and where it opens."""

    title: str
    what: str
    url: str
    reference: str = ""


def found(
    user: Any, organisation: Organisation, text: str, limit: int = 50, *, rights: frozenset[str] = frozenset()
) -> list[Hit]:
    """What `user` may see that fits `text`, the best first: reference, pages, people, titles, texts, what is similar.

    `rights` are those of the membership; without them no person and no page that needs one is found.
    """
    text = " ".join(text.replace("\x00", "")[:LONGEST].split())
    words = words_of(text)
    if not words:
        return []
    hits: dict[str, Hit] = {}
    records = visible(user, organisation)
    for step in steps(records, organisation, text, words, rights):
        hits |= {hit.url: hit for hit in step if hit.url not in hits}
        if len(hits) >= limit:
            break
    return list(hits.values())[:limit] or similar(records, organisation, words)[:limit]


def steps(
    records: QuerySet[Record], organisation: Organisation, text: str, words: list[str], rights: frozenset[str]
) -> Iterator[Iterable[Hit]]:
    """The ways to look, asked one after the other until enough was found."""
    may_be_reference = " " not in text
    named = by_reference(records, organisation, text) if may_be_reference else []
    exact = [hit for hit in named if hit.reference.upper() == text.upper()]
    yield exact
    yield pages(organisation, words, rights)
    yield people(organisation, words, rights)
    yield named
    if not exact and len(max(words, key=len)) > 1:
        yield told(ranked(records, words, "A"), organisation)
        yield told(ranked(records, words, ""), organisation)


def by_reference(records: QuerySet[Record], organisation: Organisation, text: str) -> list[Hit]:
    """The record with this reference, and those whose reference begins so, the shortest first."""
    columns = ("kind", "reference", "title")
    exact = records.filter(reference__iexact=text).values_list(*columns)
    rows = exact.union(records.filter(reference__istartswith=text).values_list(*columns)[:CANDIDATES])
    return [record_hit(organisation, *row) for row in sorted(rows, key=lambda row: (len(row[1]), row[1]))]


def words_of(text: str) -> list[str]:
    """The words typed, made as the index makes its own: no accents, small letters, nothing but letters and digits."""
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
    return re.findall(r"[^\W_]+", plain.lower())[:WORDS]


def visible(user: Any, organisation: Organisation) -> QuerySet[Record]:
    """Every record one may see: by the rule of all records, and that of each kind with one of its own (evidence)."""
    if not readable_one_by_one(user):
        return Record.objects.visible_to(user).of(organisation)
    wider = [kind for kind in Record.__subclasses__() if queryset_of(kind).visible_to is not RecordQuerySet.visible_to]
    # As a set that is made once: asked for each row anew, a common word takes seconds at 100,000 records.
    doors = [Q(pk__in=queryset_of(kind)(kind).visible_to(user).of(organisation).values("pk")) for kind in wider]
    return Record.objects.of(organisation).filter(reduce(or_, doors, readable_by(user)))


def queryset_of(kind: type[Record]) -> type[RecordQuerySet[Any]]:
    return type(kind._default_manager.all())


def ranked(records: QuerySet[Record], words: list[str], weight: str) -> QuerySet[Record]:
    """Records in which each word begins a word of the title (weight A) or of any text, in the order they come in."""
    query = SearchQuery(" & ".join(f"{word}:*{weight}" for word in words), config="simple", search_type="raw")
    return records.filter(search_entry__words=query).annotate(rank=SearchRank(F("search_entry__words"), query))


def told(records: QuerySet[Record], organisation: Organisation) -> list[Hit]:
    """The best of the first candidates. They are sorted here: sorting all there are would take as long as there are."""
    by_rank = "rank" in records.query.annotations
    rows = records.values_list("kind", "reference", "title", *(["rank"] if by_rank else []))[:CANDIDATES]
    best = sorted(rows, key=lambda row: (-row[3] if by_rank else 0, len(row[1]), row[1]))
    return [record_hit(organisation, kind, reference, title) for kind, reference, title, *_rank in best]


def record_hit(organisation: Organisation, kind: str, reference: str, title: str) -> Hit:
    names = {one.KIND: one._meta.verbose_name for one in Record.__subclasses__()}
    url = record_address(kind, organisation.slug, reference)
    return Hit(title, capfirst(str(names[kind])), url, reference)


def similar(records: QuerySet[Record], organisation: Organisation, words: list[str]) -> list[Hit]:
    """Where nothing fits: records whose words begin as those typed do, for endings and slips further on."""
    return told(ranked(records, [word[: max(3, len(word) * 2 // 3)] for word in words], ""), organisation)


def pages(organisation: Organisation, words: list[str], rights: frozenset[str]) -> list[Hit]:
    """Pages of the portal in whose name each word begins one; somebody in a room has their own, in the rail."""
    if ENTER_ROOM in rights:
        return []
    return [
        Hit(str(title), _("Page"), reverse(name, kwargs={"organisation": organisation.slug}))
        for title, name, right in PAGES
        if (not right or right in rights) and begins(words_of(str(title)), words)
    ][:FEW]


def begins(names: list[str], words: list[str]) -> bool:
    return all(any(name.startswith(word) for name in names) for word in words)


def people(organisation: Organisation, words: list[str], rights: frozenset[str]) -> list[Hit]:
    """Members by name or mail; those who keep members open the membership, everybody else what the person owns."""
    if VIEW_RECORDS not in rights:
        return []
    members = Membership.objects.current().filter(organisation=organisation)
    for word in words:
        members = members.filter(Q(user__name__icontains=word) | Q(user__email__icontains=word))
    rows = members.order_by("user__name").values_list("pk", "user_id", "user__name", "role")[:FEW]
    kwargs = {"organisation": organisation.slug}
    return [
        Hit(
            name,
            str(Role(role).label),
            reverse("member-edit", kwargs=kwargs | {"pk": pk})
            if MANAGE_MEMBERS in rights
            else f"{reverse('search', kwargs=kwargs)}?person={user}",
        )
        for pk, user, name, role in rows
    ]


def owned(user: Any, organisation: Organisation, person: int) -> list[Hit]:
    """What a person owns, as far as `user` may see it."""
    return told(visible(user, organisation).filter(owner_id=person), organisation)
