"""Keeps what can be searched: one row of lexemes for each record, written by triggers whatever code made the change.

Lexemes are plain words in small letters without accents (`simple`: no stems, since typing finds by beginnings), those
of reference and title with weight A, those of a type's own texts with weight B. The function `records_lexemes` that
makes them is in the migration.
"""

from collections.abc import Callable
from typing import TypeVar

import pgtrigger
from django.db import models

M = TypeVar("M", bound=type[models.Model])

HEAD = """
    IF TG_OP = 'INSERT' OR (NEW.reference, NEW.title) IS DISTINCT FROM (OLD.reference, OLD.title) THEN
        INSERT INTO records_searchentry AS entry (record_id, words)
        VALUES (NEW.id, setweight(records_lexemes(concat_ws(' ', NEW.reference, NEW.title)), 'A'))
        ON CONFLICT (record_id) DO UPDATE SET words = excluded.words || ts_filter(entry.words, '{b}');
    END IF;
    RETURN NULL;
"""
# An upsert always goes by the index; the plan of an UPDATE is kept from when the table was small, and scans.
BODY = """
    INSERT INTO records_searchentry AS entry (record_id, words)
    VALUES (NEW.record_ptr_id, setweight(records_lexemes(concat_ws(' ', {texts})), 'B'))
    ON CONFLICT (record_id) DO UPDATE SET words = ts_filter(entry.words, '{{a}}') || excluded.words;
    RETURN NULL;
"""


def title_trigger() -> pgtrigger.Trigger:
    """The trigger of `Record` itself."""
    operation = pgtrigger.Insert | pgtrigger.UpdateOf("reference", "title")
    return pgtrigger.Trigger(name="search_title", when=pgtrigger.After, operation=operation, func=HEAD)


def searched(*texts: str, also: str = "") -> Callable[[M], M]:
    """Class decorator of a record type: its text columns that search looks into.

    `also` is a further SQL expression on `NEW`; when what it reads changes, one of `texts` must be written anew.
    """
    columns = [f'NEW."{text}"' for text in texts] + ([also] if also else [])
    trigger = pgtrigger.Trigger(
        name="search_texts",
        when=pgtrigger.After,
        operation=pgtrigger.Insert | pgtrigger.UpdateOf(*texts),
        func=BODY.format(texts=", ".join(columns)),
    )
    return pgtrigger.register(trigger)
