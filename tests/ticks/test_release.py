"""A weekly post and the release that it tells are two pieces: whole each, and a stop between them loses nothing."""

from typing import Any

from sqlalchemy import func, select, update

from bot.texts.texts import Texts
from bot.ticks.ticks import TICKS
from storage.engine.database import Database
from storage.schema import cells, partnerships, releases, waves
from tests.ticks.furnished import NOW, Furnished, database, empty, furnished, run, source, written

__all__ = ["database", "empty", "furnished", "source"]  # fixtures


def test_a_stop_between_a_release_and_its_post_loses_and_doubles_nothing(
    database: Database, furnished: Furnished, texts: Texts
) -> None:
    with database.transaction() as tx:
        other = select(partnerships.c.id).where(partnerships.c.name != "To post")
        tx.connection.execute(update(waves).where(waves.c.partnership_id.in_(other)).values(due_at=None))
    piece = TICKS["waves"]
    with database.transaction() as tx:
        assert piece(tx, texts, NOW), "the post is still to come"
    released = published(database)
    assert released["releases"] == 1
    assert not written(database)
    with database.transaction() as tx:
        piece(tx, texts, NOW)
        tx.connection.rollback()
    assert (published(database), written(database)) == (released, {})
    run(database, piece, texts)
    posts = {one: n for one, n in furnished.expected["waves"].items() if one[0].startswith("summary")}
    assert written(database) == posts, "with the picture: what was released is news to them"
    assert published(database) == released


def published(database: Database) -> dict[str, Any]:
    with database.transaction() as tx:
        counted = {one.name: select(func.count()).select_from(one) for one in (releases, cells)}
        return {name: tx.connection.execute(count).scalar() for name, count in counted.items()}
