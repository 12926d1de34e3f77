from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from papers.intake.store import store
from papers.models import Author, Authorship, Event, Lookup, Name, Paper, Sighting, Version
from papers.sources.digests import mentions
from papers.sources.item import Authority, Item, Signer
from tests.makers import NOW, make_paper, make_source

pytestmark = pytest.mark.django_db


def make_item(arxiv_id="2603.00001", **fields):
    fields = {
        "title": f"On case {arxiv_id}",
        "link": f"https://arxiv.org/abs/{arxiv_id}",
        "abstract": "We prove $n<m$ for <MASK> and more.",
        "authors": (Signer("Ada Exámple", "MIT"), Signer("Bo Sample")),
        "categories": ("cs.LG", "stat.ML"),
        "version": 1,
        "announce_type": "new",
        "published_at": NOW - timedelta(hours=5),
        **fields,
    }
    return Item(**fields)


def make_post(url="https://blog.example/post", **fields):
    return Item(
        **{"title": "A post", "link": url, "content_html": "<p>Words &amp; <b>more</b></p>", "words": 440, **fields}
    )


@pytest.fixture
def source():
    return make_source()


def test_paper_is_stored_with_names_authors_version_and_sighting(source):
    done = store(source, [make_item()], NOW)
    paper = Paper.objects.get()
    assert (done.added, done.papers) == (1, [paper.pk])
    assert (paper.kind, paper.arxiv_id, paper.link) == ("arxiv", "2603.00001", "https://arxiv.org/abs/2603.00001")
    assert paper.abstract == "We prove $n<m$ for <MASK> and more."
    assert "<math" in paper.abstract_html
    assert "&lt;MASK&gt;" in paper.abstract_html
    assert paper.byline == "Ada Exámple; Bo Sample"
    assert list(Authorship.objects.order_by("position").values_list("author__name", "affiliation")) == [
        ("Ada Exámple", "MIT"),
        ("Bo Sample", ""),
    ]
    assert Name.objects.get().value == "2603.00001"
    assert Version.objects.get().number == 1
    assert Sighting.objects.get().announce_type == "new"


def test_storing_the_same_items_again_writes_no_row(source):
    items = [make_item(f"2603.{n:05d}") for n in range(3)] + [make_post(entry_id="7")]
    store(source, items, NOW)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        done = store(source, items, NOW)
    assert (done.added, done.joined, done.amended) == (0, 0, 0)
    assert not [q["sql"] for q in asked if q["sql"].startswith(("INSERT", "UPDATE", "DELETE", "COPY"))]


def test_another_source_joins_a_paper_by_another_address(source):
    store(source, [make_item()], NOW)
    done = store(make_source(), [make_item(link="https://huggingface.co/papers/2603.00001", version=0)], NOW)
    assert (done.added, done.joined) == (0, 1)
    assert Paper.objects.get().sightings.count() == 2


def test_digest_that_names_two_papers_does_not_merge_them(source):
    store(source, [make_item("2603.00001"), make_item("2603.00002")], NOW)
    links = ("https://arxiv.org/abs/2603.00001", "https://arxiv.org/abs/2603.00002")
    store(make_source(), [make_item(link=links[0], addresses=links)], NOW)
    assert Paper.objects.count() == 2


def test_entry_with_names_of_two_records_merges_them(source):
    store(source, [make_post("https://doi.org/10.1000/xyz")], NOW)
    store(source, [make_item()], NOW)
    done = store(make_source(), [make_item(addresses=("https://doi.org/10.1000/xyz",))], NOW)
    paper = Paper.objects.get()
    assert done.merged == 1
    assert (paper.arxiv_id, paper.title) == ("2603.00001", "On case 2603.00001")
    assert {name.kind for name in paper.names.all()} == {"arxiv", "doi", "short"}


def test_replacement_updates_the_record_and_is_an_event(source):
    store(source, [make_item()], NOW)
    newer = make_item(title="On case two", abstract="", version=3, announce_type="replace", authors=(Signer("Cy New"),))
    done = store(source, [newer], NOW)
    paper = Paper.objects.get()
    assert done.amended == 1
    assert (paper.title, paper.version, paper.byline) == ("On case two", 3, "Cy New")
    assert paper.abstract.startswith("We prove")  # the older stays when the newer is empty
    assert Event.objects.get(kind="replaced").data == {
        "from": 1,
        "to": 3,
        "changed": ["byline", "title"],
        "title": "On case 2603.00001",
    }
    assert [a.author.name for a in Authorship.objects.all()] == ["Cy New"]


