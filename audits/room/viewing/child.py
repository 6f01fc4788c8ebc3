"""The process that reads one file and tells one page of it: `python -m audits.room.viewing.child`.

In: a line of JSON {kind, page, draw, mark, font}, then the file. Out: a line of JSON, then a picture if one was drawn.
Whatever the file does to it, it can use neither more memory nor more time than it may, and knows no secret.
"""

from __future__ import annotations

import io
import json
import resource
import sys
from typing import Any

from .limits import MEMORY, SECONDS, Fault


def limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def read(asked: dict[str, Any], data: bytes) -> tuple[dict[str, Any], Any]:
    """What is told of one page, and the picture of it or None."""
    kind, page = asked["kind"], asked["page"]
    if kind in {"pdf", "image"}:
        from . import pictures

        draws = {"pdf": pictures.pdf, "image": pictures.image}
        return draws[kind](data, page, draw=asked["draw"])
    if kind in {"csv", "xlsx"}:
        from . import tables

        return {"csv": tables.comma_separated, "xlsx": tables.workbook}[kind](data, page), None
    from . import texts

    return {"text": texts.plain, "docx": texts.document}[kind](data, page), None


def answer(asked: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
    try:
        about, picture = read(asked, data)
        if picture is None:
            return about, b""
        from .stamp import stamped

        drawn = io.BytesIO()
        stamped(picture, asked["mark"], asked["font"]).save(drawn, "JPEG", quality=82)
        return about, drawn.getvalue()
    except Fault as fault:
        return {"fault": str(fault)}, b""
    except MemoryError:
        return {"fault": "large"}, b""
    except Exception as error:  # noqa: BLE001 (whatever the libraries make of a file that is not what it says)
        return {"fault": "broken", "why": f"{type(error).__name__}: {error}"[:300]}, b""


def main() -> None:
    limit()
    asked = json.loads(sys.stdin.buffer.readline())
    about, picture = answer(asked, sys.stdin.buffer.read())
    sys.stdout.buffer.write(json.dumps(about).encode() + b"\n" + picture)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
