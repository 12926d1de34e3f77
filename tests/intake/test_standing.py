"""intake.standing: publication, withdrawal and retraction, and who hears of them."""

from datetime import timedelta

import pytest

from papers.intake import standing
from papers.intake.store import store
from papers.models import Event, News, Paper
from papers.sources.item import Item, Signer
from tests.makers import NOW, make_application, make_paper, make_person, make_source, make_stage

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=9)


def item(version=1, **fields):
    return Item(
        **{
            "title": "Grounded kites",
            "link": "https://arxiv.org/abs/2603.00001",
            "abstract": "We fly.",
            "authors": (Signer("Ada Sample"),),
            "version": version,
            **fields,
        }
    )


def kinds():
    return list(Event.objects.order_by("pk").values_list("kind", flat=True))


def test_a_withdrawal_is_an_event_that_tells_whoever_kept_or_applied_it():
    source = make_source(kind="arxiv", address="cs.LG")
    store(source, [item()], NOW)
    paper = Paper.objects.get()
    keeper, other = make_person(), make_person()
    make_stage(keeper, paper, kept_at=NOW)
    make_stage(other, paper, skimmed_at=NOW)
    user = make_application(paper).person
    store(source, [item(2, abstract="Gone.", comment="This paper has been withdrawn: Lemma 2 is wrong")], LATER)
    paper.refresh_from_db()
    assert (paper.standing, paper.is_taken_back, kinds()) == ("withdrawn", True, ["replaced", "withdrawn"])
    assert Event.objects.get(kind="withdrawn").data["why"].endswith("Lemma 2 is wrong")
    assert Event.objects.get(kind="replaced").data["changed"] == ["abstract", "comment"]
    assert set(News.objects.values_list("person", flat=True)) == {keeper.pk, user.pk}
    assert News.objects.count() == 4


def test_a_later_version_can_bring_it_back_and_to_a_venue():
    source = make_source(kind="arxiv", address="cs.LG")
    store(source, [item(comment="Withdrawn")], NOW)
    assert (Paper.objects.get().standing, kinds()) == ("withdrawn", [])
    store(source, [item(2, comment="Accepted at ICML 2026")], LATER)
    paper = Paper.objects.get()
    assert (paper.standing, paper.venue, kinds()) == ("published", "ICML 2026", ["replaced", "reinstated"])


def test_a_publication_is_an_event_unless_it_only_completes_a_new_record():
    paper, settled = make_paper(arrived_at=NOW), make_paper(arrived_at=NOW)
    assert standing.note(paper.pk, "published", NOW + timedelta(hours=1), venue="ICML 2026")
    assert standing.note(settled.pk, "published", LATER, venue="ICML 2026", by="Crossref")
    assert [(event.paper_id, event.data) for event in Event.objects.all()] == [
        (settled.pk, {"venue": "ICML 2026", "by": "Crossref"})
    ]


def test_the_same_note_again_writes_nothing(django_assert_num_queries):
    paper = make_paper()
    assert standing.note(paper.pk, "retracted", LATER, by="Crossref")
    with django_assert_num_queries(3):  # savepoint, select, release
        assert not standing.note(paper.pk, "retracted", LATER, by="Crossref")


def test_only_its_own_source_takes_a_standing_back():
    paper = make_paper()
    standing.note(paper.pk, "retracted", LATER, by="Crossref")
    assert not standing.note(paper.pk, "", LATER)
    assert not standing.note(paper.pk, "published", LATER, by="OpenAlex")
    assert standing.note(paper.pk, "", LATER, by="Crossref")
    assert kinds() == ["retracted", "reinstated"]


def test_a_published_paper_does_not_go_out_of_print():
    paper = make_paper()
    standing.note(paper.pk, "published", LATER, venue="J. Kites")
    assert not standing.note(paper.pk, "", LATER)


def test_a_post_about_withdrawal_is_no_withdrawn_paper():
    store(make_source(), [Item(title="Withdrawn: a tale", link="https://blog.example/a", abstract="Withdrawn.")], NOW)
    assert Paper.objects.get().standing == ""
