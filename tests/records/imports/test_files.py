"""Whatever a spreadsheet program writes is read as it was meant; what is no table is refused in plain words."""

from __future__ import annotations

import codecs
import io
import zipfile
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

from records.imports import sheets
from records.imports.sheets import Fault, Unreadable, rows_of
from systems.models import Supplier
from tests.records.imports.bringing import SUPPLIERS, Bringing, csv_of, errors, supplier, xlsx_of

Brings = Callable[[str], Bringing]


def read(content: bytes, ending: str = "csv") -> list[list[Any]]:
    return [cells for _number, cells in rows_of(content, ending)]


def book_of(*rows: list[Any]) -> Workbook:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    return book


def bytes_of(book: Workbook) -> bytes:
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_letters_and_columns_of_a_csv_are_found_out(encoding: str, delimiter: str) -> None:
    text = delimiter.join(["Name", '"Was, sie; liefern"']) + "\r\n" + delimiter.join(["Müller & Söhne", "–"]) + "\r\n"
    assert read(text.encode(encoding)) == [["Name", "Was, sie; liefern"], ["Müller & Söhne", "–"]]


def test_a_line_that_names_the_delimiter_is_no_row() -> None:
    assert list(rows_of(b"sep=;\r\nName;Owner\r\na,b;c\r\n", "csv")) == [(2, ["Name", "Owner"]), (3, ["a,b", "c"])]


def test_rows_have_the_numbers_that_a_spreadsheet_shows() -> None:
    text = b'Name,Note\n\n"a\nb",1\n,,\nc,2\n'
    assert list(rows_of(text, "csv")) == [(1, ["Name", "Note"]), (3, ["a\nb", "1"]), (5, ["c", "2"])]
    book = book_of(["Name"], [], ["a"])
    book.active["B7"] = "far"
    assert [number for number, _cells in rows_of(bytes_of(book), "xlsx")] == [1, 3, 7]


def test_the_apostrophe_of_our_own_export_goes_and_others_stay() -> None:
    assert read(b"Name\n'=1+1\n'tis\n") == [["Name"], ["=1+1"], ["'tis"]]


@pytest.mark.parametrize(
    "content",
    [b'Name\n"never closed\n', b'Name\n"a"b\n', b"Name\n\x81\x8d\n", b"\x00\x01\x02", b"Name\na\x00b\n"],
)
def test_what_cannot_be_read_is_said_in_words(content: bytes) -> None:
    with pytest.raises(Unreadable) as refusal:
        read(content)
    assert refusal.value.messages[0].endswith(".")


def test_values_of_excel_are_days_numbers_and_words() -> None:
    book = book_of(["Day", "Number", "Yes", "Text", "Whole"], [date(2026, 5, 1), 1.5, True, " a ", 2.0])
    assert read(bytes_of(book), "xlsx")[1] == [date(2026, 5, 1), 1.5, True, "a", 2]


def test_hidden_sheets_are_passed_over() -> None:
    book = book_of(["Hidden"])
    book.active.sheet_state = "hidden"
    book.create_sheet("Shown").append(["Name"])
    assert read(bytes_of(book), "xlsx") == [["Name"]]


