"""The verifier says OK of a pack as it was made, and names whatever was altered in it."""

from __future__ import annotations

import ast
import hashlib
import json
import random
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from records.sealing.sealer import seal
from tests.cast import make_ai_system, make_supplier
from tests.reports.pack.packing import VERIFIER, asked, content_of, file_of, pack, parts_of, unpacked
from tests.risk_cast import make_risk

pytestmark = pytest.mark.django_db
FLIPS = 200


@pytest.fixture
def made(organisation: Any, officer: Any, sent: Any) -> Any:
    """A pack with files, an event of each kind, and several roots."""
    system = make_ai_system(organisation)
    for text in ("First", "Second"):
        seal()
        file_of(organisation, officer, system, text=text)
        make_risk(organisation, system=system)
    seal()
    make_supplier(organisation)
    return pack(organisation, officer)


@pytest.fixture
def folder(made: Any, tmp_path: Path) -> Path:
    return unpacked(parts_of(content_of(made)), tmp_path / "pack")


@pytest.fixture
def archive(made: Any, tmp_path: Path) -> Path:
    path = tmp_path / "pack.zip"
    path.write_bytes(content_of(made))
    return path


def test_it_says_ok_of_folder_and_archive_with_what_somebody_holds_from_outside(
    made: Any, folder: Path, archive: Path
) -> None:
    code, said = asked(folder)
    assert code == 0, said
    assert said.endswith("OK\n")
    assert "records" in said
    own = subprocess.run([sys.executable, str(folder / "verify.py")], capture_output=True, text=True, check=True)
    assert own.stdout == said
    known = made.figures["pack"]
    options = ("--head", known["head"].upper(), "--manifest", known["manifest"])
    assert asked(folder, *options)[0] == 0
    assert asked(archive, *options, "--archive", made.sha256)[0] == 0


def test_a_head_that_was_printed_earlier_is_found(folder: Path) -> None:
    first = json.loads((folder / "roots.jsonl").read_text().splitlines()[0])
    assert asked(folder, "--head", first["head"])[0] == 0


@pytest.mark.parametrize("option", ["head", "manifest", "archive"])
def test_a_value_from_outside_that_differs_is_told(option: str, archive: Path) -> None:
    code, said = asked(archive, f"--{option}", "ab" * 32)
    assert code == 1
    assert f"--{option}" in said


def lines_of(folder: Path, name: str) -> list[str]:
    return (folder / name).read_text().splitlines(keepends=True)


def evidence_in(folder: Path) -> Path:
    return min((folder / "evidence").rglob("*.txt"))


def change_a_file(folder: Path) -> str:
    evidence_in(folder).write_text("Third")
    return f"{evidence_in(folder).relative_to(folder).as_posix()}: changed"


def remove_a_file(folder: Path) -> str:
    path = evidence_in(folder)
    path.unlink()
    return f"{path.relative_to(folder).as_posix()}: missing"


def swap_two_files(folder: Path) -> str:
    one, two = sorted((folder / "evidence").rglob("*.txt"))[:2]
    first, second = one.read_bytes(), two.read_bytes()
    one.write_bytes(second)
    two.write_bytes(first)
    return f"{two.relative_to(folder).as_posix()}: changed"


def add_a_file(folder: Path) -> str:
    (folder / "evidence" / "new.pdf").write_text("new")
    return "evidence/new.pdf: added"


def edit_the_manifest(folder: Path) -> str:
    path = folder / "manifest.json"
    path.write_text(path.read_text().replace('"title":"Proof"', '"title":"Prove"', 1))
    return "manifest.json: changed"


def edit_the_index(folder: Path) -> str:
    path = folder / "index.pdf"
    path.write_bytes(path.read_bytes() + b"\n")
    return "index.pdf: changed"


def edit_the_checksums(folder: Path) -> str:
    path = folder / "checksums.txt"
    path.write_text(path.read_text().splitlines()[0] + "\n")
    return "checksums.txt: it does not name"


