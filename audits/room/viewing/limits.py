"""What a file may cost that is shown, and how much of it is. Imported by the process that reads files: no Django."""

MAX_BYTES = 50 * 2**20
MAX_PIXELS = 40_000_000
# Longest side of a page as it is drawn, in pixels.
SIDE = 1800
MEMORY = 1536 * 2**20
SECONDS = 15
MAX_PAGES = 2000

ROWS, COLUMNS, CELL = 60, 30, 400
MOST_ROWS, MOST_SHEETS = 3000, 20
LINES, LINE = 120, 2000
MAX_TEXT = 8 * 2**20
PARAGRAPHS, MAX_PARAGRAPHS = 40, 4000
MAX_XML = 40 * 2**20
# Of the text of a drawn page, for those who do not see it.
MAX_SPOKEN = 20_000


class Fault(Exception):
    """Why a file cannot be shown, as a word: `broken`, `locked`, `large`, `nothing` (no such page)."""


def page_of(count: int, asked: int) -> int:
    """The page asked for, counted from 1; raises Fault where there is no such page."""
    if not 1 <= asked <= count:
        raise Fault("nothing")
    return asked
