"""From pulled to applied."""

import pytest

from papers.insight import funnel, steps
from tests.makers import NOW, make_application, make_paper, make_person, make_stage, make_vote


@pytest.mark.django_db
def test_each_step_counts_distinct_papers_and_says_one_in_how_many():
    me = make_person()
    papers = [make_paper() for _ in range(20)]
    for paper in papers[:10]:
        make_stage(me, paper, skimmed_at=NOW, read_at=NOW if paper in papers[:4] else None)
    for paper in papers[:2]:
        make_vote(me, paper)
        make_vote(make_person(), paper)
    make_application(papers[0])
    told = funnel.funnel(me, steps.Window.of(None, NOW))
    assert [(step.words, step.papers, step.of_pulled, step.of_before) for step in told] == [
        ("pulled", 20, "", ""),
        ("skimmed", 10, "1 in 2", "1 in 2"),
        ("read", 4, "1 in 5", "1 in 2.5"),
        ("voted up", 2, "1 in 10", "1 in 2"),
        ("applied", 1, "1 in 20", "1 in 2"),
    ]


@pytest.mark.django_db
def test_what_may_not_be_told_has_its_reason_and_no_number():
    make_stage(make_person(), make_paper(), skimmed_at=NOW, read_at=NOW)
    told = {step.name: step for step in funnel.funnel(make_person(), steps.Window.of(None, NOW))}
    assert told["read"].papers is None
    assert "Only 1 person has read" in told["read"].hidden
    assert told["pulled"].papers == 1
