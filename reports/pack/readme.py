"""README.txt of a pack."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

TEXT = _(
    """%(title)s
%(scope)s

What is here

  index.pdf         what the pack is, its records and files with their SHA-256; read this first
  manifest.json     the same for programs: each record and its links, each file and what it proves
  records.csv       the records, for a spreadsheet
  files.csv         the files, for a spreadsheet
  evidence/         files of evidence under their reference, every version under its number
  documents/        documents under their reference, each version that was approved
  history.jsonl     every event of these records: what the database wrote down when something changed
  roots.jsonl       the roots under which the history is sealed, from the first
  checksums.txt     SHA-256 of manifest.json and index.pdf
  verify.py         checks all of it

How to check it

  python3 verify.py              in this folder, or
  python3 verify.py PACK.zip     before you unpack it

It needs Python 3.8 or newer and nothing else. It says OK, or names what was altered, added or taken away: a file, the
manifest, an event of the history, a root. It proves that the parts belong together. That they are the ones that the
portal made, you prove with a value that you hold from elsewhere:

  --archive HEX    SHA-256 of the archive, from the page of the pack in the portal
  --manifest HEX   SHA-256 of manifest.json, from the same page or from index.pdf if that reached you another way
  --head HEX       a head of the history, as a report that you got earlier prints it: everything up to
                   there is what it was then

Who could have changed the pack could have changed verify.py in it as well. It is short enough to be read, and the same
file is in the source code of the portal.

What the words mean

  leaf    SHA-256 of the byte 0 and the text of an event: all that follows "event": in its line of history.jsonl,
          without the last bracket
  path    the nodes beside it on the way up to its root, one after the other
  node    SHA-256 of the byte 1 and two nodes; the odd last one of a level goes up unchanged
  head    SHA-256 of the byte 2, the head before (32 zero bytes at first), the root, and its facts as JSON
          with sorted keys and without spaces: first, last, made_at, number

A line with a "leaf" instead of an "event" came over a channel where nobody is to be known: it is counted and proven,
and its content stays in the portal.
"""
)


def readme(title: str, scope: str) -> bytes:
    return str(TEXT % {"title": title, "scope": scope}).encode()
