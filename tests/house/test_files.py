"""What lies in the repository: no traces of one machine, and a README that tells all settings."""

import ast
import re
from pathlib import Path

from . import tree

# Hosts that may be named, and why.
HOSTS = {
    "127.0.0.1": "this machine",
    "localhost": "this machine",
    "0.0.0.0": "any address of this machine",
    "www.w3.org": "namespaces of SVG and XML",
    "www.apache.org": "the licence",
    "schemas.openxmlformats.org": "namespaces of Office files",
}
EXAMPLE = re.compile(r"(^|\.)example(\.(org|com|net))?$|\.(example|test|invalid)$")
ADDRESS = re.compile(r"https?://([\w-]+(?:\.[\w-]+)+|localhost)")
IN_AN_IMAGE = {Path("Dockerfile"), Path("docker-compose.yml")}
ON_ONE_MACHINE = re.compile(r"(?<![\w.$}~-])/(?:work|root|home|Users)/\w")


def test_no_file_knows_the_machine_it_was_written_on() -> None:
    paths = [path for path in tree.files() if path not in IN_AN_IMAGE]
    faults = [f"{path}: {found[0]}…" for path in paths for found in ON_ONE_MACHINE.finditer(tree.read(path))]
    assert not faults, tree.listed("Absolute paths of one machine:", faults)


def test_only_known_hosts_are_named() -> None:
    faults = [
        f"{path}: {host}"
        for path in tree.files()
        for host in set(ADDRESS.findall(tree.read(path)))
        if host not in HOSTS and not EXAMPLE.search(host)
    ]
    assert not faults, tree.listed("Name no host, or list it here with its reason:", faults)


def test_the_readme_tells_every_setting() -> None:
    names = settings_read()
    readme = tree.ROOT / "README.md"
    assert readme.exists(), f"README.md is missing; its table of settings tells of {', '.join(sorted(names))}"
    faults = sorted(name for name in names if f"`{name}`" not in readme.read_text())
    assert not faults, tree.listed("The README's table of settings lacks:", faults)


def settings_read() -> set[str]:
    """Names of the environment variables that aims_portal/settings.py reads."""
    names = set()
    for node in ast.walk(ast.parse(tree.read(Path("aims_portal/settings.py")))):
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            called = ast.unparse(node.func)
            if called == "env" or called.startswith("env.") or called in {"os.environ.get", "os.getenv"}:
                names.add(str(node.args[0].value))
    return names
