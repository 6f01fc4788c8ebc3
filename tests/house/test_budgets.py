"""Small files, small functions, names that mean something (house: Rooms)."""

import ast
from collections.abc import Iterator
from pathlib import Path

from . import tree

FILE_LINES, FUNCTION_LINES, TEMPLATE_LINES, DECISION_LINES = 400, 40, 120, 60
JUNK_DRAWERS = {"utils", "util", "helpers", "services", "core", "common", "misc", "signals", "managers", "lib"}


def test_no_python_file_is_over_400_lines() -> None:
    faults = over(tree.python(), FILE_LINES)
    assert not faults, tree.listed("Make a package of these, its modules named by the standard's words:", faults)


def test_no_template_is_over_120_lines() -> None:
    faults = over(tree.templates(), TEMPLATE_LINES)
    assert not faults, tree.listed("Take parts of these out into templates of their own:", faults)


def test_no_function_is_over_40_lines() -> None:
    faults = [
        f"{path}:{function.lineno} {function.name}: {length} lines"
        for path in tree.python()
        for function in functions(path)
        if (length := (function.end_lineno or 0) - function.lineno + 1) > FUNCTION_LINES
    ]
    assert not faults, tree.listed("Cut these functions where they change the subject:", faults)


def test_no_module_is_a_junk_drawer() -> None:
    faults = [str(path) for path in tree.files(".py") if {*path.parts[:-1], path.stem} & JUNK_DRAWERS]
    assert not faults, tree.listed("Name these by what is in them:", faults)


def test_nothing_listens_to_signals_of_our_own() -> None:
    faults = [str(path) for path in tree.python() if "@receiver" in tree.read(path) or "Signal()" in tree.read(path)]
    faults = [fault for fault in faults if not fault.startswith("tests/house/")]
    assert not faults, tree.listed("Say it in the action, or in a database trigger; no signals of our own:", faults)


def test_each_decision_fits_a_page() -> None:
    decisions = [path for path in tree.files(".md") if path.parts[:2] == ("docs", "decisions")]
    assert decisions, "docs/decisions/ holds the reasons for what looks odd: write the first one."
    faults = over(tuple(decisions), DECISION_LINES)
    assert not faults, tree.listed("A decision is one page; shorten:", faults)


def over(paths: tuple[Path, ...], limit: int) -> list[str]:
    lengths = [(path, len(tree.read(path).splitlines())) for path in paths]
    return [f"{path}: {length} lines" for path, length in lengths if length > limit]


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(tree.read(path), str(path))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node
