"""What was measured, as the Markdown of docs/benchmarks.md."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Figure:
    """One line: what was measured, its value and spread as shown, and the aim; `holds` is None where there is none."""

    what: str
    value: str
    spread: str = ""
    aim: str = ""
    holds: bool | None = None
    more: tuple[str, ...] = ()


@dataclass
class Part:
    """A table of the page, with a sentence on how it was measured."""

    title: str
    how: str
    columns: tuple[str, ...] = ("", "value", "spread", "aim")
    figures: list[Figure] = field(default_factory=list)

    def add(self, what: str, value: float, aim: float | None = None, *, unit: str = "", spread: str = "") -> None:
        """A figure that holds its aim when it is not above it."""
        shown = f"≤ {aim:g}{unit}" if aim is not None else ""
        self.figures.append(Figure(what, f"{value:.3g}{unit}", spread, shown, None if aim is None else value <= aim))

    def markdown(self) -> str:
        head = [f"## {self.title}", "", self.how, "", line(self.columns), line("---" for _column in self.columns)]
        return "\n".join([*head, *(row(figure) for figure in self.figures), ""])


def row(figure: Figure) -> str:
    value = f"**{figure.value}**" if figure.holds is False else figure.value
    return line((figure.what, value, figure.spread, *figure.more, figure.aim))


def line(cells: object) -> str:
    return f"| {' | '.join(str(cell) for cell in cells)} |"  # type: ignore[attr-defined]
