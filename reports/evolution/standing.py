"""Requirements, tests and figures of readiness on two days, side by side."""

from __future__ import annotations

from django.utils.translation import gettext as _

from clauses.verdict import Mark
from reports.readiness import Line as Requirement
from reports.readiness import Obstacle, Readiness

from .result import Figure, Group, Line, group

RANK = {Mark.UNANSWERED: 0, Mark.NOT_MET: 0, Mark.PARTLY: 1, Mark.MET: 2}


def figures(then: Readiness, now: Readiness) -> tuple[Figure, ...]:
    """The verdict and what it is made of. Where less is better, `counted` is told so."""
    verdict = Figure(_("Verdict"), then.state.title, now.state.title, better_verdict(then, now))
    return (
        verdict,
        counted(_("Clauses met"), then.clauses.count.met, now.clauses.count.met),
        counted(_("Clauses not answered"), then.clauses.count.unanswered, now.clauses.count.unanswered, less=True),
        counted(_("Controls in place"), then.controls.count.met, now.controls.count.met),
        counted(_("Controls that apply"), then.controls.count.of, now.controls.count.of, less=None),
        counted(_("Requirements with valid evidence"), evidenced(then), evidenced(now)),
        counted(_("What stands in the way"), len(then.obstacles), len(now.obstacles), less=True),
        counted(_("AI systems in scope"), then.inventory.in_scope, now.inventory.in_scope, less=None),
        counted(_("Open risks"), then.risks.open, now.risks.open, less=None),
        counted(_("High and critical risks"), grave(then), grave(now), less=True),
        counted(_("Evidence that has run out"), len(then.evidence.expired), len(now.evidence.expired), less=True),
        counted(_("Overdue"), len(then.overdue), len(now.overdue), less=True),
    )


def counted(label: str, was: int, now: int, *, less: bool | None = False) -> Figure:
    is_better = None if less is None or was == now else (now < was) == less
    return Figure(label, str(was), str(now), is_better)


def better_verdict(then: Readiness, now: Readiness) -> bool | None:
    order = ["empty", "not_ready", "conditions", "clear"]
    was, is_now = order.index(then.state.code), order.index(now.state.code)
    return None if was == is_now else is_now > was


def evidenced(result: Readiness) -> int:
    return result.clauses.count.evidenced + result.controls.count.evidenced


def grave(result: Readiness) -> int:
    return sum(one.count for one in result.risks.by_level if one.code in {"high", "critical"})


def standing_groups(then: Readiness, now: Readiness) -> list[Group]:
    heads = {"was": _("Then"), "now": _("Now")}
    before = {one.number: one for one in lines_of(then)}
    moved = [(before[one.number], one) for one in lines_of(now) if one.number in before]
    better = [line(was, one) for was, one in moved if change(was, one) > 0]
    worse = [line(was, one) for was, one in moved if change(was, one) < 0]
    other = [line(was, one) for was, one in moved if was.mark != one.mark and change(was, one) == 0]
    return [
        group("better", _("Requirements that improved"), better, **heads),
        group("worse", _("Requirements that fell back"), worse, **heads),
        group("otherwise", _("Requirements that stand otherwise"), other, **heads),
        obstacles("cleared", _("No longer in the way"), then, now),
        obstacles("arisen", _("Newly in the way"), now, then),
    ]


def lines_of(result: Readiness) -> list[Requirement]:
    return [*result.clauses.lines, *result.controls.lines]


def change(was: Requirement, now: Requirement) -> int:
    """Above 0 where it became better; 0 where one of both does not apply."""
    if was.mark not in RANK or now.mark not in RANK:
        return 0
    return RANK[now.mark] - RANK[was.mark]


def line(was: Requirement, now: Requirement) -> Line:
    return Line(now.number, now.title, was.words, now.words, now.url)


def obstacles(code: str, title: str, having: Readiness, lacking: Readiness) -> Group:
    known = {one.code for one in lacking.obstacles}
    found: list[Obstacle] = [one for one in having.obstacles if one.code not in known]
    return group(
        code, title, [Line(one.clause or "", one.title, now=one.text, url=one.url or one.link) for one in found]
    )
