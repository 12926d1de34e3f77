"""reading.search: queries and filters find the right papers."""

from datetime import UTC, date, datetime

import pytest
from django.db import connection

from papers.identity import author_key
from papers.models import Author, Authorship, Name
from papers.reading import search
from papers.reading.search import Filters, Term
from papers.refused import TooMuch
from tests.makers import NOW, make_paper, make_person, make_source, make_stage, make_vote

pytestmark = pytest.mark.django_db


def found(person=None, **asked):
    return [paper.title for paper in search.find(person or make_person(), Filters(**asked))]


def signed(title, *names):
    paper = make_paper(title, byline="; ".join(names))
    for position, name in enumerate(names):
        author, _ = Author.objects.get_or_create(key=author_key(name), defaults={"name": name})
        Authorship.objects.create(paper=paper, position=position, author=author)
    return paper


# ── words ────────────────────────────────────────────────────────────────────────────────────


def test_text_is_parsed_into_terms():
    assert search.parse('sparse -"deep  nets" author:"Yann LeCun" -cat:cs.LG "open end') == [
        Term("sparse"),
        Term("deep  nets", phrase=True, minus=True),
        Term("Yann LeCun", "author", phrase=True),
        Term("cs.LG", "cat", minus=True),
        Term("open end", phrase=True),
    ]


@pytest.mark.parametrize("typed", ["", "   ", '""', "-", "- -", '-""', "+++"])
def test_empty_text_has_no_terms(typed):
    assert search.parse(typed) == []


def test_all_words_must_match():
    make_paper("Sparse attention for graphs")
    make_paper("Dense attention for graphs")
    assert found(q="sparse attention") == ["Sparse attention for graphs"]


def test_words_match_in_any_form_and_case():
    make_paper("Learning to optimise networks")
    assert found(q="NETWORK learned") == ["Learning to optimise networks"]


def test_the_abstract_is_searched_too():
    make_paper("A title", abstract="We prove a lemma on zebras.")
    assert found(q="zebra lemma") == ["A title"]


def test_words_of_a_phrase_must_be_adjacent():
    make_paper("Graph neural networks")
    make_paper("Neural rendering of graph drawings by networks")
    assert found(q='"neural networks"') == ["Graph neural networks"]


def test_minus_excludes():
    make_paper("Diffusion for images")
    make_paper("Diffusion for proteins")
    assert found(q="diffusion -proteins") == ["Diffusion for images"]
    assert found(q='diffusion -"for images"') == ["Diffusion for proteins"]
    assert found(q="-proteins") == ["Diffusion for images"]


def test_common_words_are_ignored():
    make_paper("The art of search")
    assert found(q="the art of search") == ["The art of search"]


@pytest.mark.parametrize("typed", ["the of and", "!!!", "(((", "-the", "'", "\\", "&", "author:'"])
def test_query_of_only_common_words_or_signs_is_refused(typed):
    with pytest.raises(TooMuch, match="rarer"):
        found(q=typed)


@pytest.mark.parametrize(
    "typed",
    ["a & | !b", "it's <-> (x", "x:*A", "'quoted':B", "back\\slash zebra", "author:O'Brien", "author:", "a -cat:"],
)
def test_query_operators_are_plain_text(typed):
    found(q=typed)


def test_hyphens_are_optional():
    make_paper("Self-supervised learning")
    make_paper("Self supervised vision")
    make_paper("Supervised by one self")
    assert len(found(q="self-supervised")) == 2
    assert len(found(q='"self supervised"')) == 2


def test_acronyms_are_found_in_singular_and_plural():
    make_paper("An LLM reads")
    make_paper("LLMs write")
    make_paper("GNNs")
    assert len(found(q="LLM")) == len(found(q="llms")) == 2
    assert found(q="GNN") == ["GNNs"]


def test_numbers_after_a_hyphen_are_found():
    make_paper("GPT-4 and its friends")
    assert found(q="GPT-4") == found(q="gpt friends") == ["GPT-4 and its friends"]