MUTANTS: list[Callable[[Path], str]] = [
    *(change_a_file, remove_a_file, swap_two_files, add_a_file, edit_the_manifest, edit_the_index, edit_the_checksums)
]


@pytest.mark.parametrize("mutate", MUTANTS, ids=lambda one: one.__name__)
def test_what_was_altered_is_named(mutate: Callable[[Path], str], folder: Path) -> None:
    named = mutate(folder)
    code, said = asked(folder)
    assert code == 1
    assert f"ALTERED  {named}" in said


def told(event: Any) -> str:
    """The line of an event as the portal writes it."""
    return json.dumps(event, separators=(",", ":"), ensure_ascii=False) + "\n"


def edit(lines: list[str]) -> tuple[list[str], str]:
    position = next(n for n, line in enumerate(lines) if '"label":"insert"' in line and n > 2)
    event = json.loads(lines[position])
    event["event"]["label"] = "update"
    return [*lines[:position], told(event), *lines[position + 1 :]], f"line {position + 1} (event"


def remove(lines: list[str]) -> tuple[list[str], str]:
    return [*lines[:3], *lines[4:]], "line 4 is missing or not in its place"


def truncate(lines: list[str]) -> tuple[list[str], str]:
    return lines[:-1], f"it ends after {len(lines) - 1} events, there were {len(lines)}"


def swap(lines: list[str]) -> tuple[list[str], str]:
    return [*lines[:2], lines[3], lines[2], *lines[4:]], "line 3 is missing or not in its place"


def swap_and_number(lines: list[str]) -> tuple[list[str], str]:
    """Somebody who also writes the numbers anew."""
    swapped, _named = swap(lines)
    events = [json.loads(line) | {"n": n} for n, line in enumerate(swapped, 1)]
    return [told(event) for event in events], "line 4 (event"


def change_places(lines: list[str]) -> tuple[list[str], str]:
    """The words of two events, each under the number of the other."""
    one, two = json.loads(lines[2]), json.loads(lines[3])
    one["event"], two["event"] = two["event"], one["event"]
    return [*lines[:2], told(one), told(two), *lines[4:]], "line 3 (event"


def told_as_before(folder: Path, name: str) -> None:
    """Somebody who also corrects manifest and checksums, and cannot be caught by these."""
    sha256 = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text())
    for one in manifest["files"]:
        if one["path"] == name:
            one |= {"sha256": sha256, "size": (folder / name).stat().st_size}
    path.write_text(json.dumps(manifest))
    sums = folder / "checksums.txt"
    sums.write_text(
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  manifest.json\n" + sums.read_text().splitlines()[1]
    )


@pytest.mark.parametrize("is_covered_up", [False, True])
@pytest.mark.parametrize("mutate", [edit, remove, truncate, swap, swap_and_number, change_places])
def test_history_that_was_rewritten_is_named(mutate: Any, is_covered_up: bool, folder: Path) -> None:
    lines, named = mutate(lines_of(folder, "history.jsonl"))
    (folder / "history.jsonl").write_text("".join(lines))
    if is_covered_up:
        told_as_before(folder, "history.jsonl")
    code, said = asked(folder)
    assert code == 1
    assert f"ALTERED  history.jsonl: {named}" in said
    assert ("history.jsonl: changed" in said) is not is_covered_up


def edit_root(roots: list[Any]) -> tuple[list[Any], str]:
    roots[1]["made_at"] = roots[1]["made_at"].replace("20", "21", 1)
    return roots, "root 2 was changed"


def remove_root(roots: list[Any]) -> tuple[list[Any], str]:
    return [roots[0], *roots[2:]], "root 2 is missing or not in its place"


def truncate_roots(roots: list[Any]) -> tuple[list[Any], str]:
    return roots[:-1], f"it ends with root {len(roots) - 1}, the pack was made at root {len(roots)}"


def swap_roots(roots: list[Any]) -> tuple[list[Any], str]:
    return [roots[1], roots[0], *roots[2:]], "root 1 is missing or not in its place"


