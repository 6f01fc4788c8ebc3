"""Reads a template the way a person sees it: texts that are shown and not translated, and what a strict CSP forbids."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from django.template.base import Lexer, TokenType

# Stands where a template tag or variable stood.
GAP = " \ue000 "
WORD = re.compile(r"[^\W\d_]{2,}")
SHOWN = {"title", "alt", "placeholder", "aria-label", "aria-description", "label", "summary", "data-confirm"}
LITERAL_ARGUMENT = re.compile(
    r"\b(?:title|text|label|note|lead|heading|verb|words?|help|hint|link_text|caption|search_label|error|aside_label)="
    r"(['\"])(?P<text>[^'\"]*[^\W\d_]{2}[^'\"]*)\1"
)
FIRST_LITERAL = re.compile(r"^(?:section|badge|tag|menu|group)\s+(['\"])(?P<text>[^'\"]*[^\W\d_]{2}[^'\"]*)\1")
# A default in lower case is a value of an attribute, not a text.
FILTERED_LITERAL = re.compile(r"\|(?:default|default_if_none|yesno):(['\"])(?P<text>[A-Z][^'\"]*[a-z][^'\"]*)\1")
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


@dataclass
class PageSource(HTMLParser):
    """One template's source; `texts` are untranslated words with their line, `forbidden` what the CSP would block."""

    source: str
    texts: list[tuple[int, str]] = field(default_factory=list)
    forbidden: list[tuple[int, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.unseen: list[str] = []
        self.feed(self.untagged())
        self.close()

    def untagged(self) -> str:
        """The source with tags and variables blanked, translated blocks left out, line numbers kept."""
        pieces, skip_until = [], ""
        for token in Lexer(COMMENT.sub(blank, self.source)).tokenize():
            breaks = "\n" * token.contents.count("\n")
            if skip_until:
                pieces.append(breaks)
                skip_until = "" if token.contents == skip_until and token.token_type == TokenType.BLOCK else skip_until
            elif token.token_type == TokenType.TEXT:
                pieces.append(token.contents)
            else:
                pieces.append(GAP + breaks)
                if token.token_type != TokenType.COMMENT:
                    self.note_literals(token.contents, token.lineno or 0)
                skip_until = end_of(token.contents) if token.token_type == TokenType.BLOCK else ""
        return "".join(pieces)

    def note_literals(self, contents: str, line: int) -> None:
        """Keeps the untranslated words inside a tag or a variable."""
        for pattern in (LITERAL_ARGUMENT, FIRST_LITERAL, FILTERED_LITERAL):
            self.texts += [(line, found["text"]) for found in pattern.finditer(contents)]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        line = self.getpos()[0]
        names = dict(attrs)
        for name, value in attrs:
            if name == "style" or name.startswith("on"):
                self.forbidden.append((line, f"<{tag} {name}=…>"))
            if "javascript:" in (value or ""):
                self.forbidden.append((line, f"<{tag} {name}=javascript:…>"))
            if name in SHOWN or (name == "value" and tag in {"button", "input"} and names.get("type") == "submit"):
                self.shown(line, value or "")
        if tag == "style" or (tag == "script" and "src" not in names):
            self.forbidden.append((line, f"<{tag}> with its content in the page"))
        if tag in {"script", "style", "code"}:
            self.unseen.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.unseen and self.unseen[-1] == tag:
            self.unseen.pop()

    def handle_data(self, data: str) -> None:
        if not self.unseen:
            for offset, text in enumerate(data.splitlines()):
                self.shown(self.getpos()[0] + offset, text)

    def shown(self, line: int, text: str) -> None:
        self.texts += [(line, piece.strip()) for piece in text.split(GAP.strip()) if WORD.search(piece)]


def end_of(contents: str) -> str:
    """The end tag of a block whose text needs no look; empty for any other tag."""
    name = contents.split(maxsplit=1)[0]
    return f"end{name}" if name in {"blocktranslate", "blocktrans", "comment", "verbatim"} else ""


def blank(found: re.Match[str]) -> str:
    return "\n" * found[0].count("\n")
