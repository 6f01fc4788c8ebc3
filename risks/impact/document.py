"""One assessment as a document: for ISO 42001, as a FRIA (EU AI Act Art. 27(1)), as a DPIA (GDPR Art. 35)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from risks.impact.rating import Rated, criteria_of, inherent, overall_of, residual
from risks.impact.sections import sections_of
from risks.models import Dimension, ImpactAssessment, Output

NOTHING = "–"
Cell = str | Rated


@dataclass(frozen=True)
class Line:
    """A term and what is said of it: paragraphs, none where nothing is said; `bare` needs no term beside it."""

    label: str
    paragraphs: list[str]


@dataclass(frozen=True)
class Table:
    """Cells are texts, or `Rated` for a level's swatch; the first of a row names it."""

    caption: str
    columns: list[str]
    rows: list[list[Cell]]


@dataclass(frozen=True)
class Chapter:
    """One chapter; `code` names it in addresses, `point` is the letter of the law it answers, where it does."""

    code: str
    title: str
    lines: list[Line] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    point: str = ""


def document_of(assessment: ImpactAssessment, output: str = Output.ISO_42001) -> list[Chapter]:
    """The chapters of one output, in the order its rules name them."""
    chapters: dict[str, Callable[[ImpactAssessment], list[Chapter]]] = {
        Output.ISO_42001: as_iso,
        Output.FRIA: as_fria,
        Output.DPIA: as_dpia,
    }
    return chapters[output](assessment)


def as_iso(assessment: ImpactAssessment) -> list[Chapter]:
    tables = {"impacts": impacts_table, "consultation": consultation_table, "measures": measures_table}
    chapters = []
    for section in sections_of(assessment):
        rows = tables.get(section.code)
        chapters.append(
            Chapter(
                section.code,
                str(section.title),
                lines(assessment, *(name for name in section.fields if name != "risks")),
                [rows(assessment)] if rows else [],
            )
        )
    return chapters


def as_fria(assessment: ImpactAssessment) -> list[Chapter]:
    """EU AI Act Art. 27(1): the deployer's own words first, then what other sections say of the same."""
    parts: list[tuple[str, str, tuple[str, ...], list[Table]]] = [
        ("a", _("Processes in which the system is used"), ("fria_process", "purpose", "intended_uses"), []),
        ("b", _("Period and frequency of use"), ("fria_period", "frequency", "people"), []),
        ("c", _("Persons and groups likely affected"), ("fria_groups", "decided_about", "vulnerable"), []),
        ("d", _("Specific risks of harm"), ("fria_risks", "when_wrong"), [impacts_table(assessment)]),
        ("e", _("Human oversight"), ("fria_oversight", "oversight"), []),
        ("f", _("Measures if risks materialise"), ("fria_if_risk",), [measures_table(assessment)]),
    ]
    return [about(assessment), *lettered(assessment, parts), concluded(assessment)]


def as_dpia(assessment: ImpactAssessment) -> list[Chapter]:
    """GDPR Art. 35(7)(a)–(d), then the advice of Art. 35(2) and the views of Art. 35(9)."""
    described = ("dpia_description", "purpose", "data_sources", "data_categories", "retention")
    parts: list[tuple[str, str, tuple[str, ...], list[Table]]] = [
        ("a", _("Description of the processing and its purposes"), described, []),
        ("b", _("Necessity and proportionality"), ("dpia_necessity",), []),
        ("c", _("Risks to rights and freedoms"), ("dpia_rights",), [impacts_table(assessment)]),
        ("d", _("Measures and safeguards"), ("dpia_measures",), [measures_table(assessment)]),
    ]
    advice = Chapter(
        "advice", _("Advice and views"), lines(assessment, "dpia_advice"), [consultation_table(assessment)]
    )
    return [about(assessment), *lettered(assessment, parts), advice, concluded(assessment)]


def lettered(assessment: ImpactAssessment, parts: Iterable[Any]) -> list[Chapter]:
    return [Chapter(point, title, lines(assessment, *names), tables, point) for point, title, names, tables in parts]


def about(assessment: ImpactAssessment) -> Chapter:
    system = assessment.system
    supplier = system.main_supplier
    told = [
        Line(_("AI system"), [f"{system.reference} {system.title}"]),
        Line(_("Version assessed"), [assessment.system_version or NOTHING]),
        Line(_("Our role (EU AI Act)"), [str(system.get_act_role_display())]),
        Line(_("EU AI Act class"), [str(system.get_risk_class_display()), *paragraphs(system.class_reason)]),
        Line(_("Supplier"), [supplier.title if supplier else NOTHING]),
    ]
    return Chapter("about", _("What is assessed"), [*told, *lines(assessment, "assessors", "assessed_on", "trigger")])


