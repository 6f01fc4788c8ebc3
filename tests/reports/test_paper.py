"""The PDF: the figures of Home in print, readable by machines, complete, and set from nothing but our own files."""

from __future__ import annotations

import io
import re
from typing import Any

import pikepdf
import pytest
from django.utils import timezone
from pypdf import PdfReader

from reports.models import Report
from reports.papers.paper import Paper
from reports.papers.printing import StaticFetcher, UnprintableError, printed
from reports.papers.readiness import contents, paper_of
from reports.readiness import Readiness, readiness
from reports.verification import code_of
from tests.reports.conftest import Stage

HOSTILE = (
    "<script>alert(1)</script> ![x](https://evil.example/x.png) <img src='file:///etc/passwd'> **bold** "
    + "long " * 900
)


class Printed:
    """One report, set once for all tests of this module."""

    def __init__(self, stage: Stage, by: Any) -> None:
        stage.position("7.2", narrative=HOSTILE, status="partly")
        stage.position("A.3.2", applicable=True, justification="W" * 3000, status="implemented")
        self.report = Report.objects.create(
            organisation=stage.organisation, number=7, requested_by=by, idempotency_key="printed"
        )
        self.heard: list[int] = []
        with timezone.override(stage.organisation.zone):
            self.paper: Paper = paper_of(self.report)
            self.result: Readiness = self.paper.context["result"]
            assert self.result.as_dict() == readiness(
                stage.organisation, by, self.result.at
            ).as_dict() | counted_proofs(self.result)
            self.code = code_of(self.paper.figures)
            self.content, self.pages = printed(self.report, self.paper, self.code, lambda done, pages: self.tell(done))
        self.reader = PdfReader(io.BytesIO(self.content))
        self.texts = [page.extract_text() for page in self.reader.pages]
        self.text = re.sub(r"\s+", " ", " ".join(self.texts))

    def tell(self, done: int) -> None:
        self.heard.append(done)


def counted_proofs(result: Readiness) -> dict[str, Any]:
    """The parts that say how many proofs each requirement has: on paper all of them fit here."""
    return {name: result.as_dict()[name] for name in ("clauses", "controls")}


def squeezed(text: str) -> str:
    """Without spaces: a line may end after any hyphen."""
    return re.sub(r"\s+", "", text)


made: list[Printed] = []


@pytest.fixture
def paper(assessed: Stage, manager: Any) -> Printed:
    if not made:
        made.append(Printed(assessed, manager))
    return made[0]


def test_it_prints_the_figures_of_home(paper: Printed) -> None:
    result = paper.result
    for part in (result.clauses, result.controls):
        for count in (part.count, *(section.count for section in part.sections)):
            figures = [f"{count.met} of {count.of}", count.partly, count.not_met, count.unanswered]
            row = " ".join(map(str, [*figures, f"{count.evidenced} of {count.of}"]))
            assert row in paper.text, row
    assert result.state.title in paper.text
    assert result.state.sentence in paper.text
    for obstacle in result.obstacles:
        assert obstacle.title in paper.text
    for tally in (*result.inventory.by_class, *result.inventory.by_role, *result.applicability.by_status):
        assert f"{tally.label or 'No status'} {tally.count}" in paper.text
    for document in result.documents:
        assert document.name in paper.text
    for name in (*(gap.name for gap in result.gaps), *(item.title for item in result.overdue)):
        assert squeezed(name) in squeezed(paper.text), name


def test_it_prints_the_figures_of_risks_and_impact_assessments(paper: Printed) -> None:
    result = paper.result
    for tally in (*result.risks.by_level, *result.risks.by_process):
        assert f"{tally.label} {tally.count}" in paper.text
    for one in result.risks.lists:
        if one.blocks is not None or one.code == "assessed":
            assert f"{one.title}: {one.count}" in paper.text
            for item in one.items:
                assert squeezed(f"{item.reference} {item.title}") in squeezed(paper.text), item


def test_it_prints_the_figures_of_the_registers(paper: Printed) -> None:
    registers = paper.result.registers
    assert registers.lacking
    for one in registers.lists:
        if one.blocks is not None:
            assert f"{one.title}: {one.count}" in re.sub(r"\s+", " ", paper.text)
            for item in one.items:
                assert squeezed(f"{item.reference} {item.title}") in squeezed(paper.text), item


