"""The reader of templates sees what it is there to see."""

import pytest

from .page_source import PageSource


@pytest.mark.parametrize(
    ("source", "texts"),
    [
        ("<p>Plain words</p>", ["Plain words"]),
        ("<p>{% translate 'Good words' %} · {{ number }}</p>", []),
        ("{% blocktranslate %}Good <b>words</b>{% endblocktranslate %}", []),
        ("{# No words #}<!-- none --><code>either</code>", []),
        ('<a title="Plain words" href="/to/somewhere/">{{ a }}</a>', ["Plain words"]),
        ('<input type="submit" value="Send">', ["Send"]),
        ('{% section "Plain words" %}{% section _("Good words") %}', ["Plain words"]),
        ('{% include "x.html" with title="Plain words" text=_("Good") %}', ["Plain words"]),
        ('{{ a|default:"Plain words" }}{{ a|default:_("Good words") }}', ["Plain words"]),
        ('<li{% if a %} class="on"{% endif %}>{{ a }}</li>', []),
    ],
)
def test_words_that_are_not_translated_are_seen(source: str, texts: list[str]) -> None:
    assert [text for _line, text in PageSource(source).texts] == texts


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ('<p class="a">x</p><script src="/a.js" defer></script><link rel="stylesheet" href="/a.css">', 0),
        ('<p style="color: red">x</p>', 1),
        ('<button onclick="go()">x</button>', 1),
        ("<script>go()</script>", 1),
        ("<style>p { color: red }</style>", 1),
        ('<a href="javascript:go()">x</a>', 1),
    ],
)
def test_what_the_content_security_policy_forbids_is_seen(source: str, count: int) -> None:
    assert len(PageSource(source).forbidden) == count


def test_lines_are_counted_through_tags_of_several_lines() -> None:
    assert PageSource("{% comment %}\n\n{% endcomment %}\n<p>\nPlain</p>").texts == [(5, "Plain")]
