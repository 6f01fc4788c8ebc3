"""Where an auditor is in their room."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from organisations.requests import MemberRequest


def crumbs(request: MemberRequest, *steps: tuple[str, str | None]) -> list[tuple[str, str | None]]:
    """The room, and the steps from it to this page."""
    return [(_("Audit room"), reverse("room", kwargs={"organisation": request.organisation.slug})), *steps]
