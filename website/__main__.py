"""`python3 dev.py site`: make the pictures, build the site, and look whether every link leads somewhere.

What it makes is in `build/site/`, and can be put on any web server, in any folder of it.
"""

import shutil
import subprocess
import sys
from pathlib import Path

from tests.browser import HOW_TO_GET_IT, find_chromium
from website import pictures
from website.assembly import REPOSITORY, assemble, halves
from website.links import broken

BUILD = REPOSITORY / "build"
LOCK = REPOSITORY / "requirements-site.lock"
GENERATOR = ("run", "-q", "--no-project", "--isolated", "--with-requirements", str(LOCK), "zensical")
OF_THE_GENERATOR = shutil.ignore_patterns("404.html", "sitemap.xml", "search.json")
"""What it always makes, and what a site needs that knows its own address, or has scripts."""


def main() -> int:
    if find_chromium():
        pictures.main()
    else:
        print(f"The pictures stay as they are: {HOW_TO_GET_IT}.")
    try:
        site = build(BUILD / "site", BUILD / "pages")
    except subprocess.CalledProcessError as failed:
        return failed.returncode
    found = broken(site)
    print("\n".join(found) or f"The site is in {site}: {sum(1 for _ in site.rglob('*.html'))} pages, no broken link.")
    return 1 if found else 0


def build(site: Path, work: Path) -> Path:
    """Both halves, each below its own address. Raises CalledProcessError when the generator warns of anything."""
    for folder in (site, work):
        shutil.rmtree(folder, ignore_errors=True)
    every = halves()
    for half in every:
        place = work / half.language
        assemble(half, [other for other in every if other is not half], place)
        generate(place, "build", "--clean", "--strict")
        shutil.copytree(place / "made", site / half.address, dirs_exist_ok=True, ignore=OF_THE_GENERATOR)
    return site


def generate(place: Path, *wanted: str) -> None:
    """The generator has an environment of its own, from its own lock: neither the product nor the tests have it."""
    uv = Path(sys.executable).with_name("uv")
    subprocess.run([uv, *GENERATOR, *wanted], cwd=place, check=True)


if __name__ == "__main__":
    sys.exit(main())
