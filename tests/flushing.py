"""Puts the test database back after a test with real transactions, although nobody may empty history.

Django empties it (TRUNCATE of every table, which the database refuses: organisations.history.Refuse) and makes content
types and permissions anew. Here the rows of the cast are copied aside once, and what a test left is made equal to the
copy: what differs goes, what is missing comes back. The triggers are the same as anywhere; what sets them aside for
this one transaction is a right that only a superuser of PostgreSQL has.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.test import TransactionTestCase

ASIDE = "aside"
TRIES = 5
COLUMNS = """
    SELECT attname FROM pg_attribute
    WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum
"""


def copy_aside() -> None:
    """Keeps every row there is, for `put_back`."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA IF EXISTS {ASIDE} CASCADE")
        cursor.execute(f"CREATE SCHEMA {ASIDE}")
        for table in tables():
            cursor.execute(f'SELECT EXISTS (SELECT FROM "{table}")')
            if cursor.fetchone()[0]:
                cursor.execute(f'CREATE TABLE {ASIDE}."{table}" AS TABLE "{table}"')


def tables() -> list[str]:
    return sorted(connection.introspection.django_table_names(only_existing=True, include_views=False))


def put_back(statements: list[str]) -> None:
    """Waits for whoever still reads or writes, as TRUNCATE does, and makes all tables what they were.

    What a killed worker had begun, the database brings to its end; where the two wait for each other, it tries again.
    """
    for left in reversed(range(TRIES)):
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL session_replication_role = replica")
                cursor.execute(";".join(statements))
        except OperationalError as error:
            if not left or "deadlock" not in str(error):
                raise
        else:
            return


def putting_back() -> list[str]:
    every = tables()
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", [ASIDE])
        kept = {row[0] for row in cursor.fetchall()}
        statements = ["LOCK TABLE " + ", ".join(f'"{table}"' for table in every)]
        for table in every:
            if table not in kept:
                statements.append(f'DELETE FROM "{table}"')
                continue
            cursor.execute(COLUMNS, [f'"{table}"'])
            columns = ", ".join(f'"{row[0]}"' for row in cursor.fetchall())
            now, was, same = f'"{table}" now', f'{ASIDE}."{table}" was', "was::text = now::text"
            back = f'INSERT INTO "{table}" ({columns}) SELECT {columns} FROM {was}'
            statements.append(f"DELETE FROM {now} WHERE NOT EXISTS (SELECT FROM {was} WHERE {same})")
            statements.append(f"{back} WHERE NOT EXISTS (SELECT FROM {now} WHERE {same})")
    return statements


@pytest.fixture(scope="session", autouse=True)
def put_back_instead_of_flushing() -> Iterator[None]:
    statements: list[str] = []

    def teardown(case: Any) -> None:
        if not statements:
            statements.extend(putting_back())
        put_back(statements)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", teardown)
        yield
