"""The kit page: every component in each of its states, with made-up content. DEBUG only."""

import datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import django_tables2 as tables
from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from organisations.merging import Compared
from organisations.texts import differences
from records.charts import Point, line_chart
from records.commenting import CommentForm
from records.markdown import rendered
from records.models import Record
from records.templatetags.components import badge, day
from records.widgets import Checks, Choices, ChoicesAcross, DayInput, LongText, MomentInput, Segments

SHA256 = "9f2c41d7a3b85e60c4f1928d7e6b5a4039281706f5e4d3c2b1a09f8e7d6c5b4a"
ANSWERS = [("met", "Met"), ("partly", "Partly"), ("not_met", "Not met")]
SYSTEMS = [
    ("AIS-01", "TalentRank", "High risk", "Operation", "Katrin Sommer", datetime.date(2027, 1, 15), "good", "Current"),
    ("AIS-02", "CreditScout", "High risk", "Operation", "Farid Nazari", datetime.date(2026, 11, 15), "bad", "Overdue"),
    ("AIS-03", "Mira", "Transparency", "Operation", "Luis Prado", datetime.date(2026, 12, 3), "warn", "Runs out"),
    ("AIS-04", "InvoiceGuard", "Minimal", "Development", "Dita Varga", None, "none", "Draft"),
    ("AIS-05", "ShiftCast", "Minimal", "Operation", "Luis Prado", datetime.date(2027, 2, 1), "info", "In review"),
]


class SystemTable(tables.Table):
    """A table as lists have it: row header with the link, columns that leave on narrow screens, one column sorted."""

    caption = "AI systems, 5 of 6, by review date"
    row_header = "title"
    picking = "all"

    title = tables.Column(verbose_name="AI system")
    risk = tables.Column(verbose_name="Class", attrs={"th": {"class": "wide"}, "td": {"class": "wide"}})
    stage = tables.Column(attrs={"th": {"class": "wide mid"}, "td": {"class": "wide mid"}}, orderable=False)
    state = tables.Column(verbose_name="Evidence")
    owner = tables.Column(attrs={"th": {"class": "wide"}, "td": {"class": "wide nowrap"}})
    review = tables.Column(attrs={"th": {"class": "wide num"}, "td": {"class": "wide num"}})

    class Meta:
        template_name = "components/table.html"
        order_by = ("review",)

    def render_title(self, record: dict[str, Any]) -> SafeString:
        return format_html(
            '<a href="#table"><span class="n">{reference}</span>{title}</a><span class="sub narrow">{owner}</span>',
            **record,
        )

    def render_state(self, record: dict[str, Any]) -> SafeString:
        return badge(record["state"], record["tone"])

    def render_review(self, value: datetime.date | None) -> SafeString:
        return day(value, "short")


class SystemForm(forms.Form):
    """A form with each kind of field, a row of two, and groups."""

    groups = [
        ("Identify", "What it is, and what for.", ["title", ("role", "go_live"), "purpose", "sectors"]),
        ("Classify", "Under the EU AI Act, with the reason.", ["risk", "reason", "scope", "human"]),
    ]

    title = forms.CharField(help_text="As people in the organisation call it.")
    role = forms.ChoiceField(choices=[("", "Choose a role"), ("provider", "Provider"), ("deployer", "Deployer")])
    go_live = forms.DateField(widget=DayInput, required=False, label="Went live on")
    purpose = forms.CharField(widget=LongText, help_text="Two sentences an outsider understands.")
    sectors = forms.MultipleChoiceField(
        widget=Checks, required=False, label="Used in", choices=[("hr", "HR"), ("credit", "Credit"), ("care", "Care")]
    )
    risk = forms.ChoiceField(
        widget=Choices, label="Class", choices=[("high", "High risk"), ("limited", "Transparency"), ("min", "Minimal")]
    )
    reason = forms.CharField(widget=LongText, label="Why this class")
    scope = forms.ChoiceField(widget=Segments, label="In scope", choices=[("yes", "Yes"), ("no", "No")])
    human = forms.BooleanField(label="A person can stop it at any time", required=False)


