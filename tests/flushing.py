"""Empties the test database after a test with real transactions, although nobody may empty history.

Django does so with TRUNCATE, which the database refuses (organisations.history.Refuse). The triggers are the same here
as anywhere; what sets them aside for this one statement is a right that only a superuser of PostgreSQL has.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import transaction
from django.db.backends.postgresql.operations import DatabaseOperations


@pytest.fixture(scope="session", autouse=True)
def flushing_as_superuser() -> Iterator[None]:
    def execute(operations: DatabaseOperations, statements: list[str]) -> None:
        connection = operations.connection
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            for statement in statements:
                cursor.execute(statement)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "execute_sql_flush", execute)
        yield
