"""Makes the sample's evidence files anew: `python -m aims_portal.sample.make_files`. Their texts are in `sources/`.

The files are kept in the repository, so that the demo starts without rendering; the same sources give the same bytes.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from html import escape
from pathlib import Path

import yaml
from markdown_it import MarkdownIt
from PIL import Image, ImageDraw, ImageFont
from weasyprint import CSS, HTML

HERE = Path(__file__).parent
FILES = HERE / "files"
# These are drawn from the same numbers each time; nothing secret hangs on them.
DICE = random.Random(42001)  # noqa: S311


def make_papers() -> None:
    """One PDF for each Markdown file: its head as a table of facts, its body as text."""
    markdown = MarkdownIt("commonmark", {"html": True}).enable("table")
    style = CSS(HERE / "paper.css")
    for source in sorted((HERE / "sources").glob("*.md")):
        _start, head, body = source.read_text().split("---\n", 2)
        about = yaml.safe_load(head)
        facts = "".join(f"<dt>{escape(name)}</dt><dd>{escape(str(fact))}</dd>" for name, fact in about["facts"].items())
        text = markdown.render(body.replace(" %", "\u00a0%"))
        page = (
            f"<html lang='en'><title>{escape(about['title'])}</title>"
            f"<p class='kind' data-number='{escape(about['number'])}'>{escape(about['kind'])}</p>"
            f"<h1>{escape(about['title'])}</h1><dl>{facts}</dl>{text}</html>"
        )
        HTML(string=page).write_pdf(
            FILES / f"{source.stem}.pdf", stylesheets=[style], pdf_identifier=source.stem.encode(), pdf_tags=True
        )


def make_screenshot() -> None:
    """The chat of Mira as a visitor sees it, with the notice that it is AI."""
    image = Image.new("RGB", (720, 900), "#e9eef0")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 720, 84), fill="#0b5563")
    draw.ellipse((24, 20, 68, 64), fill="#f4c95d")
    write(draw, (36, 28), ["M"], 24, "#0b5563")
    write(draw, (84, 18), ["Mira"], 24, "#ffffff")
    write(draw, (84, 50), ["Digital assistant of Meridia customer service"], 15, "#d5e6e9")
    draw.rounded_rectangle((24, 104, 696, 212), 10, fill="#fff7e0", outline="#c99700", width=2)
    write(draw, (44, 116), ["You are talking with an AI, not with a person."], 20, "#1b1b1b")
    write(draw, (44, 146), NOTICE, 15, "#3c3c3c")
    top = 236
    for is_visitor, lines in CHAT:
        height = 24 + 24 * len(lines)
        left, fill = (190, "#cfe6ea") if is_visitor else (24, "#ffffff")
        draw.rounded_rectangle((left, top, left + 506, top + height), 14, fill=fill)
        write(draw, (left + 18, top + 11), lines, 17, "#1b1b1b")
        top += height + 14
    draw.rounded_rectangle((24, 760, 250, 802), 21, outline="#0b5563", width=2)
    write(draw, (46, 770), ["Talk to a person"], 17, "#0b5563")
    draw.rounded_rectangle((24, 824, 696, 876), 12, fill="#ffffff", outline="#9fb4b9", width=2)
    write(draw, (44, 840), ["Write a message"], 17, "#6b7c80")
    image.quantize(24).save(FILES / "mira-ai-notice.png", optimize=True)


NOTICE = [
    "Answers come from our contract texts and may be wrong. What counts is your contract.",
    "No account numbers, please. You can talk to a person at any time.",
]
CHAT = [
    (False, ["Good morning. What can I help you with?"]),
    (True, ["Can I pay back my loan before the end?"]),
    (
        False,
        [
            "Yes. You can pay back all or part of it at any",
            "time. A fee may apply; it is in section 7 of your",
            "contract. Shall I show you where to find it?",
        ],
    ),
    (True, ["Yes please. And is this a real person?"]),
    (
        False,
        [
            "No, I am Mira, an AI. Section 7 begins on page 4",
            "of your contract. If you prefer a person, choose",
            "“Talk to a person”: the wait is about 40 seconds.",
        ],
    ),
]


def write(draw: ImageDraw.ImageDraw, at: tuple[int, int], lines: Sequence[str], size: int, fill: str) -> None:
    font = ImageFont.load_default(size)
    for number, line in enumerate(lines):
        draw.text((at[0], at[1] + number * round(size * 1.42)), line, font=font, fill=fill)


def make_log() -> None:
    """Events of nine chats on 9 November 2026, identifiers hashed, texts masked."""
    rows = []
    moment = datetime(2026, 11, 9, 8, 2, 11)  # noqa: DTZ001 (local time, as the log has it)
    for _chat in range(9):
        chat = f"{DICE.getrandbits(40):010x}"
        confidence = DICE.choice([0.91, 0.88, 0.84, 0.79, 0.42])
        events = [
            ("notice_shown", "", "notice 1.1"),
            ("question", "", f"masked, {DICE.randint(28, 140)} characters"),
            ("retrieval", "", f"{DICE.randint(2, 5)} texts, newest of 2026-10-2{DICE.randint(0, 9)}"),
            ("answer", f"{confidence:.2f}", f"masked, {DICE.randint(120, 420)} characters"),
            ("handed_over", "", "low confidence") if confidence < 0.6 else ("closed", "", "by visitor"),
        ]
        for event, sure, detail in events:
            rows.append([f"{moment:%Y-%m-%dT%H:%M:%S}", chat, event, "lumen-2026-07", sure, detail])
            moment += timedelta(seconds=DICE.randint(1, 25))
        moment += timedelta(seconds=DICE.randint(60, 400))
    write_csv("mira-log-sample.csv", ["time", "chat", "event", "model_version", "confidence", "detail"], rows)


def make_attendance() -> None:
    """Who finished the awareness course in October: 55 people, from 78 to 91 per cent of 420."""
    rows = []
    for number in sorted(DICE.sample(range(1001, 1640), 55)):
        day = date(2026, 10, 1) + timedelta(days=DICE.randint(0, 30))
        day -= timedelta(days=max(0, day.weekday() - 4))
        score = DICE.randint(72, 100)
        site, unit = DICE.choice(PLACES)
        rows.append([f"M{number}", site, unit, "AI awareness 2026", max(day, date(2026, 10, 1)), score, "passed"])
    header = ["personnel_number", "site", "unit", "course", "completed", "score", "quiz"]
    write_csv("training-2026-10.csv", header, rows)


PLACES = [
    ("Leipzig", "HR services"),
    ("Leipzig", "Credit brokerage"),
    ("Leipzig", "Finance"),
    ("Tallinn", "Engineering"),
    ("Porto", "Customer service"),
    ("Porto", "Customer service"),
]


def make_accuracy() -> None:
    """Forecast and sales of Outpost's garden centres in October, by week."""
    rows = []
    for week in range(40, 45):
        for centre in range(1, 9):
            sold = DICE.randint(180, 900)
            forecast = round(sold * DICE.uniform(0.86, 1.15))
            rows.append([week, f"GC-{centre:02d}", forecast, sold, f"{abs(forecast - sold) / sold:.3f}"])
    write_csv("leafcast-accuracy-2026-10.csv", ["week", "garden_centre", "forecast", "sold", "relative_error"], rows)


def write_csv(name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with (FILES / name).open("w", newline="") as file:
        csv.writer(file).writerows([header, *rows])


if __name__ == "__main__":
    FILES.mkdir(exist_ok=True)
    make_papers()
    make_screenshot()
    make_log()
    make_attendance()
    make_accuracy()