class FilterForm(forms.Form):
    """What hides under "More filters"."""

    owner = forms.ChoiceField(choices=[("", "Anybody"), ("1", "Katrin Sommer"), ("2", "Farid Nazari")], required=False)
    review_before = forms.DateField(widget=DayInput, required=False, label="Review before")


class LooseForm(forms.Form):
    """Fields outside a form page."""

    title = forms.CharField(
        help_text="A short sentence that says what goes wrong.", initial="Advisers follow the score"
    )
    owner = forms.ChoiceField(choices=[("", "Choose a person"), ("1", "Katrin Sommer")])
    reference = forms.CharField(disabled=True, initial="R-16", help_text="Given by the portal, never reused.")
    review = forms.DateField(widget=DayInput, initial=datetime.date(2027, 5, 18), label="Next review")
    known = forms.DateTimeField(widget=MomentInput, initial=datetime.datetime(2026, 11, 23, 9, 12), label="Known since")  # noqa: DTZ001
    narrative = forms.CharField(widget=LongText, required=False, label="How we meet it")
    answer = forms.ChoiceField(widget=Segments, choices=ANSWERS, initial="met")
    confidence = forms.ChoiceField(widget=ChoicesAcross, choices=[("low", "Low"), ("high", "High")], initial="low")
    file = forms.FileField(required=False)


def kit(request: HttpRequest) -> HttpResponse:
    """Show the kit; answer its question and its drop zone as the portal would."""
    if request.FILES:
        refused = any((file.name or "").endswith(".exe") for file in request.FILES.getlist("file"))
        answer = {"error": "was refused: programs are not evidence"} if refused else {}
        return JsonResponse(answer, status=422 if refused else 200)
    if request.method == "POST":
        question = {"id": request.POST.get("version"), "comment": request.POST.get("comment", "")}
        saved = {"question": question, "saved": "saved-questions", "at": timezone.localtime(), "by": "Rita Falcão"}
        return render(request, "components/question_saved.html", saved)
    return render(
        request, "kit.html", {"crumbs": [("Kit", "")], **_words(), **_lists(), **_forms(), **_stories(), **_charts()}
    )


def _charts() -> dict[str, Any]:
    measured = [(datetime.date(2026, 3, 31), "0.79"), (datetime.date(2026, 6, 30), "0.84")]
    points = [Point(on, Decimal(value)) for on, value in [*measured, (datetime.date(2026, 9, 30), "0.88")]]
    words = "Selection-rate ratio: 0.79 in March, 0.84 in June, 0.88 in September 2026; target 0.85."
    return {"chart": line_chart(points, target=Decimal("0.85"), label=words)}


def _words() -> dict[str, Any]:
    states = ["met", "partly", "met", "not_met", "unanswered", "not_applicable"]
    return {
        "tones": ["good", "warn", "bad", "info", "none"],
        "strip": [{"number": f"6.{n}", "state": state} for n, state in enumerate(states, 1)],
        "figures": [
            {"value": 18, "of": 32, "label": "requirements met", "url": "#words"},
            {"value": 33, "of": 38, "label": "controls in place"},
            {"value": 12, "label": "pieces of evidence"},
            {"value": 3, "label": "expire within 90 days"},
        ],
        "reasons": [
            {"tone": "good", "lead": "Exists.", "text": "Method approved, scales defined"},
            {"tone": "warn", "lead": "Operates.", "text": "4 of 6 systems have no assessment", "url": "#words"},
            {"tone": "bad", "lead": "Blocked.", "text": "A major finding is open.", "url": "#words", "link": "F-01"},
        ],
        "facts": [
            {"term": "Our role", "value": "Provider, producer"},
            {"term": "Owner", "value": "Katrin Sommer, HR Services", "url": "#words"},
            {"term": "Evidence", "value": "x", "badge": {"word": "Runs out 3 Dec", "tone": "warn"}},
            {"term": "Retired", "value": None},
        ],
        "today": timezone.localdate(),
        "now": timezone.now(),
        "days": [timezone.localdate() + datetime.timedelta(days=n) for n in (-8, -1, 0, 1, 9, 64)],
        "sha256": SHA256,
        "map": _map(),
    }


