"""The site as it is built: strictly, without a broken link, and with nothing that keeps people out of a page."""

import subprocess
from pathlib import Path

import pytest

from tests.axe import fetch_axe, violations
from tests.browser import HOW_TO_GET_IT, WIDTH, Browser, find_chromium
from website.__main__ import build, generate
from website.links import broken
from website.pictures import made, words_of

pytestmark = pytest.mark.fire

DESKTOP = {"width": 1280, "height": 800}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    try:
        generate(tmp_path_factory.getbasetemp(), "--version")
    except subprocess.CalledProcessError:
        pytest.skip("the generator of the site cannot be fetched")
    return build(tmp_path_factory.mktemp("site"), tmp_path_factory.mktemp("pages"))


def test_every_link_leads_somewhere_and_nothing_is_fetched_from_elsewhere(site: Path) -> None:
    assert broken(site) == []


@pytest.mark.skipif(find_chromium() is None, reason=HOW_TO_GET_IT)
async def test_axe_finds_nothing_on_any_page(site: Path, browser: Browser, pytestconfig: pytest.Config) -> None:
    """On a phone and on a desk, by day and by night; of the decisions, which all look alike, the first."""
    axe = await fetch_axe(pytestconfig.cache.mkdir("axe"))
    tab = await browser.tab()
    for page in _looked_at(site):
        await tab.open(page.as_uri())
        for dark in (False, True):
            await tab.look(dark=dark)
            assert await violations(tab, axe) == [], f"{page}, on a phone"
            assert await tab.run("document.documentElement.scrollWidth") <= WIDTH, f"{page} moves sideways"
            await tab.look(dark=dark, **DESKTOP)
            assert await violations(tab, axe) == [], f"{page}, on a desk"


@pytest.mark.skipif(find_chromium() is None, reason=HOW_TO_GET_IT)
async def test_what_stands_on_the_pictures_is_what_the_product_says_now() -> None:
    """Only the words are compared: this machine may have other letters."""
    old = [file.name for file, picture in (await made()).items() if words_of(file) != picture.words]
    assert old == [], "python3 dev.py site makes them again"


def _looked_at(site: Path) -> list[Path]:
    pages = sorted(site.rglob("*.html"))
    decisions = [page for page in pages if "decisions" in page.parts and page.parent.name != "decisions"]
    return [page for page in pages if page not in decisions[1:]]
