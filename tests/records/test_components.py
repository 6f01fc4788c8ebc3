"""The components' tags: what they say, in words and to screen readers, and that they escape."""

import datetime
from typing import Any

import pytest
from django.core.paginator import Paginator
from django.template import Context, RequestContext, Template
from django.test import RequestFactory

TODAY = datetime.date(2026, 11, 23)


def drawn(source: str, **context: Any) -> str:
    return Template("{% load components %}" + source).render(Context(context))


@pytest.mark.parametrize(
    ("days", "words", "tone"),
    [
        (-8, "8 days late", "late"),
        (-1, "1 day late", "late"),
        (0, "today", "soon"),
        (1, "in 1 day", "soon"),
        (30, "in 30 days", "soon"),
        (31, "24 Dec 2026", ""),
    ],
)
def test_a_deadline_says_how_late_or_how_near_it_is(days: int, words: str, tone: str) -> None:
    html = drawn("{% due date today=today %}", date=TODAY + datetime.timedelta(days=days), today=TODAY)
    assert f">{words}<" in html
    assert f'class="when {tone}"' in html


def test_what_is_done_is_never_late() -> None:
    html = drawn("{% due date done=True today=today %}", date=datetime.date(2026, 11, 15), today=TODAY)
    assert ">15 Nov 2026<" in html


def test_each_mark_of_a_strip_names_its_number_and_state() -> None:
    html = drawn("{% marks strip %}", strip=[{"number": "6.1.2", "state": "partly"}, {"number": "6.3", "state": ""}])
    for label in ("6.1.2 partly met", "6.3 not answered"):
        assert f'aria-label="{label}"' in html
        assert f"<title>{label}</title>" in html


def test_a_word_in_a_badge_is_escaped() -> None:
    assert "&lt;b&gt;" in drawn("{% badge word 'warn' %}", word="<b>")


@pytest.mark.parametrize(
    ("size", "words"), [(0, "0 B"), (640, "640 B"), (1536, "1.5 KB"), (104857600, "100 MB"), (1024**3, "1 GB")]
)
def test_a_size_is_said_in_the_unit_people_read(size: int, words: str) -> None:
    assert drawn("{{ size|size }}", size=size) == words


def test_the_pager_keeps_filters_and_says_when_it_stopped_counting() -> None:
    paginator = Paginator(range(1000), 50)
    paginator.capped = True  # type: ignore[attr-defined]
    request = RequestFactory().get("/", {"owner": "7", "page": "2"})
    context = RequestContext(request, {"page": paginator.page(2)})
    html = Template("{% load components %}{% pager page %}").render(context)
    assert "51–100 of 1,000+" in html
    assert 'href="?owner=7&amp;page=3" rel="next"' in html
    assert '<input type="hidden" name="owner" value="7">' in html
