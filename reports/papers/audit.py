"""An audit on paper: plan and auditors, conclusion, findings in full, the checklist (ISO 42001 9.2)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from audits.conducting.checklist import Line, counts_of, lines_of, parts_of
from audits.conducting.pages import scope_words
from audits.models import NONCONFORMITIES, Audit, AuditRules, Conclusion, Finding, Grade, rules_of
from evidence.references import in_order
from organisations.moment import now
from records.models import Record
from reports.models import Report

from .document import document, table
from .paper import Chapter, Cover, Paper, day, listing, person, subject_of


def paper_of(report: Report) -> Paper:
    at = now()
    audit = subject_of(report, Audit, "owner", "lead", "issued_by", "programme", "of_supplier", "organisation")
    lines, rules = lines_of(audit), rules_of(report.organisation)
    visible: Any = Finding.objects.visible_to(report.requested_by).of(report.organisation).filter(found_in=audit)
    grades = [grade.value for grade in Grade]
    found = sorted(
        visible.select_related("requirement", "owner", "repeats").order_by("reference"),
        key=lambda one: grades.index(one.grade),
    )
    cover = Cover(
        _("Audit report"),
        _("What was audited, by whom, what was seen, and what was found."),
        subject=f"{audit.reference} {audit.title}",
        facts=(
            (_("Audit"), f"{audit.reference} {audit.title}"),
            (_("Kind"), str(audit.get_audit_kind_display())),
            (_("Held"), held(audit)),
            (_("Lead auditor"), person(audit.lead) or audit.body),
            (_("Report issued"), issued_words(audit)),
        ),
    )
    chapters = [
        conclusion(audit, found, rules),
        plan(report, audit),
        *findings(report, audit, found, rules),
        *checklist(report, audit, lines),
    ]
    return document(report, at, cover, chapters, headline(lines, found))


def held(audit: Audit) -> str:
    days = [day(one) for one in (audit.planned_from, audit.planned_to) if one]
    return " – ".join(dict.fromkeys(days))


def issued_words(audit: Audit) -> str:
    if not audit.is_issued:
        return _("Not issued: what it says may still change")
    if audit.issued_by is None:
        return day(audit.report_on)
    return _("%(day)s by %(who)s") % {"day": day(audit.report_on), "who": person(audit.issued_by)}


def headline(lines: list[Line], found: list[Finding]) -> list[dict[str, Any]]:
    counts = counts_of(lines)
    grave = sum(one.grade in NONCONFORMITIES for one in found)
    return [
        {"value": counts["concluded"], "of": counts["of"], "label": _("requirements concluded")},
        {"value": grave, "of": None, "label": _("nonconformities")},
        {"value": len(found) - grave, "of": None, "label": _("other findings")},
    ]


def conclusion(audit: Audit, found: list[Finding], rules: AuditRules) -> Chapter:
    rows = (
        [rules.word_for(grade, audit.audit_kind), sum(one.grade == grade for one in found)]
        for grade in [one.value for one in Grade]
    )
    head = [(_("Kind"), ""), (_("Findings"), "w-score")]
    return Chapter(
        "conclusion",
        _("Conclusion"),
        facts=((_("Conclusion"), audit.summary),),
        tables=(table(_("Findings by kind"), head, rows),),
        gaps=() if audit.summary.strip() else (_("The conclusion is not written."),),
    )


def plan(report: Report, audit: Audit) -> Chapter:
    notes = [
        _("%(who)s owns %(what)s. Accepted because: %(why)s")
        % {"who": note.person, "what": note.owned, "why": note.reason}
        for note in audit.impartiality_notes.select_related("person", "owned")
    ]
    systems: Any = Record.objects.visible_to(report.requested_by).filter(pk__in=audit.systems.values("pk"))
    return Chapter(
        "plan",
        _("Plan, scope and auditors"),
        facts=(
            (_("Programme"), str(audit.programme or "")),
            (_("Criteria"), audit.criteria),
            (_("Scope"), audit.scope),
            (_("Clauses and controls"), scope_words(audit) or _("All of clauses 4 to 10 and Annex A")),
            (_("Sampled AI systems"), listing(systems.order_by("reference"))),
            (_("Supplier"), str(audit.of_supplier or "")),
            (_("Lead auditor"), person(audit.lead)),
            (_("Team"), listing(audit.team.order_by("name"))),
            (_("Auditors from outside"), audit.body),
            (_("Independence of the auditors"), audit.independence),
            (_("Warnings about impartiality"), "\n".join(notes)),
            (_("Plan"), audit.plan),
        ),
    )


def findings(report: Report, audit: Audit, found: list[Finding], rules: AuditRules) -> Iterator[Chapter]:
    """Each finding in full: the three parts, who answers for it, and how far it is."""
    tables = tuple(
        table(
            f"{one.reference} {one.title}: {rules.word_for(one.grade, audit.audit_kind).lower()}",
            [(_("Part"), "w-person"), (_("What it says"), "")],
            [
                [_("Clause or control"), str(one.requirement)],
                [_("Requirement"), one.demands],
                [_("Finding"), one.observed],
                [_("Objective evidence"), one.objective_evidence],
                [_("Records cited"), listing(cited(report, one))],
                *([[_("Repeats"), str(one.repeats)]] if one.repeats else []),
                [_("Answers for it"), person(one.owner)],
                [_("Due"), day(one.due_on)],
                [_("State"), str(one.get_state_display())],
            ],
        )
        for one in found
    )
    empty = (table("", [(_("Findings"), "")], (), _("Nothing was found.")),)
    yield Chapter("findings", _("Findings"), tables=tables or empty)


def cited(report: Report, finding: Finding) -> Any:
    visible: Any = Record.objects.visible_to(report.requested_by)
    return visible.filter(pk__in=finding.cites.values("pk")).order_by("reference")


def checklist(report: Report, audit: Audit, lines: list[Line]) -> Iterator[Chapter]:
    """What was seen and concluded of each requirement, by clause and area; nothing of one kept elsewhere."""
    counts = counts_of(lines)
    if not audit.is_open and not counts["concluded"]:
        yield Chapter("checklist", _("Checklist"), lead=_("No checklist was written here."))
        return
    facts = [(str(one.label), str(counts[one.value])) for one in Conclusion]
    facts.append((_("Open"), str(counts["of"] - counts["concluded"])))
    head = [(_("Requirement"), ""), (_("Conclusion"), "w-person"), (_("Evidence seen and notes"), "w-treated")]
    tables = tuple(
        table(
            f"{part.number} {part.title}",
            head,
            ([str(line.requirement), line.word, said(report, line)] for line in part.lines),
        )
        for part in parts_of(lines)
    )
    yield Chapter("checklist", _("Checklist"), facts=tuple(facts), tables=tables)


def said(report: Report, line: Line) -> str:
    if line.item is None:
        return ""
    visible: Any = Record.objects.visible_to(report.requested_by)
    named = in_order(visible.filter(pk__in=line.item.records.values("pk")).values_list("reference", flat=True))
    return "\n".join(filter(None, [line.item.seen, ", ".join(named), line.item.notes]))