@pytest.mark.parametrize(
    ("title", "typed"),
    [
        ("Kernels on TPU/NPU/newt nodes", "newt|TPU|npu|TPU/NPU|tpu npu"),
        ("Scaling Otter-2 and Newt3 on NEST-10", "otter 2|Otter2|otter-2|newt 3|Newt3|Newt-3|nest10|NEST 10|otter|10"),
        ("“Otter” dams—beaver’s nests… of the École", 'otter|dams|beaver|nests|ecole|école|"dams beaver"|beaver\'s'),
        ("Ho\u0302pital naïve de Rényi–Čech", "hopital|hôpital|naive|naïve|renyi|cech|Rényi-Čech|renyi cech"),
        (r"L\'evy \textbf{$\beta$-Zoo} in $\mathcal{O}(n)$", "levy|Lévy|β-Zoo|beta zoo|zoo|beta-zoo"),
        ("In C++ and F# on .NET", "C++|c++|F#|.NET|net"),
        ("Planning with A* or RRT*", 'A*|a*|rrt*|"planning with a*"'),
        ("机器学习 of 猫", "机器|学习|机器学习|习|猫|机"),
        ("Обучение кошек, λόγος, हिन्दी", "обучение|Кошек|λογος|ΛΌΓΟΣ|हिन्दी"),
        ("A co-operative e-mail", "cooperative|co-operative|email|e-mail|e mail"),
        ("R&D at AT&T", "R&D|AT&T|att"),
        ("μP at 3×3, π₀ and H∞", "mup|muP|μP|3x3|3×3|pi0|π0|H-infinity|pi 0"),
    ],
)
def test_words_are_found_as_people_type_them(title, typed):
    make_paper(title, abstract="")
    make_paper("Vitamin C for a cat of group F", abstract="")
    for query in typed.split("|"):
        assert found(q=query) == [title], query


@pytest.mark.parametrize("typed", ["C++", "F#", "RRT*", '"in C++"', "-vitamin C++", "AT&T"])
def test_signs_at_a_letter_are_part_of_the_word(typed):
    make_paper("In vitamin C, group F, and an RRT at T", abstract="We sell plus, sharp and star.")
    assert found(q=typed) == []


def test_quotes_of_any_kind_make_a_phrase():
    make_paper("Graph neural networks")
    make_paper("Neural rendering of graph drawings by networks")
    assert found(q="“neural networks”") == found(q="«neural networks»") == ["Graph neural networks"]


@pytest.mark.parametrize(
    ("typed", "query"),
    [
        ("zebra", "'zebra'"),
        ("zebra zebra ZEBRA", "'zebra'"),
        ("zebras", "'zebra' | 'zebras'"),
        ("-zebra", "!'zebra'"),
        ("the zebra", "'zebra'"),
        ("author:lecun", "'lecun':C"),
    ],
)
def test_each_alternative_is_in_the_query_once(typed, query):
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::tsquery::text", [search.compile_query(search.parse(typed))])
        assert cursor.fetchone() == (query,)


# ── authors ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("typed", ["Schölkopf", "scholkopf", "SCHÖLKOPF", "author:schölkopf", "bernhard scholkopf"])
def test_authors_are_found_with_and_without_accents(typed):
    signed("Kernels", "Bernhard Schölkopf", "Émilie Ngo")
    signed("Others", "Ada Example")
    assert found(q=typed) == ["Kernels"]


def test_author_is_searched_only_in_the_byline():
    make_paper("On the Hinton diagram", byline="Bo Sample")
    signed("Capsules", "Geoffrey E. Hinton")
    assert found(q="author:hinton") == found(q="author: hinton") == ["Capsules"]
    assert found(q="-author:hinton hinton") == ["On the Hinton diagram"]
    assert found(q='author:"hinton geoffrey"') == []


