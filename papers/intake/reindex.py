"""intake.reindex: bring the words that are searched up to date, after a release that reads texts differently."""

from django.db import connection, transaction

from .. import words
from ..models import Paper

BATCH = 500


def columns_of(title: str, abstract: str, byline: str) -> dict[str, str | int]:
    """The columns that are searched."""
    return {
        "title_words": words.index(title),
        "abstract_words": words.index(abstract),
        "byline_folded": words.index(byline),
        "words_form": words.FORM,
    }


@transaction.atomic
def batch(size: int = BATCH) -> int:
    """Read the newest papers again that an older version has read; returns how many there were.

    Papers that another transaction holds are left for later.
    """
    old = Paper.objects.filter(words_form__lt=words.FORM).order_by("-id").select_for_update(skip_locked=True)
    rows = [(pk, columns_of(*texts)) for pk, *texts in old.values_list("id", "title", "abstract", "byline")[:size]]
    if rows:
        names = list(rows[0][1])
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE {Paper._meta.db_table} paper SET {', '.join(f'{name} = new.{name}' for name in names)} "  # noqa: S608 (ours)
                "FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::int[]) "
                f"new (id, {', '.join(names)}) WHERE paper.id = new.id",
                [[pk for pk, _ in rows], *([columns[name] for _, columns in rows] for name in names)],
            )
    return len(rows)