def test_replacement_of_an_unknown_paper_is_skipped(source):
    done = store(source, [make_item(version=4, announce_type="replace-cross")], NOW)
    assert (done.added, done.skipped, done.papers) == (0, 1, [0])
    assert not Paper.objects.exists()


def test_older_version_changes_nothing(source):
    store(source, [make_item(version=3)], NOW)
    assert store(source, [make_item(title="Old", version=2)], NOW).amended == 0


def test_blog_post_about_a_paper_does_not_rewrite_it(source):
    store(source, [make_item()], NOW)
    store(make_source(), [make_item(title="Wow, this paper!!", abstract="Hot take", version=0)], NOW)
    assert Paper.objects.get().title == "On case 2603.00001"


def test_feed_may_rewrite_its_own_post(source):
    store(source, [make_post()], NOW)
    done = store(source, [make_post(title="A better title")], NOW)
    assert done.amended == 1
    assert Paper.objects.get().title == "A better title"


def test_two_feeds_with_different_texts_of_one_post_do_not_keep_rewriting_it(source):
    other, ours, theirs = make_source(), make_post(), make_post(title="A post - via Example")
    for fetch in range(3):
        done = [store(source, [ours], NOW), store(other, [theirs], NOW)]
        assert [each.amended for each in done] == [0, 0], fetch
    assert Paper.objects.get().title == "A post"


def test_html_of_a_post_is_sanitized_and_its_minutes_estimated(source):
    store(source, [make_post(content_html='<p onclick="x()">Hi <script>alert(1)</script><b>there</b></p>')], NOW)
    paper = Paper.objects.get()
    assert (paper.abstract, paper.abstract_html, paper.minutes) == ("Hi there", "<p>Hi <b>there</b></p>", 2)


def test_two_entries_of_one_paper_in_a_pull_are_stored_once(source):
    done = store(source, [make_post(), make_post("http://www.blog.example/post/?utm_source=x")], NOW)
    assert (done.added, Paper.objects.count()) == (1, 1)


def test_entries_without_a_title_are_skipped_and_counted(source):
    done = store(source, [make_post(title=""), make_post()], NOW)
    assert (done.added, done.skipped) == (1, 1)


def test_entries_whose_address_is_none_are_told_apart_by_their_titles(source):
    posts = [make_post("", title=f"Release {number}") for number in (1, 2)]
    assert [store(source, posts, NOW).added for _ in range(2)] == [2, 0]


def test_characters_that_postgresql_rejects_are_removed(source):
    store(source, [make_item(title="A\0 null \ud800 and more", authors=(Signer("A\0da"),))], NOW)
    assert Paper.objects.get().title == "A null and more"


def test_absurdly_long_paper_is_truncated(source):
    authors = tuple(Signer(f"Author Number {n}") for n in range(2900))
    store(source, [make_item(abstract="word " * 400_000, title="t" * 5000, authors=authors)], NOW)
    paper = Paper.objects.get()
    assert len(paper.abstract) < 100_000
    assert paper.authorships.count() == 2900
    assert len(paper.authors_shown) == 2900


def test_two_spellings_of_a_name_are_one_author(source):
    store(source, [make_item("2603.00001", authors=(Signer("J. Müller"),))], NOW)
    store(source, [make_item("2603.00002", authors=(Signer("J Muller"),))], NOW)
    assert Author.objects.count() == 1


def test_first_pull_files_old_posts_under_their_own_dates(source):
    old = NOW - timedelta(days=400)
    store(source, [make_post(published_at=old)], NOW, first=True)
    assert Paper.objects.get().arrived_at == old


def test_what_a_source_brings_later_arrives_now_however_old_it_is(source):
    old = NOW - timedelta(days=9)
    store(source, [make_post(published_at=old)], NOW)
    paper = Paper.objects.get()
    assert (paper.arrived_at, paper.published_at) == (NOW, old)


def test_arxivs_record_gives_a_paper_its_own_date_and_authors(source):
    link = make_post(
        "https://arxiv.org/abs/1706.00001", title="An old paper [pdf]", published_at=NOW, authors=(Signer("poster"),)
    )
    store(source, [link], NOW)
    assert Paper.objects.get().published_at is None  # the link is new, not the paper
    year = datetime(2017, 6, 12, tzinfo=UTC)
    record = make_item("1706.00001", title="An old paper", published_at=year, authority=Authority.RECORD)
    store(make_source(), [record], NOW)
    paper = Paper.objects.get()
    assert (paper.title, paper.published_at, paper.byline) == ("An old paper", year, "Ada Exámple; Bo Sample")
    store(source, [replace(link, title="Another title")], NOW)
    assert titles() == ["An old paper"]


