"""Two people and an application of the first's, for every test of the ledger."""

import pytest

from papers.models import Application
from tests.makers import make_application, make_person, make_project


@pytest.fixture
def ada():
    return make_person("Ada")


@pytest.fixture
def bo():
    return make_person("Bo")


@pytest.fixture
def application(ada):
    return make_application(project=make_project("Atlas", members=(ada,)))


def kinds(application):
    return list(application.events.order_by("pk").values_list("kind", flat=True))


def fresh(application):
    return Application.objects.get(pk=application.pk)
