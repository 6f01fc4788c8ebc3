"""Sets a report on paper: HTML by template, PDF/UA-1 by WeasyPrint, with nothing but our own style sheets and fonts."""

from __future__ import annotations

import gc
import logging
import mimetypes
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.contrib.staticfiles import finders
from django.core.exceptions import SuspiciousFileOperation
from django.template.loader import render_to_string
from weasyprint import HTML
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from records.sealing.roots import current_root
from reports.models import Report

from .paper import Paper

PROGRESS = logging.getLogger("weasyprint.progress")
# Addresses in a report are below this one, which does not exist: nothing is ever fetched from a network.
OURS = "https://static.invalid/"
# Called with the progress (0–100) and with how many pages are about to be drawn in one go, without another word.
Alive = Callable[[int, int], None]
OPTIONS: dict[str, Any] = {"pdf_variant": "pdf/ua-1"}


class UnprintableError(FatalURLFetchingError):
    """A report that cannot be set; its text says why. (WeasyPrint lets only this family of errors through.)"""


class StaticFetcher(URLFetcher):
    """Serves our static files and nothing else: no network, no other file of this machine."""

    def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
        path = unquote(urlsplit(url).path).lstrip("/")
        try:
            found = finders.find(path) if url.startswith(OURS) else None
        except SuspiciousFileOperation:
            found = None
        if not isinstance(found, str):
            raise UnprintableError(f"A report may not use {url}.")
        kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
        return URLFetcherResponse(url, Path(found).read_bytes(), {"Content-Type": kind})


def html_of(report: Report, paper: Paper, code: str) -> str:
    root = current_root(report.organisation)
    return render_to_string(paper.template, paper.context | {"report": report, "code": code, "root": root})


def printed(report: Report, paper: Paper, code: str, alive: Alive) -> tuple[bytes, int]:
    """The finished file and its number of pages. `alive` hears how far it is."""
    html = html_of(report, paper, code)
    alive(15, 0)
    with heard(alive), few_collections():
        document = HTML(string=html, base_url=OURS, url_fetcher=StaticFetcher()).render(**OPTIONS)
        # What was needed to lay it out, a third of the memory, is not needed to draw it.
        gc.collect()
        content: bytes = document.write_pdf(**OPTIONS)
    return content, len(document.pages)


@contextmanager
def few_collections() -> Iterator[None]:
    """Collects garbage rarely: setting a report makes many objects that all live to its end."""
    before = gc.get_threshold()
    gc.set_threshold(200_000, 50, 50)
    try:
        yield
    finally:
        gc.set_threshold(*before)


@contextmanager
def heard(alive: Alive) -> Iterator[None]:
    """Passes on what WeasyPrint says while it works in this thread."""
    listener = Listener(alive)
    PROGRESS.addHandler(listener)
    try:
        yield
    finally:
        PROGRESS.removeHandler(listener)


class Listener(logging.Handler):
    """Turns WeasyPrint's steps into a percentage that only grows; it cannot know how many pages are to come."""

    def __init__(self, alive: Alive) -> None:
        super().__init__()
        self.alive, self.thread = alive, threading.get_ident()
        self.pages, self.told, self.told_at = 0, 15, 0.0

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread != self.thread:
            return
        is_drawing = "Step 6" in record.msg
        self.pages += "Page" in record.msg
        done = 90 if is_drawing else 15 + round(70 * self.pages / (self.pages + 40))
        if is_drawing or time.monotonic() - self.told_at > 0.5:
            self.told, self.told_at = max(self.told, done), time.monotonic()
            self.alive(self.told, self.pages if is_drawing else 0)
