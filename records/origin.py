"""Says in words through which door a change came, from what was noted with it (organisations.origin)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

# By the last word of a page's name: `supplier-edit`, `position-save`.
DOORS = {
    "edit": gettext_lazy("the edit form"),
    "new": gettext_lazy("the form for a new one"),
    "save": gettext_lazy("its page"),
    "answer": gettext_lazy("its page"),
    "expected": gettext_lazy("its page"),
    "evidence": gettext_lazy("the drop zone"),
    "drop": gettext_lazy("the drop zone"),
    "link": gettext_lazy("the page for linking evidence"),
    "version": gettext_lazy("the form for a new version"),
    "write": gettext_lazy("the form for a new version"),
    "retire": gettext_lazy("the form for retiring"),
    "live": gettext_lazy("the decision to go live"),
    "assessment": gettext_lazy("the page of the system"),
    "invite": gettext_lazy("the form for inviting"),
    "accept": gettext_lazy("an invitation"),
}


def through(origin: dict[str, Any]) -> str:
    """Key, job, command or page; words for what was written past the portal, or by nobody."""
    if "channel" in origin:
        return _("the anonymous form")
    if key := origin.get("api_key"):
        return _("the API key %(name)s") % {"name": origin.get("api_key_name") or key}
    if name := origin.get("import_of"):
        return _("the import of %(name)s") % {"name": name}
    if job := origin.get("job"):
        return _("the job %(name)s") % {"name": str(job).rpartition(".")[2]}
    if command := origin.get("command"):
        return _("the command %(name)s") % {"name": command}
    page, path = str(origin.get("page", "")), str(origin.get("url", ""))
    if page.startswith("api-"):
        return _("the API")
    if door := DOORS.get(page.rpartition("-")[2], _("its page")) if page else path:
        return str(door)
    return _("the database, outside the portal")
