"""Checks an evidence pack of the AIMS Portal: says OK, or names what was altered.

    python3 verify.py [FOLDER or ZIP] [--head HEX] [--manifest HEX] [--archive HEX]

Needs Python 3.8 or newer and nothing else. Without a path it checks the folder it lies in. Each HEX is a value that you
hold from outside of the pack: a head of the history (printed in every report), the SHA-256 of manifest.json, the
SHA-256 of the whole archive. Ends with 0 where all is well, with 1 where something was altered.
"""

from __future__ import annotations

import argparse
import json
import sys
import zipfile
from collections import Counter
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

CHUNK = 1 << 20
CHECKSUMS, MANIFEST, HISTORY, ROOTS = "checksums.txt", "manifest.json", "history.jsonl", "roots.jsonl"


class Folder:
    """A pack that was unpacked."""

    sha256 = ""

    def __init__(self, path: Path) -> None:
        self.path = path

    def names(self) -> list[str]:
        return [path.relative_to(self.path).as_posix() for path in self.path.rglob("*") if not path.is_dir()]

    def open(self, name: str) -> Any:
        return self.path.joinpath(*name.split("/")).open("rb")


class Archive:
    """A pack as it was downloaded. Its last 64 characters are the SHA-256 of all that stands before them."""

    def __init__(self, path: Path, faults: list[str]) -> None:
        digest, left = sha256(), max(0, path.stat().st_size - 64)
        with path.open("rb") as file:
            while left:
                chunk = file.read(min(CHUNK, left))
                digest.update(chunk)
                left -= len(chunk)
            last, written = file.read(), digest.hexdigest().encode()
        digest.update(last)
        self.sha256 = digest.hexdigest()
        if last != written:
            faults.append("the archive: its bytes are not the ones that were written")
        self.zip = zipfile.ZipFile(path)

    def names(self) -> list[str]:
        return self.zip.namelist()

    def open(self, name: str) -> Any:
        return self.zip.open(name)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pack", nargs="?", type=Path, default=Path(__file__).resolve().parent)
    for name in ("--head", "--manifest", "--archive"):
        parser.add_argument(name, metavar="HEX", type=lambda text: text.strip().lower())
    given, said, faults = parser.parse_args(), [], []  # type: Any, list[str], list[str]
    try:
        pack: Any = Folder(given.pack) if given.pack.is_dir() else Archive(given.pack, faults)
        if given.archive and given.archive != pack.sha256:
            faults.append("the archive: its SHA-256 is not the one given with --archive")
        check(pack, given, said, faults)
    except Exception as error:  # noqa: BLE001 (whatever a broken pack does to us is a fault of the pack)
        faults.append(f"the pack cannot be read further: {type(error).__name__}: {error}")
    for line in [*said, *(f"ALTERED  {fault}" for fault in faults)]:
        print(line.encode("ascii", "backslashreplace").decode())
    print(f"NOT OK: {len(faults)} found" if faults else "OK")
    return 1 if faults else 0


def check(pack: Any, given: Any, said: list[str], faults: list[str]) -> None:
    with pack.open(CHECKSUMS) as file:
        sums = dict(line.split("  ", 1)[::-1] for line in file.read(CHUNK).decode().splitlines())
    if set(sums) != {MANIFEST, "index.pdf"}:
        faults.append(f"{CHECKSUMS}: it does not name the manifest and the index")
    for name in sorted(sums):
        compare(pack, name, sums[name], None, faults)
    told = digest_of(pack, MANIFEST)[0]
    said.append(f"manifest.json has the SHA-256 {told}")
    if given.manifest and given.manifest != told:
        faults.append(f"{MANIFEST}: its SHA-256 is not the one given with --manifest")
    with pack.open(MANIFEST) as file:
        manifest = json.loads(file.read().decode())
    check_files(pack, manifest, {CHECKSUMS, MANIFEST, "index.pdf"}, faults)
    roots = check_roots(pack, manifest["seal"], given.head, said, faults)
    events = check_history(pack, manifest["counts"]["events"], roots, faults)
    records, files = len(manifest["records"]), len(manifest["files"])
    said.append(f"{records} records, {files} files, {events} events of the history, {len(roots)} roots")
    altered = (one for one in manifest["files"] if one["altered"])
    said += [
        f"NOTE  {one['path']} was altered before the pack was made: it came in as {one['recorded']}" for one in altered
    ]
    said += [
        f"NOTE  {one['reference']} v{one['version']} is not in the pack: {one['why']}" for one in manifest["left_out"]
    ]


def digest_of(pack: Any, name: str) -> tuple[str, int]:
    """SHA-256 and number of bytes of a file of the pack."""
    digest, size = sha256(), 0
    with pack.open(name) as file:
        for chunk in iter(lambda: file.read(CHUNK), b""):
            digest.update(chunk)
            size += len(chunk)
    return digest.hexdigest(), size


def compare(pack: Any, name: str, expected: str, size: int | None, faults: list[str]) -> None:
    try:
        found = digest_of(pack, name)
    except (FileNotFoundError, KeyError):
        faults.append(f"{name}: missing")
    except Exception as error:  # noqa: BLE001 (a flipped bit may do anything to a reader of archives)
        faults.append(f"{name}: cannot be read ({error})")
    else:
        if found[0] != expected or size not in (None, found[1]):
            faults.append(f"{name}: changed")


