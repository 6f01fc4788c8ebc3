"""Markdown as people write it, turned into HTML that cannot do harm."""

import re
from collections.abc import Iterable, Iterator

import nh3
from django.utils.safestring import SafeString
from markdown_it import MarkdownIt
from markdown_it.token import Token

TAGS = {"p", "br", "strong", "em", "del", "code", "pre", "blockquote", "ul", "ol", "li", "hr", "a"} | {
    *("h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td"),
}
READER = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable(["table", "strikethrough"])


def rendered(text: str, *, names: Iterable[str] = ()) -> SafeString:
    """Safe HTML; headings start below the page's own (h3), links open without telling where from.

    `names` stand behind an @ in the text and are set in bold, with it.
    """
    tokens = READER.parse(text)
    named = re.compile("|".join(re.escape(f"@{name}") for name in sorted(names, key=len, reverse=True)) or "(?!)")
    for token in tokens:
        if token.tag in {"h1", "h2", "h3", "h4"}:
            token.tag = f"h{min(int(token.tag[1]) + 2, 6)}"
        if token.children:
            token.children = [part for child in token.children for part in with_names(child, named)]
    html = READER.renderer.render(tokens, READER.options, {})
    clean = nh3.clean(html, tags=TAGS, attributes={"a": {"href"}}, url_schemes={"http", "https", "mailto"})
    return SafeString(clean)


def with_names(token: Token, named: re.Pattern[str]) -> Iterator[Token]:
    """A piece of running text, cut where somebody is named."""
    if token.type != "text" or not named.search(token.content):
        yield token
        return
    at = 0
    for found in named.finditer(token.content):
        yield Token("text", "", 0, content=token.content[at : found.start()])
        yield Token("strong_open", "strong", 1)
        yield Token("text", "", 0, content=found[0])
        yield Token("strong_close", "strong", -1)
        at = found.end()
    yield Token("text", "", 0, content=token.content[at:])
