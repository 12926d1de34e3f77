"""insight.funnel: from pulled to applied."""

import pytest

from papers.insight import funnel, steps
from tests.makers import NOW, make_application, make_paper, make_person, make_stage, make_vote


@pytest.mark.django_db
def test_each_step_counts_distinct_papers_with_ratios():
    me = make_person()
    papers = [make_paper() for _ in range(20)]
    for paper in papers[:10]:
        make_stage(me, paper, skimmed_at=NOW, read_at=NOW if paper in papers[:4] else None)
    for paper in papers[:2]:
        make_vote(me, paper)
        make_vote(make_person(), paper)
    make_application(papers[0])
    counted = funnel.funnel(me, steps.Window.of(None, NOW))
    assert [(step.words, step.papers, step.of_pulled, step.of_before) for step in counted] == [
        ("pulled", 20, "", ""),
        ("skimmed", 10, "1 in 2", "1 in 2"),
        ("read", 4, "1 in 5", "2 in 5"),
        ("voted up", 2, "1 in 10", "1 in 2"),
        ("applied", 1, "1 in 20", "1 in 2"),
    ]


@pytest.mark.django_db
def test_hidden_step_has_a_reason_and_no_number():
    make_stage(make_person(), make_paper(), skimmed_at=NOW, read_at=NOW)
    by_name = {step.name: step for step in funnel.funnel(make_person(), steps.Window.of(None, NOW))}
    assert by_name["read"].papers is None
    assert "only 1 person has read" in by_name["read"].hidden
    assert by_name["pulled"].papers == 1