@pytest.mark.parametrize("is_covered_up", [False, True])
@pytest.mark.parametrize("mutate", [edit_root, remove_root, truncate_roots, swap_roots])
def test_roots_that_were_rewritten_are_named(mutate: Any, is_covered_up: bool, folder: Path) -> None:
    roots, named = mutate([json.loads(line) for line in lines_of(folder, "roots.jsonl")])
    (folder / "roots.jsonl").write_text("".join(json.dumps(root) + "\n" for root in roots))
    if is_covered_up:
        told_as_before(folder, "roots.jsonl")
    code, said = asked(folder)
    assert code == 1
    assert f"ALTERED  roots.jsonl: {named}" in said


def test_all_rewritten_together_is_caught_by_a_value_from_outside_alone(made: Any, folder: Path) -> None:
    """A history of one's own with roots and manifest to it: nothing inside can tell, a head from outside can."""
    (folder / "history.jsonl").write_text("")
    (folder / "roots.jsonl").write_text("")
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["seal"] |= {"number": 0, "head": ""}
    manifest["counts"]["events"] = 0
    (folder / "manifest.json").write_text(json.dumps(manifest))
    for name in ("history.jsonl", "roots.jsonl"):
        told_as_before(folder, name)
    assert asked(folder)[0] == 0
    assert asked(folder, "--head", made.figures["pack"]["head"])[0] == 1
    assert asked(folder, "--manifest", made.figures["pack"]["manifest"])[0] == 1


def test_a_single_bit_anywhere_in_the_archive_is_found(archive: Path, tmp_path: Path) -> None:
    content, chance, missed = archive.read_bytes(), random.Random(42001), []
    # The last bytes, and those of the directory of the archive, which programs for archives hardly look at.
    offsets = [*(chance.randrange(len(content)) for _each in range(FLIPS)), *range(len(content) - 12, len(content))]
    changed = tmp_path / "changed.zip"
    for offset in offsets:
        flipped = bytearray(content)
        flipped[offset] ^= 1 << chance.randrange(8)
        changed.write_bytes(flipped)
        if asked(changed)[0] != 1:
            missed.append(offset)
    assert not missed


def test_a_bit_in_a_file_names_that_file(archive: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(archive) as pack:
        entry = next(one for one in pack.infolist() if one.filename.startswith("evidence/"))
    content = bytearray(archive.read_bytes())
    content[entry.header_offset + 30 + len(entry.filename.encode()) + 2] ^= 4
    changed = tmp_path / "changed.zip"
    changed.write_bytes(content)
    code, said = asked(changed)
    assert code == 1
    assert f"ALTERED  {entry.filename}: " in said


@pytest.mark.parametrize("kept", [0, 10, 2000, -1])
def test_half_an_archive_is_none(kept: int, archive: Path) -> None:
    archive.write_bytes(archive.read_bytes()[:kept])
    code, said = asked(archive)
    assert code == 1
    assert "ALTERED" in said


def test_an_entry_that_stands_there_twice_is_named(archive: Path) -> None:
    with zipfile.ZipFile(archive, "a") as pack, pytest.warns(UserWarning, match="Duplicate"):
        pack.writestr("README.txt", "Another")
    code, said = asked(archive)
    assert code == 1
    assert "README.txt: stands there 2 times" in said


def test_it_is_one_short_file_of_the_standard_library_for_old_pythons(folder: Path) -> None:
    source = VERIFIER.read_text()
    assert (folder / "verify.py").read_text() == source
    tree = ast.parse(source, feature_version=(3, 8))
    names = {
        name.split(".")[0]
        for node in ast.walk(tree)
        for name in (
            [one.name for one in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert names <= set(sys.stdlib_module_names)
    assert len(source.splitlines()) < 250


def test_a_folder_without_a_pack_is_no_pack(tmp_path: Path) -> None:
    shutil.copy(VERIFIER, tmp_path)
    code, said = asked(tmp_path)
    assert code == 1
    assert "cannot be read" in said
