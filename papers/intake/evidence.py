"""intake.evidence: facts that a source alone has of a paper, kept with its sighting: upvotes, code, project, models."""

from collections.abc import Iterable, Mapping

from django.db.models import Q

from ..models import Paper, Sighting, Source
from ..sources import repositories
from ..sources.item import Item


def renew(source: Source, items: Mapping[int, Item]) -> None:
    """Keep the latest facts of papers that this source has brought before; writes only those that changed."""
    brought = {pk: item.evidence for pk, item in items.items() if item.evidence}
    if brought:
        for row in Sighting.objects.filter(source=source, paper__in=brought).only("evidence", "paper_id"):
            if row.evidence != brought[row.paper_id]:
                Sighting.objects.filter(pk=row.pk).update(evidence=brought[row.paper_id])


def link(papers: Iterable[int]) -> None:
    """Add the code and weights that sources name to what these papers' own texts name."""
    named: dict[int, list[str]] = {}
    told = Sighting.objects.filter(~Q(evidence={}), paper__in=list(papers)).order_by("at")
    for pk, evidence in told.values_list("paper", "evidence"):
        named.setdefault(pk, []).append(repositories.addresses(evidence))
    for paper in Paper.objects.filter(pk__in=named).only("code_links", "weight_links"):
        found = repositories.find(*paper.code_links, *paper.weight_links, *named[paper.pk])
        if found != (paper.code_links, paper.weight_links):
            Paper.objects.filter(pk=paper.pk).update(code_links=found.code, weight_links=found.weights)
