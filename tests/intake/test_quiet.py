"""intake.quiet: the outcomes of pulls that brought nothing, written together."""

from datetime import timedelta

import pytest
from django.utils import timezone

from feedserver import FeedServer
from papers.intake import pipeline, quiet
from papers.models import FetchLog, Source
from papers.sources.item import Pull
from tests.makers import make_source

NOW = timezone.now()


@pytest.mark.parametrize(
    ("pull", "source", "expected"),
    [
        (Pull(not_modified=True, status=304), Source(), True),
        (Pull(not_modified=True, status=200), Source(), True),
        (Pull(not_modified=True, status=200, etag="b"), Source(etag="a"), False),  # the new mark is to be kept
        (Pull(status=200), Source(), False),
        (Pull(not_modified=True, status=304, moved_to="https://b.example/"), Source(), False),
        (Pull(not_modified=True, status=304), Source(failures=2, last_error="It timed out."), False),
    ],
)
def test_a_pull_is_quiet_when_only_the_times_change(pull, source, expected):
    assert quiet.is_quiet(source, pull) is expected


@pytest.mark.django_db
def test_outcomes_are_written_together_in_a_few_queries(django_assert_num_queries):
    sources = [make_source(last_success=NOW - timedelta(days=1)) for _ in range(20)]
    claimed = Source.objects.claim([source.pk for source in sources], timezone.now())
    with django_assert_num_queries(5), quiet.Book() as book:  # a savepoint counts twice
        for source in claimed:
            book.add(source, FetchLog(source=source, at=NOW, outcome="unchanged", took_ms=3))
    assert FetchLog.objects.count() == 20
    for source in Source.objects.all():
        assert (source.last_fetch, source.last_success, source.claimed_until) == (NOW, NOW, None)
        assert source.next_fetch > NOW


@pytest.mark.django_db
def test_a_source_removed_meanwhile_does_not_cost_the_others_their_outcomes():
    kept, removed = make_source(), make_source()
    with quiet.Book() as book:
        for source in (removed, kept):
            book.add(source, FetchLog(source=source, at=NOW, outcome="unchanged", took_ms=3))
        Source.objects.filter(pk=removed.pk).delete()
    assert FetchLog.objects.get().source == kept


@pytest.mark.django_db
def test_outcomes_do_not_wait_for_long(monkeypatch):
    book, source = quiet.Book(), make_source()
    book.add(source, FetchLog(source=source, at=NOW, outcome="unchanged", took_ms=3))
    book.write_old()
    assert not FetchLog.objects.exists()
    monkeypatch.setattr(quiet, "OLDEST", -1)
    book.write_old()
    assert FetchLog.objects.exists()


@pytest.mark.django_db
def test_a_turn_pulls_the_feeds_of_a_host_over_one_connection_and_enters_it_once(settings):
    settings.ALLOW_PRIVATE_ADDRESSES, settings.HOST_PACE_SECONDS = True, 0
    with FeedServer(seed=1, now=NOW, a_day=8) as server:
        ids = [make_source(address=server.feed(name)).pk for name in ("kettle", "fjord")]
        for expected in (["ok", "ok"], ["unchanged", "unchanged"]):
            FetchLog.objects.all().delete()
            Source.objects.update(next_fetch=NOW)
            with quiet.Book() as book:
                pipeline.take_turn(ids, book, lambda: False)
            assert list(FetchLog.objects.values_list("outcome", flat=True)) == expected


@pytest.mark.django_db
def test_a_turn_that_is_stopped_gives_back_what_it_has_claimed(settings):
    ids = [make_source().pk for _ in range(3)]
    answers = iter([False, False, True])

    def fail(*_):
        return True

    with quiet.Book() as book, pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipeline, "_refresh", fail)
        pipeline.take_turn(ids, book, lambda: next(answers))
    assert Source.objects.exclude(claimed_until=None).count() == 1  # the one that was pulled
