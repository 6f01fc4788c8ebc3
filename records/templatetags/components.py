"""Template tags of the components: the small ones that stand in loops, and those that wrap content.

What each looks like in each of its states is shown on the kit page (`/kit/` in DEBUG).
"""

import datetime
import re
from collections.abc import Iterable
from typing import Any

from django import template
from django.forms import BaseForm, BoundField
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils import formats, timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from organisations.moment import now
from records import signs
from records.table_rows import drawn_rows

register = template.Library()

ROWS = (25, 50, 100)
SOON = 30
EMPTY = "–"
HASH = re.compile(r"[0-9a-f]{64}")


@register.simple_tag
def sign(name: str, tone: str = "", size: int = 12) -> SafeString:
    """A sign (`ok half circle warn clock cross none info down menu`); always put a word beside it."""
    return signs.sign(name, tone, size, str(signs.MEANINGS.get(tone, "")))


@register.simple_tag
def tone_sign(tone: str, size: int = 12) -> SafeString:
    """The sign that belongs to a tone (`good warn bad info none`)."""
    return sign(signs.SIGN_OF_TONE[tone], tone, size)


@register.simple_tag
def badge(word: Any, tone: str = "info", sign: str = "") -> SafeString:
    """A state as sign and word, without a box."""
    drawing = signs.sign(sign or signs.SIGN_OF_TONE[tone], tone, 12, str(signs.MEANINGS[tone]))
    return format_html('<span class="badge {}">{}{}</span>', tone, drawing, word)


# The levels of a risk or an impact, the least first; each has a swatch (static/css/tokens.css).
LEVELS = ("low", "medium", "high", "critical")


@register.simple_tag
def level(name: str, word: Any, score: Any = None) -> SafeString:
    """A level (`low medium high critical`) as swatch with the score or a range, and the word; else a soft dash."""
    if name not in LEVELS:
        return _nothing()
    number = LEVELS.index(name) + 1
    swatch = "" if score is None else score
    return format_html('<span class="level level-{}"><b>{}</b>{}</span>', number, swatch, word)


@register.simple_tag
def tag(word: Any) -> SafeString:
    """A small outlined word, for what is always so: "mandatory"."""
    return format_html('<span class="tag">{}</span>', word)


@register.simple_tag
def ref(reference: Any, url: str = "") -> SafeString:
    """A record's reference, as a link where it leads somewhere."""
    if url:
        return format_html('<a class="ref" href="{}">{}</a>', url, reference)
    return format_html('<span class="ref">{}</span>', reference)


@register.simple_tag
def mark(state: str, number: str = "", word: str = "", size: int = 12) -> SafeString:
    """One requirement's state as a square that says its number and state."""
    word = word or str(signs.WORDS[signs.SAME_MARK[""] if state == "" else state])
    return signs.mark(state, f"{number} {word}".strip(), size)


@register.simple_tag
def marks(states: Iterable[Any], url: str = "", size: int = 12) -> SafeString:
    """A strip of marks, one for each of `states` ({number, state, word?}); one link if `url` is given."""
    squares = format_html_join("", "{}", ((_mark_of(item, size),) for item in states))
    if url:
        return format_html('<a class="marks" href="{}">{}</a>', url, squares)
    return format_html('<span class="marks">{}</span>', squares)


def _mark_of(item: Any, size: int) -> SafeString:
    if isinstance(item, dict):
        return mark(item["state"], item["number"], str(item.get("word", "")), size)
    return mark(item.state, item.number, str(getattr(item, "word", "")), size)


@register.simple_tag
def key(not_applicable: bool = False) -> SafeString:
    """The legend of the marks."""
    words = [
        ("met", _("Met")),
        ("partly", _("Partly met")),
        ("not_met", _("Not met")),
        ("unanswered", _("Not answered")),
    ]
    if not_applicable:
        words.append(("not_applicable", _("Not applicable")))
    pairs = ((signs.mark(state, word.lower(), hidden=True), word) for state, word in words)
    return format_html('<p class="key">{}</p>', format_html_join("", "<span>{}{}</span>", pairs))


def _as_day(value: datetime.date | datetime.datetime) -> datetime.date:
    if isinstance(value, datetime.datetime):
        return timezone.localtime(value).date() if timezone.is_aware(value) else value.date()
    return value


def _nothing() -> SafeString:
    return format_html('<span class="soft">{}</span>', EMPTY)


@register.simple_tag
def day(value: datetime.date | datetime.datetime | None, kind: str = "") -> SafeString:
    """A day as "23 Nov 2026"; `short` leaves out the year when it is this one. None is a soft dash."""
    if value is None or value == "":
        return _nothing()
    date = _as_day(value)
    pattern = "j M" if kind == "short" and date.year == timezone.localdate(now()).year else "j M Y"
    return format_html('<time datetime="{}">{}</time>', date.isoformat(), formats.date_format(date, pattern))


@register.simple_tag
def moment(value: datetime.datetime | None) -> SafeString:
    """A day and time as "23 Nov 2026, 09:12" in the current time zone. None is a soft dash."""
    if value is None:
        return _nothing()
    local = timezone.localtime(value)
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), formats.date_format(local, "j M Y, H:i"))


