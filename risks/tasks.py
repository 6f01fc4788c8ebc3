"""What the worker does for risks and assessments."""

from celery import shared_task

from risks.changes import drafts


@shared_task(ignore_result=True)
def draft_what_changed() -> None:
    drafts.draft_what_changed()
