"""Every text can be translated, nothing escapes escaping, and the strict Content-Security-Policy holds."""

import re

from . import tree
from .page_source import WORD, PageSource

# Names and signs that read the same in every language.
SAME_EVERYWHERE = {"AIMS", "Portal", "SHA", "PDF", "CSV", "Excel", "ISO", "IEC", "JSON", "TOTP", "AI", "EU", "UA", "QR"}
# The kit is shown to developers only; its sample texts are nobody's interface.
SAMPLES = ("templates/kit.html", "templates/kit/")
MARKED_SAFE = {
    "records/markdown.py": "its HTML has just been cleaned by nh3",
    "records/table_rows.py": "each cell was escaped on its own; format_html for each would cost a third of a page",
}
MARK_SAFE = re.compile(r"\bmark_safe\b|\bSafeString\(|\bSafeText\(|\bformat_html\(\s*f[\"']")
INCLUDED = re.compile(r"{% include \"([^\"]+)\"")
INCLUDED_ALONE = re.compile(r"{% include \"([^\"]+)\"[^%]* only %}")
UNESCAPED = re.compile(r"\|\s*safe(?:seq)?\b|{%\s*autoescape\s+off")


def test_every_text_of_a_template_can_be_translated() -> None:
    faults = [
        f"{path}:{line} “{text}”"
        for path in tree.templates()
        for line, text in PageSource(tree.read(path)).texts
        if set(WORD.findall(text)) - SAME_EVERYWHERE and not str(path).startswith(SAMPLES)
    ]
    assert not faults, tree.listed("Put these into {% translate %}, {% blocktranslate %} or _():", faults)


def test_templates_keep_to_the_content_security_policy() -> None:
    faults = [
        f"{path}:{line} {what}" for path in tree.templates() for line, what in PageSource(tree.read(path)).forbidden
    ]
    assert not faults, tree.listed("The browser blocks these; use a class, or static/js:", faults)


def test_no_form_is_included_without_its_token() -> None:
    """What is included with `only` sees no token, so a form in it would be refused; only a browser would notice."""
    sources = {str(path).removeprefix("templates/"): tree.read(path) for path in tree.templates()}
    posting = {name for name, source in sources.items() if "csrf_token" in source}
    while more := {name for name, source in sources.items() if posting & set(INCLUDED.findall(source))} - posting:
        posting |= more
    faults = [
        f"templates/{name} includes {other}"
        for name, source in sources.items()
        for other in posting & set(INCLUDED_ALONE.findall(source))
    ]
    assert not faults, tree.listed("Take `only` away:", faults)


def test_no_template_switches_escaping_off() -> None:
    faults = [str(path) for path in tree.templates() if UNESCAPED.search(tree.read(path))]
    assert not faults, tree.listed("Make the HTML with format_html in Python instead:", faults)


def test_nothing_is_marked_safe_without_a_listed_reason() -> None:
    faults = [
        str(path)
        for path in tree.python()
        if path.parts[0] != "tests" and MARK_SAFE.search(tree.read(path)) and str(path) not in MARKED_SAFE
    ]
    assert not faults, tree.listed("Use format_html, or list the file here with its reason:", faults)
