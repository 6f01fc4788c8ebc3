"""Says in words what an event did: labels instead of columns, choices instead of codes, names instead of ids."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any, cast

from django.db.models import Field, Model, QuerySet
from django.utils import formats, timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from organisations.models import User

from .charts import plain
from .events import Event
from .models import Record


class Words:
    """Knows the names of all that some events mention; one query for each kind of thing."""

    def __init__(self, user: Any, found: Iterable[Event]) -> None:
        found = list(found)
        wanted: dict[type[Model], set[int]] = defaultdict(set)
        for event in found:
            wanted[User].add(event.user or 0)
            for item in event.source.fields:
                if item.is_relation:
                    ids = (event.before.get(item.attname), event.after.get(item.attname))
                    wanted[named_by(item)].update(key for key in ids if key is not None)
        self.names = {
            # 0 is nobody's id: with it there is one query for each kind of thing, found or not.
            model: {key: str(thing) for key, thing in self.seen_by(user, model).in_bulk(ids | {0}).items()}
            for model, ids in wanted.items()
        }

    @staticmethod
    def seen_by(user: Any, model: type[Model]) -> QuerySet[Any]:
        """A record that somebody may not see is not named to them either, not even in the history of another."""
        return Record.objects.visible_to(user) if model is Record else model._default_manager.all()

    def subject(self, found: list[Event]) -> str:
        """What a change was about, where that is no record: `Member Anna Weber`, as it was called then."""
        event = found[0]
        values = event.after or event.before
        name = values.get("name") or self.names[User].get(values.get("user_id"), "")
        if not name and hasattr(event.model, "known_by"):
            name = " → ".join(self.either(item, event) for item in naming(event))
        return f"{event.model._meta.verbose_name} {name}".strip()

    def who(self, found: list[Event]) -> str:
        """The person behind a change; empty where no person signed in made it."""
        return next((self.names[User].get(event.user, "") for event in found if event.user), "")

    def lines(self, event: Event) -> list[dict[str, str]]:
        """`{field, before, after}` for each column that changed; nothing for a record's first version."""
        is_told = issubclass(event.model, Record) or event.source.kind
        if is_told and event.label != "update":
            return []
        named = [] if is_told else naming(event)
        told = [item for item in event.source.fields if item not in named]
        about = ", ".join(filter(None, (self.either(item, event) for item in named)))
        if not told:
            is_gone = event.label == "delete"
            line = {"before": about if is_gone else "", "after": "" if is_gone else about}
            return [{"field": capfirst(str(event.model._meta.verbose_name)), **line}]
        return list(filter(None, (self.line(item, event, about) for item in told)))

    def line(self, item: Field[Any, Any], event: Event, about: str) -> dict[str, str] | None:
        before = self.value(item, event.before.get(item.attname))
        after = self.value(item, event.after.get(item.attname))
        if before == after:
            return None
        return {"field": f"{capfirst(str(item.verbose_name))} {about}".strip(), "before": before, "after": after}

    def either(self, item: Field[Any, Any], event: Event) -> str:
        return self.value(item, event.after.get(item.attname) or event.before.get(item.attname))

    def value(self, item: Field[Any, Any], value: Any) -> str:
        """One value as people read it."""
        if value is None or value == "" or value == []:
            return ""
        if item.is_relation:
            return self.names[named_by(item)].get(value, _("another record") if named_by(item) is Record else "")
        if isinstance(value, list):
            choices = dict(item.base_field.flatchoices)  # type: ignore[attr-defined]
            return ", ".join(str(choices.get(one, one)) for one in value)
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        if isinstance(value, datetime):
            return formats.date_format(timezone.localtime(value), "j M Y, H:i")
        if isinstance(value, date):
            return formats.date_format(value, "j M Y")
        if item.get_internal_type() == "DecimalField":
            return plain(Decimal(value))
        return str(dict(item.flatchoices).get(value, value))


def naming(event: Event) -> list[Field[Any, Any]]:
    """The columns that tell one row of a record from the others: what `known_by` names, else what it points to."""
    known_by = getattr(event.model, "known_by", None)
    return [item for item in event.source.fields if (item.name in known_by if known_by else item.is_relation)]


def named_by(item: Field[Any, Any]) -> type[Model]:
    """Where the name of what a column points to is kept: every record's is on `Record`."""
    model = cast(type[Model], item.related_model)
    return Record if issubclass(model, Record) else model