def _map() -> dict[str, Any]:
    """A map of 3 × 3 with two risks on it."""
    counts = {(2, 3): 1, (1, 2): 1}
    levels = {1: 1, 2: 1, 3: 2, 4: 2, 6: 3, 9: 4}
    rows = [
        {
            "label": label,
            "cells": [
                {
                    "level": levels[likelihood * step],
                    "count": counts.get((likelihood, step), 0),
                    "url": "#level",
                    "words": f"1 risk, likelihood {likelihood}, consequence {step}",
                }
                for step in (1, 2, 3)
            ],
        }
        for likelihood, label in ((3, "Likely 3"), (2, "Possible 2"), (1, "Unlikely 1"))
    ]
    steps = [{"number": number, "word": word} for number, word in enumerate(("Small", "Real", "Grave"), 1)]
    return {"caption": "Likelihood (up) by consequence (across)", "rows": rows, "steps": steps}


def _lists() -> dict[str, Any]:
    names = ("reference", "title", "risk", "stage", "owner", "review", "tone", "state")
    table = SystemTable([dict(zip(names, row, strict=True)) for row in SYSTEMS], order_by="review")
    many = Paginator(range(1000), 50)
    many.capped = True  # type: ignore[attr-defined]
    return {
        "tabs": [
            {"label": "All", "url": "#tools", "count": 6},
            {"label": "In operation", "url": "#tools", "count": 4, "current": True},
            {"label": "Retired", "url": "#tools", "count": 0},
        ],
        "chips": [
            {"label": "High risk", "url": "#tools", "on": True},
            {"label": "Review overdue", "url": "#tools", "count": 1},
            {"label": "No evidence", "url": "#tools", "count": 2},
        ],
        "saved": {
            "chips": [{"label": "Mine, by review", "url": "#tools"}, {"label": "High, no evidence", "url": "#tools"}],
            "more": [{"label": "Retired", "url": "#tools"}],
            "save_url": "#tools",
            "url": "#tools",
        },
        "columns": [
            {"name": "owner", "label": "Owner", "off": False},
            {"name": "review", "label": "Review", "off": True},
        ],
        "selection": {"url": "#table", "fields": [("owner", "owner"), ("review_on", "next review")]},
        "exports": [{"label": "CSV, 5 rows as shown", "url": "#tools"}, {"label": "Excel, 5 rows", "url": "#tools"}],
        "filter_form": FilterForm(),
        "table": table,
        "many": many.page(2),
        "few": Paginator(range(5), 50).page(1),
    }


def _forms() -> dict[str, Any]:
    typed = {"title": "TalentRank", "purpose": "", "risk": "high", "scope": "yes", "sectors": ["hr"]}
    return {
        "loose": LooseForm(),
        "wrong": SystemForm(typed),
        "conflict_form": SystemForm({**typed, "purpose": "Ranks CVs for recruiters, who see all of them."}),
        "conflict": _conflict(),
        "questions": [
            _question(1, "Is the method written down, approved and in use?", "met", "DOC-03 version 1.1, 18 May 2026."),
            _question(2, "Do two assessors reach comparable results with it?", "", ""),
        ],
        "answered": [
            _question(3, "Are consequences for society considered?", "partly", "Only where many people are affected."),
            _question(4, "Are risks ranked for treatment?", "", ""),
        ],
    }


