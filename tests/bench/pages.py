"""Pages and API lists beside the bare page: CPU ratios, queries, and whether a list stays flat as it grows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.core.handlers.wsgi import WSGIHandler
from django.urls import NoReverseMatch, reverse

from organisations.models import User
from risks.models import Statement
from systems.models import AISystem

from .bare import bare_portal
from .figures import Figure, Part
from .meters import Browser, interleaved, statements
from .stock import Stocked

LISTS, OTHERS, FLAT, QUERIES = 2.0, 2.5, 1.3, 12
HOW = (
    "CPU time of the web process and its database backend for one page, divided by that of the bare page measured "
    f"just before it; median and quartiles of all rounds. At most {QUERIES} statements a page."
)


@dataclass(frozen=True)
class Page:
    """One address as one person opens it; `aim` is the ratio to the bare page."""

    name: str
    fetch: Callable[[], bytes]
    aim: float


def pages_of(stock: Stocked, portal: WSGIHandler) -> Iterator[Page]:
    here, deep = f"/{stock.organisation.slug}", max(1, stock.size.evidence // 50 - 1)
    deep_systems = max(1, stock.size.systems // 50 - 1)

    def page(user: User, name: str, address: str, aim: float = OTHERS, **headers: str) -> Page:
        return Page(name, Browser(portal, user).opener(address, **headers), aim)

    officer, contributor = stock.officer, stock.contributor
    evidence, systems, api = f"{here}/evidence/", f"{here}/ai-systems/", f"/api/v1/{stock.organisation.slug}"
    lists = {
        "first page": evidence,
        "filtered by state": f"{evidence}?state=expiring",
        "filtered by words": f"{evidence}?q=fairness+audit",
        "sorted by title": f"{evidence}?sort=title",
        "sorted by valid until": f"{evidence}?sort=-valid_until",
        "deep page": f"{evidence}?page={deep}",
    }
    for name, address in lists.items():
        yield page(officer, f"Evidence, {name}", address, LISTS)
    yield page(contributor, "Evidence, first page, contributor", evidence, LISTS)
    more = {
        "first page": systems,
        "filtered by class": f"{systems}?risk_class=high",
        "sorted by class": f"{systems}?sort=risk_class",
        "deep page": f"{systems}?page={deep_systems}",
    }
    for name, address in more.items():
        yield page(officer, f"AI systems, {name}", address, LISTS)
    for name, address, aim in (*risk_pages(stock), *crosswalk_pages(stock)):
        yield page(officer, name, address, aim)
    for name, address, aim in room_pages(stock):
        yield page(stock.inmate, name, address, aim)
    yield page(officer, "Clause 6.1.2", f"{here}/clauses/6.1.2/")
    yield page(officer, "All requirements", f"{here}/clauses/")
    yield page(contributor, "Home, contributor", f"{here}/")
    for name, place in {"Home": "", "Readiness, explained": "readiness/", "Due": "due/"}.items():
        yield page(officer, name, f"{here}/{place}")
    yield page(officer, "Search page, two words", f"{here}/search/?q=fairness+audit")
    for name in ("evidence", "ai-systems", "requirements"):
        yield page(officer, f"API, {name}", f"{api}/{name}/")


def crosswalk_pages(stock: Stocked) -> Iterator[tuple[str, str, float]]:
    """The page of all frameworks, and the coverage of the one with most mappings."""
    if frameworks := found_address(stock, "framework-list"):
        yield "Crosswalks, all frameworks", frameworks, OTHERS
        yield "Coverage of NIST AI RMF", f"{frameworks}nist-ai-rmf/", OTHERS
        yield "Coverage of NIST AI RMF, weak too", f"{frameworks}nist-ai-rmf/?weak=1", OTHERS


def risk_pages(stock: Stocked) -> Iterator[tuple[str, str, float]]:
    """Name, address and aim of each page of the risks floor."""
    heap = AISystem.objects.of(stock.organisation).order_by("pk")[0]
    if register := found_address(stock, "risk-list"):
        lists = {
            "first page": "",
            "filtered by level": "?level=high",
            "sorted by score": "?sort=-score",
            "deep page": f"?page={max(1, stock.size.risks // 50)}",
        }
        yield from ((f"Risks, {name}", f"{register}{query}", LISTS) for name, query in lists.items())
    others = {
        "Risk map": found_address(stock, "risk-map"),
        "Dossier of the system with most risks": found_address(stock, "ai-system-dossier", reference=heap.reference),
        "Statement of Applicability": found_address(
            stock, "statement-detail", reference=Statement.objects.of(stock.organisation)[0].reference
        ),
        "Risks without acceptance": found_address(stock, "readiness-list", code="unaccepted"),
    }
    yield from ((name, address, OTHERS) for name, address in others.items() if address)


def room_pages(stock: Stocked) -> Iterator[tuple[str, str, float]]:
    """What an auditor opens who was let into all of it: the room, whole populations, the register itself."""
    population = found_address(stock, "room-population", kind="risk")
    deep = max(1, stock.size.risks // 50)
    yield "Room, overview", found_address(stock, "room"), OTHERS
    yield "Room, all populations", found_address(stock, "room-population-list"), OTHERS
    yield "Room, population of risks", population, LISTS
    yield "Room, population of risks, filtered", f"{population}?level=high", LISTS
    yield "Room, population of risks, deep page", f"{population}?page={deep}", LISTS
    yield "Room, list of evidence", found_address(stock, "evidence-list"), LISTS


def found_address(stock: Stocked, name: str, **kwargs: str) -> str:
    """Address of a page, empty while nobody has built it."""
    try:
        return reverse(name, kwargs={"organisation": stock.organisation.slug, **kwargs})
    except NoReverseMatch:
        return ""


def ratios(stocks: list[Stocked], *, rounds: int) -> list[Part]:
    """CPU beside the bare page and SQL counts for each size, and how flat the largest is."""
    portal = WSGIHandler()
    parts, medians = [], []
    for stock in stocks:
        bare = Browser(bare_portal(), stock.officer).opener(f"/?of={stock.organisation.slug}")
        pages = list(pages_of(stock, portal))
        found = interleaved({page.name: page.fetch for page in pages}, bare, rounds=rounds)
        part = Part(title(stock), HOW, ("page", "× bare page", "quartiles", "CPU ms", "SQL", "aim"))
        for page in pages:
            ratio, sent = found[page.name], len(statements(page.fetch))
            low, high = ratio.quartiles
            more = f"{ratio.case.median:.1f}", f"{sent}" if sent <= QUERIES else f"**{sent}**"
            spread, holds = f"{low:.2f}–{high:.2f}", ratio.median <= page.aim
            part.figures.append(Figure(page.name, f"{ratio.median:.2f}", spread, f"≤ {page.aim:g}", holds, more))
        parts.append(part)
        medians.append({name: ratio.median for name, ratio in found.items()})
    return [*parts, flatness(stocks, medians)]


def flatness(stocks: list[Stocked], medians: list[dict[str, float]]) -> Part:
    small, large = stocks[0].size.evidence, stocks[-1].size.evidence
    part = Part("Flatness", f"The ratio at {large:,} items of evidence divided by that at {small:,}.")
    for name, ratio in medians[-1].items():
        part.add(name, ratio / medians[0][name], FLAT if name.startswith(("Evidence", "AI", "Risks,")) else None)
    return part


def title(stock: Stocked) -> str:
    size = stock.size
    return f"Pages at {size.evidence:,} items of evidence, {size.systems:,} AI systems and {size.risks:,} risks"
