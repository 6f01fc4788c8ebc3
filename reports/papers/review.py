"""Minutes of a management review on paper: who met, what the records said, what was concluded and decided (9.3)."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from audits.models import ManagementReview, ReviewInput, Topic
from organisations.moment import now
from reports.models import Report

from .document import document, table
from .paper import Chapter, Cover, Paper, day, listing, person, subject_of, yes_or_no


def paper_of(report: Report) -> Paper:
    at = now()
    review = subject_of(report, ManagementReview, "owner", "chair", "issued_by", "organisation")
    rows = {row.topic: row for row in review.inputs.all()}
    inputs = [rows.get(topic) or ReviewInput(review=review, topic=topic) for topic in Topic]
    decisions = list(review.decisions.select_related("owner", "task"))
    cover = Cover(
        _("Management review minutes"),
        _("ISO/IEC 42001:2023, 9.3: what top management looked at, concluded and decided."),
        subject=f"{review.reference} {review.title}",
        facts=(
            (_("Held on"), day(review.held_on)),
            (_("Chair"), person(review.chair)),
            (_("Present"), listing(person(one) for one in review.attendees.order_by("name"))),
            (_("Minutes"), issued_words(review)),
        ),
    )
    chapters = [conclusion(review), decided(decisions), *map(looked_at, inputs)]
    return document(report, at, cover, chapters, headline(inputs, decisions))


def issued_words(review: ManagementReview) -> str:
    if not review.is_issued:
        return _("Draft: not issued, anything in them may still change")
    if review.issued_by is None:
        return _("Issued on %(day)s") % {"day": day(review.issued_on)}
    return _("Issued on %(day)s by %(who)s") % {"day": day(review.issued_on), "who": person(review.issued_by)}


def headline(inputs: list[ReviewInput], decisions: list[Any]) -> list[dict[str, Any]]:
    return [
        {"value": sum(one.is_covered for one in inputs), "of": len(inputs), "label": _("inputs spoken about")},
        {"value": len(decisions), "of": None, "label": _("decisions")},
    ]


def conclusion(review: ManagementReview) -> Chapter:
    facts = (
        (_("Suitable"), yes_or_no(review.suitable)),
        (_("Adequate"), yes_or_no(review.adequate)),
        (_("Effective"), yes_or_no(review.effective)),
        (_("Conclusion"), review.conclusion),
    )
    gaps = () if review.conclusion else (_("Nothing is concluded yet."),)
    return Chapter("conclusion", _("Conclusion"), facts=facts, gaps=gaps)


def decided(decisions: list[Any]) -> Chapter:
    head = [
        *((_("Decision"), ""), (_("Kind"), "w-person"), (_("Who does it"), "w-person")),
        *((_("Due"), "w-person"), (_("State"), "w-person")),
    ]
    rows = (
        [
            f"{one.task.reference if one.task else number} {one.text}",
            *(one.get_kind_display(), person(one.owner), day(one.due_on)),
            one.task.get_state_display() if one.task else _("Draft"),
        ]
        for number, one in enumerate(decisions, 1)
    )
    return Chapter("decisions", _("Decisions"), tables=(table("", head, rows, _("Nothing was decided.")),))


def looked_at(row: ReviewInput) -> Chapter:
    """One input: what was said about it, and what the records said when it was filled."""
    facts = tuple((term, text) for term, text in ((_("Summary"), row.summary), (_("Passed over"), row.remark)) if text)
    gaps = () if row.is_covered else (_("Nothing was said about it."),)
    head = [(_("From the records"), ""), (_("Count"), "w-score"), (_("Records"), "w-treated")]
    rows = ([one["label"], one["count"], named(one)] for one in row.lines)
    tables = (table("", head, rows),) if row.lines else ()
    return Chapter(row.anchor, str(row), lead=lead_of(row), facts=facts, tables=tables, gaps=gaps)


def lead_of(row: ReviewInput) -> str:
    if not row.filled_at:
        return ""
    stood = _("As the records stood on %(day)s.") % {"day": day(timezone.localtime(row.filled_at))}
    if row.since is None:
        return f"{stood} {_('There was no review before.')}"
    return f"{stood} " + _("Changes since the review of %(day)s.") % {"day": day(row.since)}


def named(line: dict[str, Any]) -> str:
    items = [f"{one['reference']} {one['words']}" for one in line["items"]]
    more = line["count"] - len(items)
    return "\n".join([*items, *([_("and %(n)s more") % {"n": more}] if more else [])])