def _conflict() -> list[Compared]:
    before, theirs, yours = (
        "Ranks CVs for our customers.",
        "Ranks CVs against a job profile for our customers.",
        "Ranks CVs for recruiters, who see all of them.",
    )
    return [
        Compared(
            "purpose",
            "Purpose",
            "choose",
            before,
            theirs,
            yours,
            differences(before, theirs),
            differences(before, yours),
        ),
        Compared("risk", "Risk class", "theirs", "Limited", "High", "Limited"),
        Compared("scope", "In scope", "yours", "No", "No", "Yes"),
        Compared("title", "Title", "same", "TalentRank", "TalentRank", "TalentRank"),
    ]


def _question(number: int, text: str, answer: str, comment: str) -> SimpleNamespace:
    return SimpleNamespace(id=number, text=text, answer=answer, comment=comment, choices=ANSWERS, version=number)


def _comments() -> dict[str, Any]:
    """A comment that speaks to the reader, one that was edited by its author, one that was taken back."""
    now = timezone.now()
    told: list[tuple[str, str, dict[str, Any]]] = [
        ("Helena Koppel", "Question 6 cannot stand as **met**, @Rita Falcao.", {"is_new": True}),
        ("Rita Falcao", "Changed to *partly*; the report comes in May.", {"edited_at": now, "url": "#comments"}),
        ("Luis Prado", "", {"taken_back_at": now}),
    ]
    lines = []
    for number, (author, text, more) in enumerate(told, 1):
        comment = SimpleNamespace(pk=number, author=author, written_at=now, edited_at=None, taken_back_at=None)
        comment.edited_at, comment.taken_back_at = more.get("edited_at"), more.get("taken_back_at")
        html = rendered(text, names=["Rita Falcao"])
        lines.append({"comment": comment, "html": html, "is_new": "is_new" in more, "url": more.get("url", "")})
    form = CommentForm(record=Record())
    return {"lines": lines, "has_earlier": True, "form": form, "url": "#comments", "people_url": "#comments"}


def _stories() -> dict[str, Any]:
    today = timezone.localdate()
    return {
        "comments": _comments(),
        "checklist": [
            {"tone": "good", "title": "Description of the method", "tag": "mandatory", "text": "DOC-03",
             "url": "#story", "state": "Present", "note": "Approved 18 May 2026"},
            {"tone": "warn", "title": "Impact results as input", "text": "Four missing", "state": "Incomplete"},
            {"tone": "none", "title": "Examples of completed assessments", "state": "Nothing yet"},
        ],
        "files": [
            {"name": "talentrank-34-fairness.pdf", "tone": "info", "state": "Checking", "note": "Quarantined"},
            {"name": "EV-01 Selection-rate test report", "url": "#story", "tone": "good", "state": "Current",
             "note": "Valid until 30 Mar 2027", "sha256": SHA256, "download_url": "#story"},
            {"name": "EV-12 Override-rate report Q3", "url": "#story", "tone": "bad", "state": "Expired"},
        ],
        "items": [
            {"title": "Supplier review", "url": "#story", "due": today - datetime.timedelta(days=47), "note": "SUP-03"},
            {"title": "Review incident plan", "url": "#story", "due": today + datetime.timedelta(days=16)},
            {"title": "Answer three questions", "url": "#story", "note": "Clause 6.3"},
        ],
        "events": [
            {"at": today, "by": "Rita Falcão", "text": "answered question 6",
             "changes": [{"field": "answer", "before": "met", "after": "partly"}]},
            {"at": today - datetime.timedelta(days=7), "by": "Helena Koppel", "text": "commented",
             "comment": "Question 6 cannot stand as met."},
        ],
        "steps": [
            {"label": "Inception", "note": "2023", "state": "done"},
            {"label": "Development", "note": "2024", "state": "done"},
            {"label": "Operation", "note": "version 3.4", "state": "current"},
            {"label": "Retirement", "state": ""},
        ],
        "entries": [
            {"number": "1", "title": "Summary", "anchor": "words"},
            {"number": "2", "title": "Position by clause", "anchor": "tools"},
            {"number": "2.1", "title": "Clause 4, context", "anchor": "tools", "level": 2},
        ],
    }  # fmt: skip
