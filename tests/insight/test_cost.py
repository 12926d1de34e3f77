"""insight.cost: the time that sources take and the applications they lead to."""

from datetime import timedelta

import pytest

from papers.insight import cost, steps
from papers.models import Source
from tests.makers import NOW, make_application, make_paper, make_person, make_source, make_stage

ALL = steps.Window.of(None, NOW)


def test_incomplete_beta_agrees_with_numerical_integration():
    for a, b, x in ((0.5, 0.5, 0.1), (2.4, 77.6, 0.05), (30, 3, 0.95), (1, 1, 0.25)):
        slices = 200_000
        density = [((n + 0.5) / slices) ** (a - 1) * (1 - (n + 0.5) / slices) ** (b - 1) for n in range(slices)]
        assert cost.beta_below(x, a, b) == pytest.approx(sum(density[: int(x * slices)]) / sum(density), abs=2e-3)
        assert cost.beta_below(cost.beta_quantile(0.3, a, b), a, b) == pytest.approx(0.3)


@pytest.mark.django_db
def test_minutes_are_one_per_card_and_the_reading_time_of_read_papers():
    source, me = make_source("A blog"), make_person()
    read, skimmed, kept_from_view = (make_paper(source=source, minutes=12) for _ in range(3))
    make_stage(me, read, skimmed_at=NOW, read_at=NOW)
    make_stage(me, skimmed, skimmed_at=NOW, passed_at=NOW)
    make_stage(me, kept_from_view, passed_at=NOW)  # cleared with a list: cost nothing
    make_application(read)
    row = cost.costs(me, ALL)[0]
    assert (row.source, row.spent.looked, row.spent.read, row.spent.applied, row.spent.minutes) == (source, 2, 1, 1, 14)
    assert (row.looked_per_applied, row.minutes_per_applied) == (2, 14)
    assert row.low < row.chance < row.high


@pytest.mark.django_db
def test_reading_of_unknown_length_takes_what_is_typical_of_the_source():
    source, me = make_source(typical_minutes=7), make_person()
    make_stage(me, make_paper(source=source, minutes=0), skimmed_at=NOW, read_at=NOW)
    assert cost.costs(me, ALL)[0].spent.minutes == 8


@pytest.mark.django_db
def test_window_excludes_earlier_papers():
    source, me = make_source(), make_person()
    make_stage(me, make_paper(source=source), skimmed_at=NOW - timedelta(days=40))
    assert cost.costs(me, steps.Window.of(30, NOW)) == []
    assert len(cost.costs(me, steps.Window.of(90, NOW))) == 1


@pytest.mark.django_db
def test_figures_about_one_other_person_are_hidden():
    source, me, other = make_source(), make_person(), make_person()
    make_stage(other, make_paper(source=source), skimmed_at=NOW)
    assert not cost.costs(me, ALL)[0].is_visible
    assert cost.costs(other, ALL)[0].is_visible
    for _ in range(2):
        make_stage(make_person(), make_paper(source=source), skimmed_at=NOW)
    assert cost.costs(me, ALL)[0].is_visible


@pytest.mark.django_db
def test_reading_of_one_of_three_people_is_hidden_from_the_others():
    source, (ada, bo, cy) = make_source(), (make_person(), make_person(), make_person())
    papers = [make_paper(source=source) for _ in range(2)]
    for person in (ada, bo, cy):
        make_stage(person, papers[0], skimmed_at=NOW)
    make_stage(ada, papers[1], skimmed_at=NOW, read_at=NOW)
    row = cost.costs(bo, ALL)[0]
    assert (row.is_visible, row.is_reading_visible, row.spent.readers) == (True, False, 1)
    assert cost.costs(ada, ALL)[0].is_reading_visible  # her own
    for person in (bo, cy):
        make_stage(person, papers[1], skimmed_at=NOW, read_at=NOW)
    assert cost.costs(bo, ALL)[0].is_reading_visible


@pytest.mark.django_db
def test_muting_is_suggested_for_a_source_looked_at_often_and_never_read():
    me, source = make_person(), make_source()
    for _ in range(cost.MUCH):
        make_stage(me, make_paper(source=source), skimmed_at=NOW)
    assert cost.costs(me, ALL)[0].suggests_muting
    Source.objects.update(state="muted")
    assert not cost.costs(me, ALL)[0].suggests_muting


@pytest.mark.django_db
def test_source_applied_without_being_looked_at_is_listed():
    used = make_application()
    row = cost.costs(make_person(), ALL)[0]
    assert (row.spent.looked, row.spent.applied, row.source) == (0, 1, used.paper.sightings.get().source)
