"""bin/bootstrap.py on machines where something is missing or was interrupted; nothing is really installed here."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


class Machine:
    """Stands in for pip, venv and apt: notes what was run and makes what they would make."""

    def __init__(self, bootstrap: ModuleType) -> None:
        self.bootstrap = bootstrap
        self.ran: list[str] = []
        self.fails: set[str] = set()

    def run(self, command: list[str], *, quietly: bool = False) -> bool:
        name = next((word for word in ("venv", "pip", "compileall", "update", "install") if word in command), "probe")
        self.ran.append(name)
        if name == "venv":
            self.bootstrap.PYTHON.parent.mkdir(parents=True, exist_ok=True)
            self.bootstrap.PYTHON.touch(mode=0o755)
        return name not in self.fails


@pytest.fixture
def bootstrap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    spec = importlib.util.spec_from_file_location("bootstrap", ROOT / "bin" / "bootstrap.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for name, value in {"HOME": ROOT, "VENV": tmp_path, "PYTHON": tmp_path / "bin" / "python"}.items():
        monkeypatch.setattr(module, name, value)
    monkeypatch.setattr(module, "UNFINISHED", tmp_path / ".unfinished")
    return module


@pytest.fixture
def machine(bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Machine:
    machine = Machine(bootstrap)
    monkeypatch.setattr(bootstrap, "run", machine.run)
    return machine


def test_packages_are_installed_once(bootstrap: ModuleType, machine: Machine) -> None:
    bootstrap.install_python_packages("portal")
    assert machine.ran == ["venv", "pip", "compileall"]
    bootstrap.install_python_packages("portal")
    assert machine.ran == ["venv", "pip", "compileall"]


def test_the_tests_packages_bring_the_portals(bootstrap: ModuleType, machine: Machine) -> None:
    bootstrap.install_python_packages("test")
    assert bootstrap.is_installed("portal")
    bootstrap.install_python_packages("portal")
    assert machine.ran.count("pip") == 1


def test_tests_after_the_demo_add_to_the_same_environment(bootstrap: ModuleType, machine: Machine) -> None:
    bootstrap.install_python_packages("portal")
    bootstrap.install_python_packages("test")
    assert machine.ran.count("venv") == 1
    assert machine.ran.count("pip") == 2


def test_an_interrupted_installation_is_begun_again(
    bootstrap: ModuleType, machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    machine.fails = {"pip"}
    with pytest.raises(SystemExit):
        bootstrap.install_python_packages("portal")
    assert "Run this again" in capsys.readouterr().err
    assert not bootstrap.is_installed("portal")
    machine.fails = set()
    bootstrap.install_python_packages("portal")
    assert "interrupted" in capsys.readouterr().err
    assert bootstrap.is_installed("portal")


def test_an_environment_without_pip_is_made_anew(bootstrap: ModuleType, machine: Machine) -> None:
    bootstrap.PYTHON.parent.mkdir()
    bootstrap.PYTHON.touch(mode=0o755)
    machine.fails = {"probe"}
    bootstrap.install_python_packages("portal")
    assert machine.ran[:2] == ["probe", "venv"]


def test_an_ordinary_user_is_told_what_to_type(
    bootstrap: ModuleType, machine: Machine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(bootstrap, "loads", lambda library: "pango" not in library)
    monkeypatch.setattr(shutil, "which", lambda program: None)
    with pytest.raises(SystemExit) as end:
        bootstrap.install_system_packages(tests=True)
    assert end.value.code == 1
    said = capsys.readouterr().err
    assert "sudo apt-get install libpango-1.0-0 libpangoft2-1.0-0 chromium poppler-utils\n" in said
    assert not machine.ran


def test_root_on_debian_installs_what_is_missing_and_renews_the_list_only_if_needed(
    bootstrap: ModuleType, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter([["libmagic1"], []])
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(shutil, "which", lambda program: f"/usr/bin/{program}")
    monkeypatch.setattr(bootstrap, "missing_system_packages", lambda tests: next(answers))
    bootstrap.install_system_packages(tests=False)
    assert machine.ran == ["install"]
    machine.fails = {"install"}
    bootstrap.apt_install(["libmagic1"])
    assert machine.ran[1:] == ["install", "probe", "update", "install"]


def test_a_python_that_cannot_make_environments_is_said(
    bootstrap: ModuleType, machine: Machine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(SystemExit):
        bootstrap.install_python_packages("portal")
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert f"sudo apt-get install python{version}-venv" in capsys.readouterr().err


def test_without_a_python_that_is_new_enough_the_doors_say_so(tmp_path: Path) -> None:
    for program in ("dirname", "sh"):
        (tmp_path / program).symlink_to(shutil.which(program) or "")
    done = subprocess.run(
        [ROOT / "bin" / "demo"], check=False, env={"PATH": str(tmp_path)}, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "needs Python 3.11" in done.stderr


@pytest.mark.parametrize(
    ("words", "processes"),
    [([], ["-n", "2"]), (["-n0"], []), (["-n", "4", "x"], []), (["--pdb"], []), (["tests/x.py"], ["-n", "2"])],
)
def test_two_processes_unless_said_otherwise(bootstrap: ModuleType, words: list[str], processes: list[str]) -> None:
    closed = os.dup(0)
    try:
        command = bootstrap.test(words)
    finally:
        os.dup2(closed, 0)
        os.close(closed)
    assert command[command.index("pytest") + 1 :] == [*processes, *words]


def test_manage_keeps_its_arguments(bootstrap: ModuleType) -> None:
    command = bootstrap.manage(["--data", "/d", "migrate", "--data", "x"])
    assert command[:4] == ["-m", "aims_portal.servers", "--data", "/d"]
    assert command[-3:] == ["migrate", "--data", "x"]