def test_newest_entry_of_a_feed_comes_first(source):
    store(source, [make_post(f"https://blog.example/{n}", title=f"Post {n}") for n in range(3)], NOW)
    assert [paper.title for paper in Paper.objects.newest_first()] == ["Post 0", "Post 1", "Post 2"]


def test_larger_pull_costs_no_more_queries(source):
    def queries(numbers):
        with CaptureQueriesContext(connection) as asked:
            store(source, [make_item(f"2604.{n:05d}") for n in numbers], NOW)
        return len(asked)

    queries(range(1))  # makes the authors
    assert queries(range(1, 3)) == queries(range(10, 60))


# ── names that mislead ───────────────────────────────────────────────────────────────────────


def titles():
    return sorted(Paper.objects.values_list("title", flat=True))


def test_two_arxiv_papers_with_one_doi_stay_separate(source):
    doi = ("https://doi.org/10.1000/parts",)
    store(source, [make_item("2603.00001", addresses=doi)], NOW)
    store(source, [make_item("2603.00002", addresses=doi, version=4)], NOW)
    assert titles() == ["On case 2603.00001", "On case 2603.00002"]
    assert Name.objects.get(kind="doi").paper.arxiv_id == "2603.00001"


def test_two_entries_linked_by_a_third_are_one_paper(source):
    one, two = make_post("https://doi.org/10.1000/a"), make_item()
    both = make_item(addresses=("https://doi.org/10.1000/a",))
    assert store(source, [one, two, both], NOW).added == 1
    assert Paper.objects.get().arxiv_id == "2603.00001"


def test_two_entries_about_an_existing_paper_join_it_once(source):
    store(source, [make_item(addresses=("https://doi.org/10.1000/a",))], NOW)
    done = store(make_source(), [make_post("https://doi.org/10.1000/a"), make_item()], NOW)
    assert (done.added, done.joined, Sighting.objects.count()) == (0, 1, 2)


def test_paper_stored_by_doi_gets_its_arxiv_id_later(source):
    store(source, [make_post("https://doi.org/10.1000/a", title="As the journal says")], NOW)
    store(make_source(), [make_item(addresses=("10.1000/a",))], NOW)
    paper = Paper.objects.get()
    assert (paper.kind, paper.arxiv_id, paper.version) == ("arxiv", "2603.00001", 1)
    assert (paper.title, paper.link) == ("On case 2603.00001", "https://arxiv.org/abs/2603.00001")
    assert paper.authorships.count() == 2


def test_arxivs_record_replaces_what_a_blog_gave(source):
    store(source, [make_item(title="LOOK AT THIS", abstract="Wow", authors=(), version=0, announce_type="")], NOW)
    store(make_source(), [make_item()], NOW)
    paper = Paper.objects.get()
    assert (paper.title, paper.byline, paper.version) == ("On case 2603.00001", "Ada Exámple; Bo Sample", 1)
    assert not Event.objects.filter(kind="replaced").exists()


def test_replacement_of_an_existing_paper_is_not_a_sighting(source):
    store(source, [make_item()], NOW)
    done = store(make_source(), [make_item(version=2, announce_type="replace-cross")], NOW)
    assert (done.joined, done.amended, Sighting.objects.count()) == (0, 1, 1)


def test_entries_that_share_a_link_or_id_stay_separate(source):
    posts = [make_post(f"https://blog.example/{n}", title=f"Post {n}", entry_id="same") for n in range(3)]
    store(source, posts, NOW)
    posts = [make_post("https://site.example/", title=f"Link {n}", entry_id=f"e{n}") for n in range(3)]
    store(source, posts, NOW)
    posts = [make_post("https://other.example/news", title=f"News {n}") for n in range(3)]
    assert store(source, posts, NOW).added == 3
    assert store(source, posts, NOW).added == 0
    assert Paper.objects.count() == 9


def test_reused_entry_id_is_another_post(source):
    store(source, [make_post("https://blog.example/a", title="First", entry_id="1")], NOW)
    store(source, [make_post("https://blog.example/b", title="Second", entry_id="1")], NOW)
    assert titles() == ["First", "Second"]


def test_a_feed_that_numbers_its_entries_from_the_top_loses_and_overwrites_none(source):
    for newest in range(1, 5):
        posts = [
            make_post("", title=f"{name} notes", entry_id=str(place)) for place, name in enumerate("DCBA"[-newest:], 1)
        ]
        assert store(source, posts, NOW).added == 1
    assert titles() == ["A notes", "B notes", "C notes", "D notes"]


