"""names: parts of names, for citations."""

import pytest

from papers import names


@pytest.mark.parametrize(
    "name",
    [
        "Google DeepMind", "The LIGO Collaboration", "IBM Granite Team", "OpenAI", "Kettle Lab", "Otter AI @ Riverbank",
        "BigScience Workshop", "Mistral AI", "DeepSeek-AI", "University of Teatown", "Tea Research, Inc.",
        "Society for Warm Cups", "Meta AI", "AT&T Labs", "01.AI", "University of California, Berkeley",
    ],
)  # fmt: skip
def test_organizations_are_not_split(name):
    assert names.parts(name) == names.Parts(name, is_organization=True)
    assert names.surname_first(name) == name


@pytest.mark.parametrize(
    ("name", "family", "given", "suffix"),
    [
        ("Ann B. Oak", "Oak", "Ann B.", ""),
        ("Ann van der Oak", "van der Oak", "Ann", ""),
        ("Ann de la Oak III", "de la Oak", "Ann", "III"),
        ("Ann Oak Jr.", "Oak", "Ann", "Jr."),
        ("Ann Oak, Jr.", "Oak", "Ann", "Jr."),
        ("Oak, Jr., Ann", "Oak", "Ann", "Jr."),
        ("Ann Oak PhD", "Oak", "Ann", ""),
        ("Ann Oak, Ph.D.", "Oak", "Ann", ""),
        ("Dr. Ann Oak, MD, PhD", "Oak", "Ann", ""),
        ("Oak, Ann", "Oak", "Ann", ""),
        ("The Anh Oak", "Oak", "The Anh", ""),
        ("Xin Ai", "Ai", "Xin", ""),
        ("XIN AI", "AI", "XIN", ""),
        ("Md Oak", "Oak", "Md", ""),
        ("Ann", "Ann", "", ""),
        ("", "", "", ""),
    ],
)
def test_people_have_a_family_and_a_given_name(name, family, given, suffix):
    assert names.parts(name) == names.Parts(family, given, suffix)
