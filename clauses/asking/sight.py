"""Who must go on seeing a record because an action or a request about it waits for them."""

from __future__ import annotations

from django.db.models import Q

from clauses.models import EvidenceRequest, Task
from clauses.models.asking import SETTLED, TaskState
from records.models import Record


def asked_about(record: Record, *, but: int = 0) -> set[int]:
    """Keys of the people of whom something open about a record is asked; not counting `but`, an action or request."""
    # What is done or withdrawn asks nothing of anybody any more.
    open_tasks = Task.objects.filter(about=record.pk, state=TaskState.OPEN)
    open_requests = EvidenceRequest.objects.filter(about=record.pk).exclude(state__in=SETTLED)
    found = Record.objects.filter(Q(pk__in=open_tasks) | Q(pk__in=open_requests)).exclude(pk=but)
    return set(found.exclude(owner=None).values_list("owner", flat=True))