def test_two_posts_of_one_title_are_told_apart_by_their_ids(source):
    posts = [make_post("", title="Update", entry_id=each) for each in ("a", "b")]
    assert [store(source, posts, NOW).added for _ in range(2)] == [2, 0]


@pytest.mark.parametrize(
    ("title", "minute", "is_same"),
    [
        ("How we built a tokenizer", 0, True),
        ("Rewritten from the first word to the last", 30, True),  # in the very second
        ("Rewritten from the first word to the last", 0, False),
        ("How to build a your own tokenizer in 2 days", 0, False),
    ],
)
def test_a_post_with_another_title_and_address_under_its_id_is_the_same_if_it_looks_so(source, title, minute, is_same):
    at = NOW.replace(minute=minute, second=0)
    store(
        source,
        [make_post("https://blog.example/a", title="How we built an tokenizer", entry_id="x", published_at=at)],
        NOW,
    )
    done = store(source, [make_post("https://blog.example/b", title=title, entry_id="x", published_at=at)], NOW)
    assert done.added == (not is_same)
    assert title in titles()


def test_moved_post_is_recognized_by_its_entry_id(source):
    store(source, [make_post("https://old.example/a", title="First", entry_id="1")], NOW)
    done = store(source, [make_post("https://new.example/a", title="First", entry_id="1")], NOW)
    assert (done.added, Paper.objects.get().names.count()) == (0, 3)


def test_new_entry_ids_at_each_fetch_write_nothing_new(source):
    for fetch in range(3):
        store(
            source, [make_post(f"https://blog.example/{n}", entry_id=f"{fetch}-{n}", title=f"{n}") for n in (1, 2)], NOW
        )
    assert (Paper.objects.count(), Name.objects.count()) == (2, 4)


@pytest.mark.parametrize("entry_id", ["é" * 1900, "x" * 9000, "a\0b\ud800", " ", "日本" * 800])
def test_any_entry_id_can_be_stored(source, entry_id):
    posts = [make_post("https://blog.example/a", entry_id=entry_id)]
    assert store(source, posts, NOW).added == 1
    assert store(source, posts, NOW).added == 0


@pytest.mark.parametrize("link", [f"https://blog.example/{'ü' * 3000}", f"https://blog.example/?{'a=b&' * 2000}"])
def test_any_link_can_be_stored(source, link):
    assert store(source, [make_post(link)], NOW).added == 1
    assert store(source, [make_post(link)], NOW).added == 0


def test_hostile_text_in_every_field_is_stored(source):
    bad = "\0\ud800\u202e\x1b[31m" + "é" * 70_000
    texts = ("title", "abstract", "comment", "journal_ref", "license", "announce_type", "entry_id")
    signers = (Signer(bad, bad), Signer(""), Signer("; ;"), Signer("\0"))
    item = make_item(**dict.fromkeys(texts, bad), categories=(bad, bad + "x"), authors=signers, addresses=(bad,))
    assert store(source, [item], NOW).added == 1
    assert store(source, [item], NOW).amended == 0
    assert store(source, [make_post(content_html=f"<p>{bad}</p>")], NOW).added == 1


def test_digest_credits_each_paper_beside_its_own_card(source):
    known = make_paper("Folding kites", arxiv_id="2603.00002")
    links = ("2603.00001", "here"), ("2603.00002", "Folding kites fast"), ("2603.00003", "Steering kites alone")
    rows = "".join(
        f'<li><a href="https://arxiv.org/abs/{pk}">{text}</a>: It flies better than before.</li>' for pk, text in links
    )
    post = make_post(title="Kites of the week", content_html=f"<ul>{rows}</ul>")
    post = replace(post, mentions=mentions(post.content_html, NOW - timedelta(hours=1)))
    done = store(source, [post], NOW)
    assert (done.added, done.joined) == (3, 1)
    assert Paper.objects.get(kind="post").title == "Kites of the week"
    assert set(Sighting.objects.filter(source=source).values_list("paper__title", "line")) == {
        ("Kites of the week", ""),
        ("arXiv:2603.00001", "It flies better than before"),
        (known.title, "It flies better than before"),
        ("Steering kites alone", "It flies better than before"),
    }
    assert Lookup.objects.count() == 2
    again = store(source, [post], NOW + timedelta(hours=1))
    assert (again.added, again.joined, again.amended) == (0, 0, 0)
