"""Each platform has a page: its recipes load, and it names every option, every secret and the terms of use."""

import re
import tomllib

import pytest

from cx_text.config import SourceEntry
from cx_text.plugins import PLATFORMS, find_platform
from cx_text.sources.platforms.base import PlatformOptions

SHARED = set(PlatformOptions.model_fields)  # in docs/sources.md


@pytest.fixture(params=PLATFORMS)
def page(request, pytestconfig):
    return request.param, (pytestconfig.rootpath / "docs" / "sources" / f"{request.param}.md").read_text("utf-8")


def test_its_recipes_load(page):
    name, text = page
    entries = [SourceEntry.model_validate(entry) for block in re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
               for entry in tomllib.loads(block).get("sources", ())]
    assert name in {entry.platform for entry in entries}
    for entry in entries:
        find_platform(entry.platform).options_type.model_validate(entry.options)


def test_it_names_every_option_and_secret_and_the_terms(page):
    name, text = page
    kind = find_platform(name)
    wanted = [*(set(kind.options_type.model_fields) - SHARED), *kind.secret_variables.values()]
    assert [option for option in wanted if not re.search(rf"\b{re.escape(option)}\b", text)] == []
    assert "Terms" in text or name in ("folder", "webhook")  # what is your own has none


def test_the_list_of_platforms_is_whole(pytestconfig):
    text = (pytestconfig.rootpath / "docs" / "sources.md").read_text("utf-8")
    assert set(re.findall(r"\(sources/(\w+)\.md\)", text)) == set(PLATFORMS)
    assert SHARED - {"secrets", "base_url"} <= set(re.findall(r"\w+", text))
