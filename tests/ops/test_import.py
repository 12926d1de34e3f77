"""manage.py import: bibliographies from files."""

import pytest
from django.core.management import CommandError, call_command

from papers.models import Paper
from tests.makers import make_person

pytestmark = pytest.mark.django_db


def test_files_are_imported_and_only_once(tmp_path, capsys):
    person = make_person("Maxine")
    file = tmp_path / "mine.bib"
    file.write_text("@misc{a, title={Hens}, doi={10.1000/a}}\n@misc{b, title={Ducks}}\n")
    call_command("import", file, email=person.email)
    call_command("import", file, email=person.email)
    assert Paper.objects.get().title == "Hens"
    told = capsys.readouterr().out
    assert "1 new" in told
    assert "line 2: It has no DOI" in told
    with pytest.raises(CommandError, match="Nobody here"):
        call_command("import", file, email="nobody@team.example")
