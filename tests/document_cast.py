"""Documents, their versions and versions of the scope for the tests, made by plain functions."""

from __future__ import annotations

import hashlib
from typing import Any

from clauses.models import Document, DocumentVersion, ScopeStatement
from organisations.models import Organisation
from tests.cast import number


def make_document(organisation: Organisation, **fields: Any) -> Document:
    """A procedure of which a first draft is written; see `make_version` for those that were approved."""
    defaults = {"title": f"Document {next(number)}", "document_kind": "procedure"}
    document = Document.objects.create(organisation=organisation, **defaults | fields)
    make_version(document)
    return document


def make_version(document: Document, text: str = "Nobody decides alone.", **fields: Any) -> DocumentVersion:
    """One version more; `state="approved"` with `decided_by` for one that holds since today."""
    count = document.versions.count() + 1
    sha256 = hashlib.sha256(text.encode()).hexdigest() if text else ""
    defaults = {"label": f"0.{count}", "number": count, "text": text, "sha256": sha256}
    if fields.get("state") in {"approved", "superseded"}:
        today = document.organisation.today()
        defaults |= {"decided_on": today, "effective_on": today}
    return DocumentVersion.objects.create(document=document, **defaults | fields)


def document_form(organisation: Organisation) -> dict[str, Any]:
    keeper = organisation.memberships.filter(role="compliance_officer").first()
    return {
        "title": "Procedure for releases",
        "document_kind": "procedure",
        **({"owner": keeper.user_id} if keeper else {}),
    }


def make_scope(organisation: Organisation, **fields: Any) -> ScopeStatement:
    """A draft; several may stand open here, as no person can make them."""
    count = ScopeStatement.objects.of(organisation).count() + 1
    defaults = {"title": f"Scope {count}", "label": f"{count}.0", "number": count, "text": "Advice by machine"}
    return ScopeStatement.objects.create(organisation=organisation, **defaults | fields)