def test_common_word_can_be_an_author():
    signed("By Will", "Will An")
    make_paper("By others")
    assert found(q="author:will") == found(q='author:"will an"') == ["By Will"]


def test_author_filter_uses_an_exact_name_if_there_is_one():
    signed("Hers", "Wei Li")
    signed("Theirs", "Wei Chen", "Bo Li")
    assert found(author="Wei Li") == ["Hers"]
    assert found(author="wei") == ["Theirs", "Hers"] or found(author="wei") == ["Hers", "Theirs"]
    assert found(author="nobody") == []


def test_author_filter_covers_authors_beyond_a_truncated_byline():
    paper = signed("A collaboration", "First Author", "Last Author")
    type(paper).objects.filter(pk=paper.pk).update(byline="First Author", byline_folded="first author")
    assert found(author="Last Author") == ["A collaboration"]


# ── filters ──────────────────────────────────────────────────────────────────────────────────


def test_newest_papers_come_first():
    for day in (2, 4, 3):
        make_paper(f"Of day {day}", arrived_at=datetime(2026, 3, day, tzinfo=UTC))
    assert found() == ["Of day 4", "Of day 3", "Of day 2"]


def test_category_filter():
    make_paper("Learning", categories=["cs.LG", "stat.ML"])
    make_paper("Vision", categories=["cs.CV"])
    assert found(category="stat.ML") == found(q="cat:cs.LG") == ["Learning"]
    assert found(q="-cat:cs.LG") == ["Vision"]
    assert found(q="vision cat:cs.LG") == []


def test_categories_match_in_any_case():
    make_paper("Learning", categories=["cs.LG"])
    make_paper("Post", categories=["Deep Learning"])
    assert found(q="cat:CS.lg") == ["Learning"]
    assert search.category("stat.ml") == "stat.ML"
    assert search.category("deep LEARNING") == "deep LEARNING"


def test_source_and_horizon_filters():
    blog, moon = make_source("Blog"), make_source("Far", horizon="moonshot")
    make_paper("Posted", source=blog)
    make_paper("Flown", source=moon)
    assert found(source=blog.pk) == ["Posted"]
    assert found(horizon="moonshot") == ["Flown"]


def test_paper_of_two_sources_is_listed_once():
    paper = make_paper("Twice", source=make_source(horizon="core"))
    paper.sightings.create(source=make_source(horizon="core"), at=NOW)
    assert found(horizon="core") == ["Twice"]


def test_stage_filter_uses_my_own_stages():
    me, other = make_person(), make_person()
    for step in ("kept", "read", "passed", "skimmed"):
        make_stage(me, make_paper(step), skimmed_at=NOW, **{f"{step}_at": NOW} if step != "skimmed" else {})
    theirs = make_paper("theirs")
    make_stage(other, theirs, kept_at=NOW)
    for step in ("kept", "read", "passed", "skimmed"):
        assert found(me, stage=step) == [step]
    assert set(found(me, stage="new")) == {"skimmed", "theirs"}


def test_kept_paper_that_was_read_counts_as_read():
    me = make_person()
    make_stage(me, make_paper("both"), kept_at=NOW, read_at=NOW)
    assert found(me, stage="read") == ["both"]
    assert found(me, stage="kept") == []


def test_vote_filters():
    me, ada, bo = make_person(), make_person("Ada"), make_person("Bo")
    split, mine, down = make_paper("split"), make_paper("mine"), make_paper("down")
    make_vote(ada, split, 1)
    make_vote(bo, split, -1)
    make_vote(me, mine, 1)
    make_vote(me, down, -1)
    make_paper("unvoted")
    assert found(me, votes="team") == found(me, votes="me") == ["mine"]
    assert found(me, votes="me-down") == ["down"]
    assert sorted(found(me, votes="anyone")) == ["mine", "split"]
    assert found(me, votes=str(ada.pk)) == ["split"]
    assert found(me, votes=str(bo.pk)) == []


