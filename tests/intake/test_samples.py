"""intake on recorded feeds: everything is stored once, safely, and storing it again changes nothing."""

import re
from datetime import UTC, datetime

import pytest

from papers.intake.store import store
from papers.models import Name, Paper, Sighting
from papers.sources import arxiv, feed
from papers.sources.wire.sentences import FetchError
from tests.makers import make_source
from tests.sources.test_samples import SAMPLES, read, reply, whole_feeds

NOW = datetime(2026, 11, 23, tzinfo=UTC)
UNSAFE = re.compile(r"<(?:script|style|img|iframe|form|input|svg|object)|\son\w+=|style=|javascript:", re.IGNORECASE)

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.samples,
    pytest.mark.skipif(not SAMPLES.is_dir(), reason="the recorded feeds are not here (../shared/samples)"),
]


def test_recorded_feeds_are_stored_once_and_safely():
    feeds = whole_feeds()
    histories = [path for path in feeds if "feed_history" in path.parts]  # one feed again and again
    for path in sorted({*feeds} - {*histories[::2], *histories[1::4]}):
        try:
            items = feed.parse(reply(read(path)), NOW).items
        except FetchError:
            continue
        source = make_source()
        first = store(source, items, NOW)
        second = store(source, items, NOW)
        assert (second.added, second.joined, second.amended, second.merged) == (0, 0, 0, 0), path
        assert first.added + first.joined <= len(items)
    assert Paper.objects.count() > 300
    for title, abstract in Paper.objects.values_list("title_html", "abstract_html"):
        assert not UNSAFE.search(re.sub(r">[^<]*<", "><", f">{title}{abstract}<"))
    assert not Paper.objects.filter(title="").exists()
    assert not Paper.objects.filter(names=None).exists()


@pytest.mark.parametrize("folder", ["anthropic_news", "huggingface_daily_papers", "lilianweng"])
def test_versions_of_one_feed_bring_each_entry_once(folder):
    source, links = make_source(), set()
    for path in sorted((SAMPLES / "feed_history" / folder).glob("*.xml")):
        items = feed.parse(reply(path.read_bytes()), NOW).items
        store(source, items, NOW)
        links |= {item.link for item in items}
    assert len(links) * 0.9 <= Paper.objects.count() <= len(links)


def test_rss_and_atom_announcements_of_one_day_are_the_same_papers():
    papers = set()
    for path in sorted((SAMPLES / "arxiv_rss").rglob("*.xml")):
        items, _ = arxiv.read_feed(reply(path.read_bytes()), NOW)
        store(make_source(kind="arxiv", address=path.name), items, NOW)
        papers |= {item.link for item in items if not item.announce_type.startswith("replace")}
    assert Paper.objects.count() == Name.objects.filter(kind="arxiv").count() == len(papers)
    assert Sighting.objects.count() > len(papers)
