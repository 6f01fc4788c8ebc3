"""Sends the file of a report. A large archive is sent as it is read, and from the middle where a download broke off."""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Iterator
from typing import Any

from django.http import FileResponse, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from reports.filing import Altered, opened, part_of, size_of
from reports.models import Report, Taking

logger = logging.getLogger(__name__)

RANGE = re.compile(r"bytes=(\d*)-(\d*)")
# Up to this size a file is hashed again before its first byte is sent.
HASHED_FIRST = 64 * 2**20


def sent(request: Any, report: Report, name: str) -> HttpResponseBase:
    """The whole file, or the part that was asked for. Raises Altered where it is gone or known to be another."""
    content_type = Report.CONTENT_TYPES[report.format]
    if report.kind != Report.Kind.EVIDENCE_PACK:
        response: Any = FileResponse(opened(report), as_attachment=True, filename=name, content_type=content_type)
        return private(response)
    if size_of(report) != report.size:
        raise Altered(report.key)
    first, last = asked(request, report)
    if first > last:
        return private(HttpResponse(status=416, headers={"Content-Range": f"bytes */{report.size}"}))
    is_whole = (first, last) == (0, report.size - 1)
    if is_whole and report.size <= HASHED_FIRST:
        opened(report).close()
    if request.method == "GET":
        Taking.objects.create(report=report, person=request.user, first_byte=first)
    content = hashed(report) if is_whole else part_of(report, first, last)
    response = StreamingHttpResponse(content, status=200 if is_whole else 206, content_type=content_type)
    response["Content-Length"] = last - first + 1
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Accept-Ranges"] = "bytes"
    response["ETag"] = etag(report)
    if not is_whole:
        response["Content-Range"] = f"bytes {first}-{last}/{report.size}"
    return private(response)


def asked(request: Any, report: Report) -> tuple[int, int]:
    """First and last byte wanted; the first is behind the last where there are none such.

    Several ranges, one that nobody understands, and one of another file (`If-Range`) are answered with all of it.
    """
    whole = (0, report.size - 1)
    found = RANGE.fullmatch(request.headers.get("Range", "").strip())
    if found is None or found.group(0) == "bytes=-" or request.headers.get("If-Range", etag(report)) != etag(report):
        return whole
    begin, end = found.groups()
    if not begin:
        return (max(0, report.size - int(end)), report.size - 1) if int(end) else (1, 0)
    last = min(int(end), report.size - 1) if end else report.size - 1
    if end and int(end) < int(begin):
        return whole
    return (int(begin), last) if int(begin) < report.size else (1, 0)


def etag(report: Report) -> str:
    return f'"{report.sha256}"'


def hashed(report: Report) -> Iterator[bytes]:
    """All of a file, hashed as it goes. Its last piece is kept back until the hash is right: what was altered in
    storage never arrives as a whole file.
    """
    digest, held_back = hashlib.sha256(), b""
    for chunk in part_of(report, 0, report.size - 1):
        digest.update(chunk)
        if held_back:
            yield held_back
        held_back = chunk
    if digest.hexdigest() != report.sha256:
        logger.error("report %s differs from its SHA-256", report.pk)
        raise Altered(report.key)
    yield held_back


def private(response: Any) -> HttpResponseBase:
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    result: HttpResponseBase = response
    return result