def test_dates_use_the_persons_time_zone():
    tokyo = make_person(time_zone="Asia/Tokyo")
    make_paper("Late on the 3rd in London", arrived_at=datetime(2026, 3, 3, 20, tzinfo=UTC))
    assert found(tokyo, since=date(2026, 3, 4), until=date(2026, 3, 4)) == ["Late on the 3rd in London"]
    assert found(tokyo, until=date(2026, 3, 3)) == []
    assert found(since=date(2026, 3, 4)) == []


def test_first_and_last_possible_dates_work():
    make_paper("Now")
    for zone in ("UTC", "Asia/Tokyo", "America/Los_Angeles"):
        person = make_person(time_zone=zone)
        assert found(person, since=date.min, until=date.max) == ["Now"]
        assert found(person, since=date.max) == found(person, until=date.min) == []


def test_filters_combine():
    me, blog = make_person(), make_source()
    wanted = make_paper("Wanted zebra", source=blog, categories=["cs.LG"])
    make_paper("Other zebra", source=blog, categories=["cs.CV"])
    make_vote(me, wanted)
    assert found(me, q="zebra", source=blog.pk, category="cs.LG", votes="me", stage="new") == ["Wanted zebra"]


def test_filters_to_remove_are_suggested_when_nothing_matches():
    make_paper("Zebra", categories=["cs.LG"])
    asked = Filters(q="zebra", category="cs.CV", horizon="core")
    assert search.removable(make_person(), asked) == ["category"]


def test_choices_are_all_sources_and_other_active_members():
    me, ada = make_person(), make_person("Ada")
    make_person("Gone", is_active=False)
    blog, learning = make_source("Blog"), make_source("Learning", kind="arxiv", address="cs.LG")
    make_source("Asked", kind="arxiv", address="search: sparse")
    offered = search.choices(me)
    assert [name for _, name in offered.sources] == ["Asked", "Blog", "Learning"]
    assert {str(blog.pk), str(learning.pk)} < {pk for pk, _ in offered.sources}
    assert offered.people == [(str(ada.pk), "Ada")]
    assert offered.categories == ["cs.LG"]


# ── how quick, and where to ──────────────────────────────────────────────────────────────────


def test_slow_search_is_cancelled_with_a_sentence(monkeypatch):
    monkeypatch.setattr(search, "PATIENCE", search.PATIENCE / 200)
    with pytest.raises(TooMuch, match="too long"), search.patience(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(5)")


def test_time_limit_ends_with_its_block():
    with search.patience():
        pass
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)


def test_address_leads_to_its_paper():
    paper = make_paper(arxiv_id="2401.12345")
    post = make_paper(arxiv_id="", link="https://blog.example/a-post")
    for typed in ("2401.12345", " arXiv:2401.12345v3 ", "https://arxiv.org/pdf/2401.12345v2"):
        assert search.look_up(typed) == (True, paper)
    assert search.look_up("https://blog.example/a-post") == (True, post)


def test_address_of_an_unknown_paper_is_recognized():
    assert search.look_up("2401.99999") == (True, None)
    for typed in ("transformers", "", "sparse attention", "a\0b"):
        assert search.look_up(typed) == (False, None)


def test_address_with_two_names_finds_one_paper():
    paper = make_paper(arxiv_id="2401.12345")
    Name.objects.create(paper=paper, kind="doi", value="10.48550/arxiv.2401.12345")
    assert search.look_up("2401.12345") == (True, paper)


def test_code_and_weights_are_searched_and_filtered():
    make_paper("Plain kites")
    make_paper("Kites with code", code_links=["https://github.com/a/b"])
    make_paper("Kites with weights", weight_links=["https://huggingface.co/a/b"])
    assert found(q="kites has:code") == found(has="code") == ["Kites with code"]
    assert found(q="has:weights") == found(has="weights") == ["Kites with weights"]
    assert found(q="kites -has:code -has:weights") == ["Plain kites"]
    with pytest.raises(TooMuch, match="has:code or has:weights"):
        found(q="has:dog")
