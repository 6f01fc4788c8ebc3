"""Makes a report from beginning to end in the worker: claim, derive, print, keep."""

from __future__ import annotations

import logging
from uuid import UUID

from django.db import Error as DatabaseError
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from records.past.looking import looking_back
from records.sealing.sealer import seal

from .actions import Lost, claim, fail, keep, renew
from .models import Report
from .one_moment import one_moment
from .pack.building import build_and_keep
from .papers import paper_of
from .papers.printing import UnprintableError, printed
from .sheets import sheets_of
from .sheets.book import booked
from .verification import code_of

logger = logging.getLogger(__name__)
# Seconds that a report waits for history to be sealed; what is left then, the next root covers.
PATIENCE = 10.0

# A spreadsheet may take as long as so many pages.
ROWS_IN_PAGES = 240


def make(report_id: UUID | str) -> None:
    """Makes a report if it is free. Whatever goes wrong ends in the row: a reason, or a lease that runs out."""
    attempt = claim(report_id)
    if attempt is None:
        return
    report = Report.objects.select_related("organisation", "requested_by", "subject").get(pk=report_id)
    try:
        with timezone.override(report.organisation.zone), translation.override("en-gb"):
            print_and_keep(report, attempt)
    except Lost:
        logger.warning("report %s was taken over by another attempt", report_id)
    except DatabaseError:
        # Not the report's fault: its lease runs out and the sweeper has it made again.
        raise
    except (Exception, UnprintableError) as error:
        logger.exception("report %s could not be made", report_id)
        fail(report_id, attempt, reason_of(error))


def print_and_keep(report: Report, attempt: int) -> None:
    def alive(progress: int, pages: int) -> None:
        renew(report.pk, attempt, progress, pages=pages)

    if not Report.objects.visible_to(report.requested_by).filter(pk=report.pk).exists():
        raise UnprintableError(_("Who asked for it may no longer read the records of this organisation."))
    if report.kind == Report.Kind.EVIDENCE_PACK:
        build_and_keep(report, attempt)
        return
    # So that the root it prints covers what it says.
    seal(longest=PATIENCE)
    is_sheet = report.format == Report.Format.XLSX
    # Rows are read while they are written, in one go and at the same moment: until then nothing more is heard.
    alive(5, ROWS_IN_PAGES if is_sheet else 0)
    with one_moment(), looking_back(report.organisation, report.day):
        paper = paper_of(report)
        code = code_of(paper.figures)
        content = booked(report, paper, code, sheets_of(report, paper)) if is_sheet else b""
    alive(10, 0)
    pages: int | None = None
    if not is_sheet:
        content, pages = printed(report, paper, code, alive)
    keep(report, attempt, content, pages=pages, figures=paper.figures, code=code, as_of=paper.at)


def reason_of(error: BaseException) -> str:
    """A reason that a manager can read and an administrator can act on."""
    if isinstance(error, UnprintableError):
        return str(error)
    if isinstance(error, OSError):
        return _("The file could not be stored: %(what)s") % {"what": error.strerror or error}
    if isinstance(error, MemoryError):
        return _("There was not enough memory to set the report.")
    what = f"{type(error).__name__}: {error}"[:300]
    return _("The report could not be set. For your administrator: %(what)s") % {"what": what}
