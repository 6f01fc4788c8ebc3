"""The records of a pack, one line of JSON each: what they are, and which records they name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from django.db.models import F
from django.utils import timezone
from django.utils.text import capfirst

from evidence.references import natural
from organisations.models import Organisation, User
from records.models import Record

from .links import named_by

AT_ONCE = 500


def listed(keys: Sequence[int], organisation: Organisation, user: User) -> Iterator[dict[str, Any]]:
    """Records in the order of `keys`; links lead to what `user` may see, in the pack or not."""
    kinds = {kind.KIND: kind for kind in Record.__subclasses__()}
    for start in range(0, len(keys), AT_ONCE):
        some = keys[start : start + AT_ONCE]
        rows = Record.objects.filter(pk__in=some).annotate(owned_by=F("owner__name")).in_bulk()
        for kind, of_kind in groupby(some, key=lambda key: rows[key].kind):
            yield from of_one_kind(kinds[kind], [rows[key] for key in of_kind], organisation, user)


def of_one_kind(
    kind: type[Record], records: list[Any], organisation: Organisation, user: User
) -> Iterator[dict[str, Any]]:
    named = named_by(kind, [record.pk for record in records])
    targets = {target for links in named.values() for _word, target in links}
    visible = Record.objects.visible_to(user).of(organisation).filter(pk__in=targets)
    references = dict(visible.values_list("pk", "reference")) if targets else {}
    for record in records:
        links = {(word, references[key]) for word, key in named.get(record.pk, ()) if key in references}
        yield {
            "kind": record.kind,
            "kind_name": capfirst(str(kind._meta.verbose_name)),
            "reference": record.reference,
            "title": record.title,
            "version": record.version,
            "owner": record.owned_by or "",
            "review_on": record.review_on.isoformat() if record.review_on else "",
            # The day is enough, and all that may be told of what nobody is to be known by.
            "changed_on": timezone.localtime(record.changed_at, organisation.zone).date().isoformat(),
            "links": [[word, to] for word, to in sorted(links, key=lambda one: (one[0], natural(one[1])))],
        }