@register.simple_tag
def due(value: datetime.date | None, done: bool = False, today: datetime.date | None = None) -> SafeString:
    """A deadline as lateness ("8 days late", "in 9 days"); beyond 30 days, or when `done`, as a plain day."""
    if value is None:
        return format_html('<span class="when">{}</span>', pgettext("deadline", "no date"))
    date = _as_day(value)
    days = (date - (today or timezone.localdate(now()))).days
    if done or days > SOON:
        tone, words = "", formats.date_format(date, "j M Y")
    elif days < 0:
        tone, words = "late", ngettext("%(days)d day late", "%(days)d days late", -days) % {"days": -days}
    elif days == 0:
        tone, words = "soon", _("today")
    else:
        tone, words = "soon", ngettext("in %(days)d day", "in %(days)d days", days) % {"days": days}
    return format_html(
        '<time class="when {}" datetime="{}" title="{}">{}</time>',
        tone,
        date.isoformat(),
        formats.date_format(date, "j F Y"),
        words,
    )


@register.filter
def grouped(value: int) -> str:
    """A count with its thousands apart: "1,000"."""
    return formats.number_format(value, force_grouping=True)


@register.filter
def size(value: int) -> str:
    """A file's size in bytes as "100 MB", "1.2 MB", "640 KB"."""
    number: float = value
    for unit in ("B", "KB", "MB", "GB"):
        if number < 1000 or unit == "GB":
            break
        number /= 1024
    places = 1 if number < 10 and unit != "B" and round(number, 1) % 1 else 0
    return f"{formats.number_format(number, places)} {unit}"


@register.inclusion_tag("components/fingerprint.html")
def fingerprint(sha256: str) -> dict[str, str]:
    """A SHA-256 as its first eight digits, with a button that copies all of it."""
    return {"sha256": sha256}


@register.simple_tag
def brief(text: str) -> SafeString | str:
    """A value in a list of changes: a SHA-256 as its first digits with all of it as its title, nothing as a dash."""
    if HASH.fullmatch(text or ""):
        return format_html('<span class="hash" title="{}">{}…</span>', text, text[:12])
    return text or EMPTY


@register.simple_tag(takes_context=True)
def hidden_query(context: template.Context, *without: str, form: BaseForm | None = None) -> SafeString:
    """Hidden inputs for the request's query parameters but `without` and `form`'s, so that a form keeps the rest."""
    query: QueryDict = context["request"].GET
    left_out = {*without, *(field.html_name for field in form or ())}
    pairs = ((name, value) for name, values in query.lists() if name not in left_out for value in values)
    return format_html_join("\n", '<input type="hidden" name="{}" value="{}">', pairs)


@register.inclusion_tag("components/pager.html", takes_context=True)
def pager(context: template.Context, page: Any, total: int | None = None) -> dict[str, Any]:
    """Where one is in a list, how many rows, and the ways on; `total` is the count without filters."""
    paginator = page.paginator
    pages = paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    return {
        "request": context["request"],
        "page": page,
        "pages": [None if number == paginator.ELLIPSIS else number for number in pages],
        "count": max(paginator.count, page.end_index()),
        "capped": getattr(paginator, "capped", False) and page.has_next(),
        "total": total if total is not None and total > paginator.count else None,
        "choices": sorted({*ROWS, paginator.per_page}),
    }


@register.simple_tag
def table_rows(table: Any) -> SafeString:
    """The rows of a django-tables2 table; see `components/table.html`."""
    return drawn_rows(table)


@register.simple_tag
def field_groups(form: BaseForm) -> list[dict[str, Any]]:
    """The form's fields as {title, help, rows}, a row being one or two bound fields; see `groups` on the form."""
    left = {field.name: field for field in form.visible_fields()}
    groups = []
    for title, text, names in getattr(form, "groups", ()):
        rows = [_row(left, (name,) if isinstance(name, str) else name) for name in names]
        groups.append({"title": title, "help": text, "rows": [row for row in rows if row]})
    rest = [[field] for field in left.values()]
    if rest:
        groups.append({"title": "", "help": "", "rows": rest})
    return [group for group in groups if group["rows"]]


@register.simple_tag
def field_of(form: BaseForm, name: str) -> BoundField:
    """The bound field `name` of the form."""
    return form[name]


@register.simple_tag
def some_are(fields: Iterable[Any], state: str) -> bool:
    """Whether one of the compared fields of a stale save is in that state."""
    return any(item.state == state for item in fields)


def _row(left: dict[str, BoundField], names: Iterable[str]) -> list[BoundField]:
    return [left.pop(name) for name in names if name in left]


@register.simple_block_tag
def section(content: str, title: Any, **options: Any) -> str:
    """A section of a page: `id`, `note`, `link` with `link_text`, `hidden` (heading for screen readers only)."""
    anchor = options.get("id") or slugify(str(title))
    return render_to_string(
        "components/section.html", {**options, "content": content, "title": title, "anchor": anchor}
    )


@register.simple_block_tag
def banner(content: str, tone: str = "info", role: str = "") -> SafeString:
    """A message at a rule: `info good warn bad`."""
    role_attribute = format_html(' role="{}"', role) if role else ""
    return format_html('<div class="banner {}"{}>{}</div>', tone, role_attribute, content)


@register.simple_block_tag
def menu(content: str, label: Any, kind: str = "button small", align: str = "") -> str:
    """A menu that opens without script; portal.js closes it on Escape and on a click elsewhere."""
    return render_to_string("components/menu.html", {"content": content, "label": label, "kind": kind, "align": align})


@register.simple_block_tag
def dialog(content: str, id: str, title: Any) -> str:
    """A dialog over the page, opened by an element with `data-opens="<id>"`."""
    return render_to_string("components/dialog.html", {"content": content, "id": id, "title": title})


@register.simple_block_tag
def group(content: str, title: Any, help: Any = "") -> str:
    """A group of a form: heading at the left, fields at the right."""
    return render_to_string("components/group.html", {"content": content, "title": title, "help": help})