def test_of_a_formula_the_value_counts_and_without_one_the_cell_is_told(bringing: Brings) -> None:
    content = bytes_of(book_of(["Name"], ["=1+1"], ["#N/A"]))
    fault, excel = (row[0] for row in read(content, "xlsx")[1:])
    assert isinstance(fault, Fault)
    assert isinstance(excel, Fault)
    calculated = with_part(content, "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b"<v></v>", b"<v>2</v>"))
    assert calculated != content
    assert read(calculated, "xlsx")[1] == [2]
    brought = bringing("suppliers").checked(xlsx_of(SUPPLIERS, ["=A1", "x", "#REF!", "High"]))
    assert [cell for cell, _words in errors(brought)] == ["A2", "C2"]


def with_part(content: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            part = old.read(entry)
            new.writestr(entry, change(part) if entry.filename == name else part)
    return changed.getvalue()


@pytest.mark.parametrize(
    "change",
    [
        lambda xml: xml[:200],
        lambda xml: b"",
        lambda xml: xml.replace(b't="inlineStr"><is><t>a</t></is>', b't="s"><v>99</v>'),
        lambda xml: xml.replace(b"<t>a", b"<t>&bomb;"),
        lambda xml: xml.replace(b'r="A2"', b'r="A0x"'),
    ],
)
def test_a_broken_workbook_is_refused(change: Callable[[bytes], bytes]) -> None:
    content = with_part(bytes_of(book_of(["Name"], ["a"])), "xl/worksheets/sheet1.xml", change)
    with pytest.raises(Unreadable):
        read(content, "xlsx")


@pytest.mark.parametrize(
    "part",
    [
        *("xl/workbook.xml", "[Content_Types].xml", "xl/styles.xml", "xl/_rels/workbook.xml.rels"),
        *("xl/worksheets/sheet1.xml", "docProps/core.xml"),
    ],
)
def test_whichever_part_of_a_workbook_breaks_off_it_is_refused(part: str, bringing: Brings) -> None:
    whole = bytes_of(book_of(["Name"], ["a"]))
    content = with_part(whole, part, lambda xml: xml[: len(xml) // 2])
    assert content != whole
    with pytest.raises(Unreadable):
        read(content, "xlsx")
    answer = bringing("suppliers").upload(SimpleUploadedFile("broken.xlsx", content))
    assert answer.status_code == 422


def test_tags_are_counted_whatever_a_part_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    content = io.BytesIO(bytes_of(book_of(["Name"], ["a"])))
    with zipfile.ZipFile(content, "a") as archive:
        archive.writestr("xl/worksheets/sheet1.bin", "<a/>" * 5000)
    monkeypatch.setattr(sheets, "MOST_TAGS", 5000)
    with pytest.raises(Unreadable, match="more than we take"):
        read(content.getvalue(), "xlsx")


def as_excel_writes_it(content: bytes) -> bytes:
    """The same with its texts in a table of their own."""
    types = '<Override PartName="/xl/sharedStrings.xml" ContentType="{}"/></Types>'.format(
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    )
    content = with_part(
        content,
        "xl/worksheets/sheet1.xml",
        lambda xml: xml.replace(b't="inlineStr"><is><t>a</t></is>', b't="s"><v>0</v>'),
    )
    content = with_part(content, "[Content_Types].xml", lambda xml: xml.replace(b"</Types>", types.encode()))
    changed = io.BytesIO(content)
    with zipfile.ZipFile(changed, "a") as archive:
        main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        archive.writestr("xl/sharedStrings.xml", f'<sst xmlns="{main}"><si><t>shared</t></si></sst>')
    return changed.getvalue()


def test_what_unpacks_to_too_much_is_refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    content = as_excel_writes_it(bytes_of(book_of(["Name"], ["a"])))
    assert read(content, "xlsx") == [["Name"], ["shared"]]
    for limit in ("MOST_UNPACKED", "MOST_TEXTS", "MOST_TAGS"):
        with monkeypatch.context() as patch:
            patch.setattr(sheets, limit, 10)
            with pytest.raises(Unreadable, match="more than we take"):
                read(content, "xlsx")


@pytest.mark.parametrize("limit", ["MOST_ROWS", "MOST_COLUMNS", "MOST_BYTES"])
def test_what_is_too_large_is_refused(limit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, limit, 1)
    with pytest.raises(Unreadable):
        read(b"Name,Owner\na,b\nc,d\n")


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (SimpleUploadedFile("a.csv", b""), "is empty"),
        (SimpleUploadedFile("a.csv", b"Name,Owner\r\n"), "no row under them"),
        (SimpleUploadedFile("a.csv", b"\r\n\r\n"), "file is empty"),
        (SimpleUploadedFile("a.xls", b"Name,Owner\r\na,b\r\n"), "neither a CSV nor an Excel file"),
        (SimpleUploadedFile("a.xlsx", b"Name,Owner\r\na,b\r\n"), "not a complete xlsx file"),
        (SimpleUploadedFile("a.csv", b"<html><script>alert(1)</script>"), "it holds text/html"),
    ],
)
def test_a_file_that_is_none_is_refused_at_its_field(file: Any, words: str, bringing: Brings) -> None:
    brings = bringing("suppliers")
    file.seek(0)
    answer = brings.upload(file)
    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_without_a_file_one_is_asked_for(bringing: Brings) -> None:
    brings = bringing("suppliers")
    answer = brings.client.post(brings.root)
    assert (answer.status_code, "Choose a file first." in answer.content.decode()) == (422, True)


def test_the_scanner_is_asked_as_for_evidence(bringing: Brings, settings: Any) -> None:
    settings.SCANNER_URL = "clamd://127.0.0.1:1"
    answer = bringing("suppliers").upload(csv_of(SUPPLIERS, supplier()))
    assert "the virus scanner could not be asked" in answer.content.decode()


def test_columns_are_guessed_from_names_labels_and_headings_of_the_list(bringing: Brings) -> None:
    brought = bringing("ai-systems").brought(
        csv_of(["NO.", " name ", "Owner (mail)", "EU_AI_Act class", "risk class", "Shoe size"], [""] * 5 + ["43"])
    )
    assert brought.matching == ["reference", "title", "owner", "risk_class", "", ""]


def test_what_was_chosen_is_remembered(bringing: Brings) -> None:
    brings, rows = bringing("suppliers"), [["Firma", *SUPPLIERS[1:]], supplier()]
    first = brings.brought(csv_of(*rows))
    assert first.matching[0] == ""
    answer = brings.match(first)
    assert (answer.status_code, "Say which column" in answer.content.decode()) == (422, True)
    brings.match(first, field_0="title")
    assert brings.brought(csv_of(*rows)).matching[0] == "title"
    other = bringing("ai-systems").brought(csv_of(*rows))
    assert other.matching[0] == "", "each register has its own words"


def test_two_columns_for_one_field_are_told_at_the_second(bringing: Brings) -> None:
    brings = bringing("suppliers")
    brought = brings.brought(csv_of([*SUPPLIERS, "Name 2"], [*supplier(), "x"]))
    answer = brings.match(brought, field_4="title")
    assert answer.status_code == 422
    assert "Column 1 is “Name” already." in answer.content.decode()
    assert 'id="field-4-error"' in answer.content.decode()


def test_what_new_entries_also_need_is_told_before_the_check(bringing: Brings) -> None:
    brings = bringing("suppliers")
    brought = brings.brought(csv_of(["Name"], ["One"]))
    page = brings.client.get(brings.page(brought)).content.decode()
    assert "What is not there yet also needs: What they supply, Owner." in page


def test_a_file_of_headings_can_be_taken_filled_and_brought(bringing: Brings) -> None:
    brings = bringing("suppliers")
    headings = b"".join(brings.client.get(f"{brings.root}headings.csv"))
    assert headings.startswith(codecs.BOM_UTF8)
    names = read(headings)[0]
    row = dict(zip(SUPPLIERS, supplier("Filled in"), strict=True))
    line = ",".join(row.get(name, "") for name in names)
    brings.imported(SimpleUploadedFile("filled.csv", headings + line.encode()))
    assert Supplier.objects.filter(title="Filled in").exists()


@pytest.mark.parametrize("written", ["2026-11-03", "03/11/2026", "3.11.2026", "3 Nov 2026"])
def test_days_are_read_with_the_day_first(written: str, bringing: Brings) -> None:
    bringing("suppliers").imported(csv_of([*SUPPLIERS, "Next review"], [*supplier("One"), written]))
    assert Supplier.objects.get(title="One").review_on == date(2026, 11, 3)


@pytest.mark.parametrize("written", ["11/23/2026", "soon", "2026-02-30", "45000"])
def test_what_is_no_day_is_told(written: str, bringing: Brings) -> None:
    brought = bringing("suppliers").checked(csv_of([*SUPPLIERS, "Next review"], [*supplier("One"), written]))
    assert errors(brought) == [("E2", "This is not a day. Write 2026-11-30 or 30/11/2026.")]