def test_it_prints_every_requirement_with_position_and_evidence(paper: Printed) -> None:
    for line in (*paper.result.clauses.lines, *paper.result.controls.lines):
        assert f"{line.number} {line.title}" in paper.text, line.number
        for proof in line.proofs:
            assert proof.title in paper.text
            assert proof.sha256 in squeezed(paper.text)
    assert paper.text.count("W") >= 3000
    assert paper.text.count("long ") >= 900


def test_every_page_says_what_it_is_and_none_is_empty(paper: Printed) -> None:
    code, total = paper.code.replace("-", " "), len(paper.texts)
    assert paper.pages == total
    assert "Readiness for certification" in paper.texts[0]
    assert code in paper.texts[0]
    assert "Version 7" in re.sub(r"\s+", " ", paper.texts[0])
    for number, text in enumerate(paper.texts[1:], start=2):
        assert f"RDY-0007 · {code}" in text
        assert f"{number} / {total}" in text
        assert len(text) > 200, f"page {number} is nearly empty"


def test_the_contents_lead_where_they_say(paper: Printed) -> None:
    lines = re.sub(r"\s+", " ", paper.texts[1])
    for entry in contents(paper.result):
        found = re.search(rf"{re.escape(str(entry['number']))} {re.escape(entry['title'])} (\d+)", lines)
        assert found, entry
        page = re.sub(r"\s+", " ", paper.texts[int(found.group(1)) - 1])
        assert f"{entry['number']} {entry['title']}" in page, entry


def test_it_is_tagged_for_everybody(paper: Printed) -> None:
    with pikepdf.open(io.BytesIO(paper.content)) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang) == "en-GB"
        assert pdf.Root.ViewerPreferences.DisplayDocTitle
        with pdf.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
            assert "Readiness for certification, Brightwater Ltd" in str(metadata["dc:title"])
        kinds = list(structure(pdf.Root.StructTreeRoot))
        assert str(pdf.docinfo["/Author"]) == "Manager Brightwater Ltd"
    names = {kind for kind, _element in kinds}
    assert {"/Document", "/H1", "/H2", "/H3", "/Table", "/TH", "/TD", "/Figure", "/L", "/P"} <= names
    figures = [element for kind, element in kinds if kind == "/Figure"]
    assert figures
    assert all(str(element.get("/Alt", "")) for element in figures)
    fonts = [font for page in paper.reader.pages for font in page["/Resources"]["/Font"].values()]
    assert all("/FontDescriptor" in str(font.get_object()["/DescendantFonts"][0].get_object()) for font in fonts)


def structure(element: Any) -> Any:
    """Every element of the tag tree with its kind, in reading order."""
    children = element.get("/K", [])
    for child in children if isinstance(children, pikepdf.Array) else [children]:
        if isinstance(child, pikepdf.Dictionary) and "/S" in child:
            yield str(child.S), child
            yield from structure(child)


def test_what_people_type_can_do_no_harm(paper: Printed) -> None:
    assert "alert(1)" in paper.text
    assert "<img" in paper.text
    links = [note.get_object() for page in paper.reader.pages for note in page.get("/Annots", [])]
    targets = {str(note["/A"]["/URI"]) for note in links if "/A" in note and "/URI" in note["/A"]}
    assert targets <= {"https://x.example"}


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/x.png",
        "file:///etc/passwd",
        "https://static.invalid/../settings.py",
        "https://static.invalid/css/../../aims_portal/settings.py",
        "https://static.invalid/css/none.css",
        "data:text/css,x",
        "https://static.invalid@evil.example/css/tokens.css",
    ],
)
def test_nothing_but_our_static_files_is_fetched(url: str) -> None:
    with pytest.raises(UnprintableError):
        StaticFetcher().fetch(url)


def test_our_own_style_sheets_and_letters_are_fetched() -> None:
    for path, kind in (("css/print.css", "text/css"), ("fonts/sans/SourceSansPro-Regular.ttf", "font/ttf")):
        with_answer = StaticFetcher().fetch(f"https://static.invalid/{path}")
        assert with_answer.read(4)
        assert with_answer.content_type == kind


def test_its_progress_grows_with_its_pages(paper: Printed) -> None:
    assert paper.heard == sorted(paper.heard)
    assert paper.heard[0] == 15
    assert 90 in paper.heard
