"""intake.reindex: bring the words that are searched up to date.

Papers wait for it that a release with another form of words has read, and posts whose page has been fetched since: the
page's text is searched with the summary. Whoever changes either sets `words_form` to STALE.
"""

from django.db import connection, transaction

from .. import words
from ..models import Paper

BATCH = 500
STALE = 0  # a form that is always old
LONGEST = 60_000  # characters of a post's page


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
    """Read the newest papers that wait; returns how many there were.

    Papers that another transaction holds are left for later.
    """
    old = (
        Paper.objects.filter(words_form__lt=words.FORM)
        .order_by("-id")
        .select_for_update(skip_locked=True, of=("self",))
    )
    texts = old.values_list("id", "title", "abstract", "byline", "article__text")[:size]
    rows = [
        (pk, columns_of(title, f"{abstract}\n{(page or '')[:LONGEST]}", byline))
        for pk, title, abstract, byline, page in texts
    ]
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
