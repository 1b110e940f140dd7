"""axe-core, which looks for what keeps people out of a page; fetched once, by its fingerprint, and kept with pytest."""

import base64
import hashlib
import io
import json
import os
import tarfile
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.browser import Tab
from tests.patience import PATIENCE

VERSION = "4.14.1"
SHA512 = "FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ=="
REGISTRY = os.environ.get("NPM_CONFIG_REGISTRY", "https://registry.npmjs.org").rstrip("/")
RULES = ["wcag2a", "wcag2aa", "wcag2aaa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


async def fetch_axe(folder: Path) -> str:
    """Its source; skips the test when it is not here and cannot be fetched."""
    kept = folder / f"axe-{VERSION}.min.js"
    if not kept.is_file():
        kept.write_bytes(_unpacked(await _package()))
    return kept.read_text("utf-8")


async def _package() -> bytes:
    try:
        async with (
            aiohttp.ClientSession(trust_env=True, timeout=aiohttp.ClientTimeout(PATIENCE)) as session,
            session.get(f"{REGISTRY}/axe-core/-/axe-core-{VERSION}.tgz") as answer,
        ):
            answer.raise_for_status()
            package = await answer.read()
    except (aiohttp.ClientError, TimeoutError) as error:
        pytest.skip(f"axe-core cannot be fetched from the npm registry ({type(error).__name__})")
    assert base64.b64encode(hashlib.sha512(package).digest()).decode() == SHA512
    return package


def _unpacked(package: bytes) -> bytes:
    with tarfile.open(fileobj=io.BytesIO(package)) as archive:
        file = archive.extractfile("package/axe.min.js")
        assert file
        return file.read()


async def violations(tab: Tab, axe: str) -> list[str]:
    """What keeps somebody out of this page, one line each."""
    if not await tab.run("window.axe?.run instanceof Function"):  # a place on a page may be called axe too
        await tab.run(f"{axe};0")
    options = {"runOnly": RULES, "resultTypes": ["violations"]}
    found: list[dict[str, Any]] = await tab.run(
        f"axe.run(document, {json.dumps(options)}).then(found => JSON.parse(JSON.stringify(found.violations)))"
    )
    return [
        f"{one['id']}: {node['html'][:120]} {node['failureSummary'][:300]}" for one in found for node in one["nodes"]
    ]
