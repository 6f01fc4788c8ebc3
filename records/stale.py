"""A save that came too late is refused and compared with what was saved meanwhile (organisations.merging)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from organisations import merging

from .forms import RecordForm
from .versions import as_of_version


def conflict(form: RecordForm, unclear: list[str] | None = None) -> dict[str, Any]:
    """What the side-by-side page needs; the form then carries the newer version, so the next save is meant.

    `unclear` are fields whose choice was asked for before and not made.
    """
    began = form.started_from
    saved = type(form.instance)._default_manager.get(pk=form.instance.pk)
    fields = merging.compare(form, before=initial_at(form, began), now=initial_of(form, saved))
    form.continue_from(saved)
    for name in unclear or []:
        form.errors[name] = form.error_class([_("Choose which of the texts to keep.")])
    by = saved.changed_by or _("Somebody")
    return {"theirs_by": by, "theirs_at": saved.changed_at, "fields": fields, "began": began}


def settle(form: RecordForm) -> list[str]:
    """Applies the choices made on the side-by-side page; returns the fields for which none was made."""
    if merging.CHOOSE not in form.data:
        return []
    version = form.started_from
    if version == form.instance.version:
        return merging.settle(form, initial_of(form, form.instance))
    return merging.settle(form, initial_at(form, version) or {})


def initial_of(form: RecordForm, record: Any) -> dict[str, Any]:
    """The values that this form would show of the record."""
    fresh = type(form)(instance=type(record)._default_manager.get(pk=record.pk), **form.who)
    return {name: fresh.get_initial_for_field(item, name) for name, item in fresh.fields.items()}


def initial_at(form: RecordForm, version: int | None) -> dict[str, Any] | None:
    """The values it showed of an earlier version; None where history does not know that version."""
    found = as_of_version(form.instance, version) if version else None
    if found is None:
        return None
    columns, links = found
    then = type(form)(instance=type(form.instance)(**columns), **form.who)
    values = {name: then.get_initial_for_field(item, name) for name, item in then.fields.items()}
    shown = {
        name: form.data[form.add_initial_prefix(name)]
        for name, item in form.fields.items()
        if item.show_hidden_initial and form.add_initial_prefix(name) in form.data
    }
    return values | {name: keys for name, keys in links.items() if name in values} | shown
