"""Draws what stands behind a requirement of another framework: its mark, number, relation, strength and evidence."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clauses.models import Mapping
from organisations.models import Organisation
from records.templatetags.components import mark

from .coverage import Served, Through


class Drawing:
    """Lines of one page: what is said of a requirement of ISO/IEC 42001, or of a relation, is put in words once."""

    def __init__(self, organisation: Organisation) -> None:
        self.organisation = organisation
        self.heads: dict[int, SafeString] = {}
        self.tails: dict[int, SafeString] = {}
        self.words: dict[tuple[str, str, bool], str] = {}

    def lines(self, through: Iterable[Through]) -> SafeString:
        return format_html_join("", '<span class="sub">{} {}. {}</span>', map(self.line, through))

    def line(self, one: Through) -> tuple[SafeString, str, SafeString]:
        key = one.served.requirement.pk
        if key not in self.heads:
            self.heads[key], self.tails[key] = self.head(one.served), self.tail(one.served)
        mapping = one.mapping
        said = (mapping.relationship, mapping.strength, mapping.is_own)
        if said not in self.words:
            self.words[said] = how_words(mapping)
        return self.heads[key], self.words[said], self.tails[key]

    def address(self, served: Served) -> str:
        return self.url("position-detail", served.requirement.number)

    def url(self, name: str, reference: str) -> str:
        return reverse(name, kwargs={"organisation": self.organisation.slug, "reference": reference})

    def head(self, served: Served) -> SafeString:
        requirement = served.requirement
        if served.mark is None:
            return format_html("<b>{}</b> {}", requirement.number, requirement.title)
        return format_html(
            '{} <a href="{}"><b>{}</b> {}</a>',
            mark(served.mark, requirement.number, served.words),
            self.address(served),
            requirement.number,
            requirement.title,
        )

    def tail(self, served: Served) -> SafeString:
        """Its valid evidence: named where it is little, else counted; nothing where there is none."""
        if not served.count:
            return format_html('<span class="soft">{}</span>', _("No valid evidence"))
        if served.evidence:
            links = ((self.url("evidence-detail", one), one) for one in served.evidence)
            return format_html_join(", ", '<a href="{}">{}</a>', links)
        words = ngettext("%(n)s valid item", "%(n)s valid items", served.count) % {"n": served.count}
        return format_html('<a href="{}#evidence">{}</a>', self.address(served), words)


def how_words(mapping: Mapping) -> str:
    """`Intersects, strong`, and whose word it is where it is not a published one."""
    words = f"{mapping.get_relationship_display()}, {str(mapping.get_strength_display()).lower()}"
    return f"{words}, {_('own')}" if mapping.is_own else words