def concluded(assessment: ImpactAssessment) -> Chapter:
    """What it amounts to, who approved it, and when it is looked at again."""
    level = overall_of(assessment)
    told = [Line(_("Highest level that remains"), [str(level.label) if level else NOTHING])]
    told += lines(assessment, "decision", "conditions", "residual_impacts", "shared_with")
    if assessment.is_settled and assessment.decided_by:
        approved = [str(assessment.decided_by), when(assessment.decided_on), *paragraphs(assessment.decision_note)]
        told.append(Line(_("Approved"), approved))
    return Chapter("result", _("Result and approval"), [*told, *lines(assessment, "review_on")])


def lines(assessment: ImpactAssessment, *names: str) -> list[Line]:
    """Columns as people read them, each under the words its form has."""
    labels = {"review_on": _("Next review"), "people": _("People affected a year")}
    told = []
    for name in names:
        item: Any = assessment._meta.get_field(name)
        label = labels.get(name) or capfirst(str(item.verbose_name))
        told.append(Line(label, paragraphs(in_words(assessment, name, item))))
    return told


def in_words(assessment: ImpactAssessment, name: str, item: Any) -> str:
    if item.many_to_many:
        return "\n".join(str(one) for one in getattr(assessment, name).all())
    value = getattr(assessment, name)
    if value is None or value in ("", []):
        return ""
    if isinstance(value, list):
        choices = dict(item.base_field.flatchoices)
        return "\n".join(str(choices.get(one, one)) for one in value)
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, int):
        return number_format(value, force_grouping=True)
    if hasattr(value, "isoformat"):
        return when(value)
    return str(dict(item.flatchoices).get(value, value))


def paragraphs(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def when(day: Any) -> str:
    return str(date_format(day, "j F Y")) if day else NOTHING


def impacts_table(assessment: ImpactAssessment) -> Table:
    criteria = criteria_of(assessment)
    known = {impact.dimension: impact for impact in assessment.impacts.all()}
    rows: list[list[Cell]] = []
    for dimension in Dimension:
        impact = known.get(dimension.value)
        if impact is None or impact.is_affected is None:
            rows.append([str(dimension.label), _("Not assessed yet"), "", NOTHING, NOTHING])
        elif not impact.is_affected:
            rows.append(
                [str(dimension.label), _("Not affected: %(why)s") % {"why": impact.reason}, "", NOTHING, NOTHING]
            )
        else:
            reach = [impact.get_scale_display(), impact.get_reversibility_display()]
            effect = [impact.harm, _("Benefit: %(text)s") % {"text": impact.benefit} if impact.benefit else ""]
            effect += [_("Shown by: %(text)s") % {"text": impact.shown_by} if impact.shown_by else ""]
            before, after = inherent(impact, criteria) or NOTHING, residual(impact, criteria) or NOTHING
            rows.append([str(dimension.label), joined(effect, "\n"), joined(reach, ", "), before, after])
    columns = [_("Dimension"), _("Effect on people"), _("Reach"), _("Before measures"), _("What remains")]
    return Table(_("Impact by dimension"), columns, rows)


def measures_table(assessment: ImpactAssessment) -> Table:
    """A measure that rests on several controls is one row."""
    found: dict[tuple[Any, ...], list[str]] = {}
    for one in assessment.measures.all():
        owner, due = str(one.owner or NOTHING), when(one.due_on)
        state = _("Done %(day)s") % {"day": when(one.done_on)} if one.done_on else due
        key = (one.measure, one.get_dimension_display(), owner, state)
        found.setdefault(key, []).append(str(one.control.reference) if one.control else "")
    rows: list[list[Cell]] = [
        [measure, dimension, joined(controls, ", ") or NOTHING, owner, state]
        for (measure, dimension, owner, state), controls in found.items()
    ]
    return Table(_("Measures"), [_("Measure"), _("Dimension"), _("Controls"), _("Owner"), _("Due")], rows)


def consultation_table(assessment: ImpactAssessment) -> Table:
    rows: list[list[Cell]] = [
        [one.who, when(one.heard_on), one.views or NOTHING, one.use or NOTHING]
        for one in assessment.consultations.all()
    ]
    return Table(_("Consultation"), [_("Who was heard"), _("When"), _("What they said"), _("What came of it")], rows)


def joined(parts: Iterable[str], by: str) -> str:
    return by.join(str(part) for part in parts if part)
