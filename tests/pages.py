"""Reads a page as a browser does: its links, its forms, and what submitting one would send."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

HTMX_WRITES = {"hx-post", "hx-put", "hx-patch", "hx-delete"}
# Last pieces of addresses that show a form which writes, or that take its POST.
LEADS_TO_WRITING = {
    "accept",
    "acknowledge",
    "add",
    "answer",
    "approve",
    "ask-acceptance",
    "assess",
    "close",
    "correct",
    "decide",
    "done",
    "draft",
    "edit",
    "finish",
    "import",
    "invite",
    "link",
    "measurements",
    "new",
    "new-version",
    "next-assessment",
    "next-version",
    "position",
    "remove",
    "reopen",
    "respond",
    "retire",
    "return",
    "revoke",
    "send",
    "submit",
    "take-off",
    "told",
    "verify",
    "versions",
    "withdraw",
    "withdraw-acceptance",
}
# Checks a file that somebody holds, keeps nothing, and is for everybody.
ONLY_CHECKS = "/reports/verify"
NOT_SENT = {"submit", "button", "image", "reset", "file"}


@dataclass
class Form:
    """One form of a page; `fields` are the names and values a browser would send, buttons apart."""

    method: str
    action: str
    attributes: dict[str, str]
    fields: dict[str, list[str]] = field(default_factory=dict)
    choices: dict[str, list[str]] = field(default_factory=dict)

    def data(self, **changes: Any) -> dict[str, Any]:
        return self.fields | changes


def filled_in(client: Client, address: str, **changes: Any) -> dict[str, Any]:
    """What a browser would send from a record's edit page, with `changes` typed into it."""
    return SeenPage(client.get(address)).form_with("version").data(**changes)


def path_of(link: str) -> str:
    """A link without what is asked there, and without its last slash."""
    return link.partition("#")[0].partition("?")[0].rstrip("/")


def leads_to_writing(link: str) -> bool:
    path = path_of(link)
    return path.rpartition("/")[2] in LEADS_TO_WRITING and not path.endswith(ONLY_CHECKS)


class SeenPage(HTMLParser):
    """A parsed page, or the part `within` an element: its `forms`, `links`, `texts` and `elements`."""

    def __init__(self, response: HttpResponse, within: str = "html") -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
        self.links: list[str] = []
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: list[str] = []
        self.inside: Form | None = None
        self.named: str = ""
        self.in_textarea = False
        page = response.content.decode()
        part = re.search(rf"<{within}\b.*</{within}>", page, re.DOTALL)
        self.feed(part[0] if part else page)
        self.close()

    def form_with(self, name: str) -> Form:
        """The form that holds a field of that name."""
        found = [form for form in self.forms if name in form.fields or name in form.choices]
        assert found, f"No form with a field called {name}"
        return found[0]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attrs}
        self.elements.append((tag, has))
        if tag == "a" and "href" in has:
            self.links.append(has["href"])
        elif tag == "form":
            self.inside = Form(has.get("method", "get").lower(), has.get("action", ""), has)
            self.forms.append(self.inside)
        elif self.inside is not None and tag in {"input", "select", "textarea", "option"}:
            getattr(self, f"see_{tag}")(self.inside, has)

    def see_input(self, form: Form, has: dict[str, str]) -> None:
        name, kind = has.get("name", ""), has.get("type", "text")
        if not name or kind in NOT_SENT or "disabled" in has:
            return
        if kind in {"radio", "checkbox"}:
            form.choices.setdefault(name, []).append(has.get("value", "on"))
            if "checked" not in has:
                return
        form.fields.setdefault(name, []).append(has.get("value", "on" if kind == "checkbox" else ""))

    def see_select(self, form: Form, has: dict[str, str]) -> None:
        self.named = has.get("name", "")
        form.choices.setdefault(self.named, [])

    def see_option(self, form: Form, has: dict[str, str]) -> None:
        form.choices.setdefault(self.named, []).append(has.get("value", ""))
        if "selected" in has:
            form.fields.setdefault(self.named, []).append(has.get("value", ""))

    def see_textarea(self, form: Form, has: dict[str, str]) -> None:
        self.named, self.in_textarea = has.get("name", ""), True
        form.fields[self.named] = [""]

    @property
    def controls(self) -> list[str]:
        """Whatever on the page could change something: links to forms, forms that post, htmx that writes."""
        sign_out = reverse("account_logout")
        links = [link for link in self.links if leads_to_writing(link)]
        forms = [form.action or "form" for form in self.forms if form.method == "post" and form.action != sign_out]
        htmx = [f"{tag} {name}" for tag, has in self.elements for name in has if name in HTMX_WRITES]
        return links + forms + htmx

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts.append(data.strip())
        if self.in_textarea and self.inside is not None:
            typed = self.inside.fields[self.named]
            typed[0] += data if typed[0] else data.removeprefix("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = None
        elif tag == "textarea":
            self.in_textarea = False
