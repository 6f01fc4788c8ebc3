"""A save that came too late is refused, and shown beside what was saved meanwhile. Nothing typed is lost."""

from typing import Any

from django.db import models
from django.forms.models import model_to_dict

from .forms import RecordForm


def conflict(form: RecordForm) -> dict[str, Any]:
    """What the side-by-side page needs; the form then carries the newer version, so the next save is meant."""
    record = form.instance
    theirs = type(record)._default_manager.get(pk=record.pk)
    form.is_valid()
    fields = [compared(form, theirs, name) for name in form.fields if name != "version"]
    form.continue_from(theirs)
    return {"theirs_by": theirs.changed_by or "", "theirs_at": theirs.changed_at, "fields": fields}


def compared(form: RecordForm, theirs: models.Model, name: str) -> dict[str, Any]:
    bound = form[name]
    saved = model_to_dict(theirs, [name]).get(name)
    same = not bound.field.has_changed(saved, bound.data)
    yours = form.cleaned_data.get(name, bound.data)
    return {"label": bound.label, "name": name, "yours": text(yours), "theirs": shown(theirs, name), "same": same}


def shown(record: models.Model, name: str) -> str:
    display = getattr(record, f"get_{name}_display", None)
    value = display() if display else getattr(record, name, "")
    return text(value.all() if hasattr(value, "all") else value)


def text(value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, list | models.QuerySet):
        return ", ".join(str(item) for item in value)
    return str(value)