def check_files(pack: Any, manifest: Any, known: set[str], faults: list[str]) -> None:
    """Every file is the one that the manifest names, none is missing, none was added, none stands there twice."""
    there, listed = sorted(pack.names()), {one["path"] for one in manifest["files"]}
    faults += [f"{name}: added" for name in there if name not in listed and name not in known]
    faults += [f"{name}: stands there {count} times" for name, count in sorted(Counter(there).items()) if count > 1]
    for one in manifest["files"]:
        compare(pack, one["path"], one["sha256"], one["size"], faults)
    for what in ("records", "files", "left_out"):
        if len(manifest[what]) != manifest["counts"][what]:
            faults.append(f"{MANIFEST}: it lists other {what} than the {manifest['counts'][what]} it counts")


def check_roots(pack: Any, seal: Any, head: str | None, said: list[str], faults: list[str]) -> dict[int, Any]:
    """The roots by number. The head of each follows from what it says and from the head before it."""
    before, expected, roots, heads = bytes(32), 1, {}, set()  # type: bytes, int, dict[int, Any], set[str]
    for line in lines_of(pack, ROOTS):
        root = json.loads(line)
        number = root["number"]
        if number != expected:
            faults.append(f"{ROOTS}: root {expected} is missing or not in its place")
        facts = {name: root[name] for name in ("first", "last", "made_at", "number")}
        made = sha256(b"\2" + before + bytes.fromhex(root["merkle"]) + canonical(facts)).hexdigest()
        if made != root["head"]:
            faults.append(f"{ROOTS}: root {number} was changed, or the one before it")
        before, expected, roots[number] = bytes.fromhex(root["head"]), number + 1, root
        heads.add(root["head"])
    newest = roots[max(roots)] if roots else {"number": 0, "head": ""}
    if (newest["number"], newest["head"]) != (seal["number"], seal["head"]):
        faults.append(f"{ROOTS}: it ends with root {newest['number']}, the pack was made at root {seal['number']}")
    if head and head not in heads:
        faults.append(f"{ROOTS}: no root has the head given with --head")
    said.append(f"root {newest['number']} has the head {newest['head'] or '(nothing is sealed yet)'}")
    return roots


def check_history(pack: Any, count: int, roots: dict[int, Any], faults: list[str]) -> int:
    """Each event stands in the root that sealed it, at its place, and none is missing. Returns how many there are.

    What was sealed is the text of the last member of a line, `event`, as it stands there.
    """
    n, last, number, proven = 0, 0, 0, {}  # type: int, int, int, dict[Any, bytes]
    for n, line in enumerate(lines_of(pack, HISTORY), 1):
        head, _mark, text = line.partition(b',"event":')
        event = json.loads((head + b"}" if text else head).decode())
        sequence, root = event["sequence"], roots.get(event["root"])
        if event["n"] != n:
            faults.append(f"{HISTORY}: line {n} is missing or not in its place: event {sequence} stands there")
            return n
        if sequence <= last:
            faults.append(f"{HISTORY}: line {n} (event {sequence}) is not in its order")
        if root is None or not root["first"] <= sequence <= root["last"]:
            faults.append(f"{HISTORY}: line {n} (event {sequence}) names a root that does not hold it")
            continue
        first = root["first"]
        if number != event["root"]:
            number, proven = event["root"], {"top": bytes.fromhex(root["merkle"])}
        leaf = sha256(b"\0" + text.rstrip(b"\n")[:-1]).digest() if text else bytes.fromhex(event["leaf"])
        if not is_proven(leaf, event["path"], sequence - first, root["last"] - first + 1, proven):
            faults.append(f"{HISTORY}: line {n} (event {sequence}) was changed, or its root")
        last = max(last, sequence)
    if n != count:
        faults.append(f"{HISTORY}: it ends after {n} events, there were {count}")
    return n


def is_proven(node: bytes, path: str, place: int, width: int, proven: dict[Any, bytes]) -> bool:
    """Whether a leaf and its path lead to the root of `width` events. `proven` keeps what did, by level and place."""
    # Every second event was beside the one before it.
    if (0, place) in proven:
        return node == proven[0, place]
    level, start, passed = 0, 0, {}  # type: int, int, dict[Any, bytes]
    while width > 1 and (level, place) not in proven:
        passed[level, place] = node
        if place % 2 or place + 1 < width:
            beside = bytes.fromhex(path[start : start + 64])
            start, passed[level, place ^ 1] = start + 64, beside
            node = sha256(b"\1" + (beside + node if place % 2 else node + beside)).digest()
        level, place, width = level + 1, place // 2, (width + 1) // 2
    if node != proven.get((level, place), proven["top"]):
        return False
    proven.update(passed)
    return True


def lines_of(pack: Any, name: str) -> Iterator[bytes]:
    with pack.open(name) as file:
        yield from file


def canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


if __name__ == "__main__":
    sys.exit(main())
