"""The machines that read every line: floors, lint, types, formats. Each failure prints what the tool said."""

import pytest

from . import tree

TOOLS = {
    "import-linter (an app imports only from floors below it)": ("lint-imports", "--no-cache"),
    "ruff check": ("ruff", "check", "."),
    "ruff format (mend with: ruff format .)": ("ruff", "format", "--check", "."),
    "mypy": ("mypy",),
}
FORMATTERS = {"djade": ("--target-version", "5.2"), "djhtml": ("-t", "2")}


@pytest.mark.parametrize("name", TOOLS)
def test_the_code_passes(name: str) -> None:
    answer = tree.run(*TOOLS[name])
    assert answer.returncode == 0, f"{name} found:\n{answer.stdout}"


@pytest.mark.parametrize("name", FORMATTERS)
def test_templates_are_formatted(name: str) -> None:
    options = FORMATTERS[name]
    paths = [str(path) for path in tree.templates() if path.suffix == ".html"]
    answer = tree.run(name, "--check", *options, *paths)
    assert answer.returncode == 0, f"Mend with: {name} {' '.join(options)} FILE …\n{answer.stdout}"
