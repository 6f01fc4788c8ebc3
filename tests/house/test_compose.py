"""The compose file without Docker: its references hold together, and its settings exist."""

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docker-compose.yml").read_text()
COMPOSE = yaml.safe_load(TEXT)
SERVICES = COMPOSE["services"]
PORTAL = {"migrate", "web", "worker", "beat"}
ONE_SHOT = {"migrate"}
EXAMPLE = set(re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))


def test_it_has_the_five_parts_and_a_migration_before_them() -> None:
    assert set(SERVICES) == PORTAL | {"database", "broker"}
    for name in PORTAL - ONE_SHOT:
        conditions = {on: how["condition"] for on, how in SERVICES[name]["depends_on"].items()}
        assert conditions == {
            "migrate": "service_completed_successfully",
            "database": "service_healthy",
            "broker": "service_healthy",
        }


@pytest.mark.parametrize("name", SERVICES)
def test_what_a_service_refers_to_exists(name: str) -> None:
    service = SERVICES[name]
    for on, how in service.get("depends_on", {}).items():
        assert how["condition"] != "service_healthy" or "healthcheck" in SERVICES[on]
        assert how["condition"] != "service_completed_successfully" or SERVICES[on]["restart"] == "no"
    for volume in service.get("volumes", []):
        source, target = volume.split(":")
        assert source in COMPOSE["volumes"]
        assert target.startswith("/")
    assert ("healthcheck" in service) == (name not in ONE_SHOT)
    assert ("image" in service) or ("build" in service)


def test_the_portal_reaches_database_and_broker_by_their_names() -> None:
    for name in PORTAL:
        environment = SERVICES[name]["environment"]
        assert "@database/aims" in environment["DATABASE_URL"]
        assert environment["REDIS_URL"].startswith("redis://broker:")
        assert SERVICES[name]["env_file"] == ".env"


def test_every_setting_of_the_example_is_read_and_every_variable_is_in_it() -> None:
    settings = (ROOT / "aims_portal" / "settings.py").read_text()
    asked = set(re.findall(r"(?<!\$)\$\{([A-Z_]+)", TEXT))
    assert asked <= EXAMPLE
    assert not {name for name in EXAMPLE - asked if f'"{name}"' not in settings}


def test_the_image_runs_as_a_normal_user_and_installs_by_hash() -> None:
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    assert next(line for line in reversed(lines) if line.startswith("USER")) == "USER aims"
    assert any("--require-hashes -r requirements/portal.lock" in line for line in lines)
    assert "VOLUME /data" in lines
