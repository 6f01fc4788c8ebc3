"""What Django can check about itself, as a developer and as a real installation would run it."""

import secrets

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db.migrations.loader import MigrationLoader

from tests.servers import database_url

from . import tree


@pytest.mark.django_db
def test_no_migration_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    try:
        call_command("makemigrations", check=True, dry_run=True)
    except SystemExit:
        pytest.fail(f"Run makemigrations: {capsys.readouterr().out}")


@pytest.mark.django_db
def test_django_finds_nothing_to_complain_of() -> None:
    call_command("check", fail_level="WARNING", databases=["default"])


@pytest.mark.django_db
def test_a_real_installation_is_safe_to_deploy() -> None:
    answer = tree.run(
        "python",
        "manage.py",
        "check",
        "--deploy",
        "--fail-level",
        "WARNING",
        DEBUG="",
        AIMS_DEMO="",
        SECRET_KEY=secrets.token_urlsafe(60),
        ALLOWED_HOSTS="portal.example.org",
        DATABASE_URL=database_url(),
    )
    assert answer.returncode == 0, f"A production environment is not clean:\n{answer.stdout}"


def test_migrations_are_in_line() -> None:
    """django-linear-migrations: two branches that both add a migration conflict in max_migration.txt, not at deploy."""
    folders = {path.parent for path in tree.files(".py") if path.parent.name == "migrations" and path.stem[0] == "0"}
    assert {folder.parts[0] for folder in folders} <= {config.name for config in apps.get_app_configs()}
    faults = []
    for folder in sorted(folders):
        newest = max(path.stem for path in tree.files(".py") if path.parent == folder and path.stem[0] == "0")
        marker = tree.ROOT / folder / "max_migration.txt"
        if not marker.exists() or marker.read_text().strip() != newest:
            faults.append(f"{folder}/max_migration.txt must say {newest}")
    assert not faults, tree.listed("Run create_max_migration_files, or rebase_migration:", faults)


def test_no_migration_draws_all_models_after_each_of_many_steps() -> None:
    """What is of one kind is done together (decision 18): each newcomer and each process of the tests waits for it."""
    ours = {path.parts[0] for path in tree.files(".py") if path.parent.name == "migrations"}
    steps = {key: len(one.operations) for key, one in MigrationLoader(None).disk_migrations.items() if key[0] in ours}
    many = [f"{app}.{name}: {count} steps" for (app, name), count in steps.items() if count > 16]
    assert len(steps) > 20
    assert not many, tree.listed("Put steps of one kind together (organisations.migrating):", many)
