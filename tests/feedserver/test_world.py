"""The invented world follows arXiv's calendar, and is the same in every run."""

from datetime import UTC, date, datetime, timedelta

import pytest

from feedserver import World
from feedserver.world import LONGEST_AUTHOR_LIST, batch_after, batch_before, has_batch

SINCE, WEDNESDAY = date(2026, 1, 1), date(2026, 3, 4)


@pytest.fixture(scope="module")
def world():
    return World(7, since=SINCE)


@pytest.fixture(scope="module")
def papers(world):
    return world.papers(WEDNESDAY)


def test_the_same_seed_gives_the_same_papers(papers):
    again = World(7, since=SINCE).papers(WEDNESDAY)
    assert [(paper.id, paper.text) for paper in again] == [(paper.id, paper.text) for paper in papers]


def test_another_seed_gives_different_papers(papers):
    assert World(8, since=SINCE).papers(WEDNESDAY)[0].text != papers[0].text


def test_ids_are_unique_and_none_is_a_real_paper(papers):
    assert len({paper.id for paper in papers}) == len(papers)
    assert all(len(paper.id) == 10 and int(paper.id[5:]) >= 60_000 for paper in papers)


def test_papers_are_as_mixed_as_real_ones(papers):
    with_code = sum("https://github.com/" in paper.text.abstract for paper in papers) / len(papers)
    assert 0.09 < with_code < 0.17
    counts = [len(paper.text.authors) for paper in papers]
    assert min(counts) == 1
    assert max(counts) >= LONGEST_AUTHOR_LIST
    assert sorted(counts)[-2] <= 41
    assert any("<" in paper.text.abstract for paper in papers)
    assert any("$" in paper.text.abstract for paper in papers)
    assert any(paper.text.doi for paper in papers)
    assert any(not author.name.isascii() for paper in papers for author in paper.text.authors)
    assert any(author.affiliation for paper in papers for author in paper.text.authors)
    assert max(len(paper.versions) for paper in papers) > 2


def test_some_authors_write_far_more_than_others(papers):
    counts = {}
    for paper in papers:
        for author in paper.text.authors[:40]:
            counts[author.name] = counts.get(author.name, 0) + 1
    assert max(counts.values()) > 5 * sorted(counts.values())[len(counts) // 2]


def test_no_placeholder_is_left_in_a_text(papers):
    for paper in papers:
        assert not any(f"{{{key}}}" in paper.text.title + paper.text.abstract for key in ("thing", "method", "sets"))


def test_nothing_is_announced_on_weekends_and_after_holidays():
    assert not has_batch(date(2026, 3, 7))
    assert not has_batch(date(2026, 3, 8))
    assert has_batch(date(2026, 3, 9))
    assert not has_batch(date(2026, 11, 27))  # no mailing on Thanksgiving's evening


def test_batches_skip_weekends():
    assert batch_after(date(2026, 3, 6)) == date(2026, 3, 9)
    assert batch_before(date(2026, 3, 9)) == date(2026, 3, 6)


def test_papers_are_submitted_before_the_deadline_of_their_batch(world):
    monday = world.batch(date(2026, 3, 9))
    friday_afternoon = datetime(2026, 3, 6, 19, tzinfo=UTC)  # 14:00 in New York
    assert all(friday_afternoon - timedelta(days=1) <= p.versions[0].submitted <= friday_afternoon for p in monday)


def test_a_revision_is_announced_as_a_replacement_once(world):
    paper = next(paper for paper in world.papers(WEDNESDAY) if len(paper.versions) > 1)
    second = paper.versions[1]
    announcements = world.announcements(second.announced, ["cs", "stat", "eess", "math", "q-bio"])
    assert [
        (announcement.version, announcement.type) for announcement in announcements if announcement.paper == paper
    ] == [(2, "replace")]
    assert paper.until(second.announced - timedelta(days=1)) == paper.versions[:1]


def test_the_type_depends_on_the_requested_names(world):
    paper = next(p for p in world.batch(WEDNESDAY) if p.text.categories[:2] == ("cs.CL", "cs.AI"))

    def kind(*names):
        return [
            announcement.type for announcement in world.announcements(WEDNESDAY, names) if announcement.paper == paper
        ]

    assert (kind("cs.CL"), kind("cs.AI"), kind("cs"), kind("math")) == (["new"], ["cross"], ["new"], [])


def test_posts_appear_when_their_time_comes(world):
    blog = world.blogs["kettle"]
    now = datetime(2026, 3, 4, 12, tzinfo=UTC)
    posts = world.posts(blog, now)
    assert posts
    assert all(post.at <= now for post in posts)
    assert world.posts(blog, now + timedelta(days=30))[-len(posts) :] == posts


def test_too_many_papers_a_day_are_refused():
    with pytest.raises(ValueError, match="papers a day"):
        World(1, since=SINCE, a_day=5000)
