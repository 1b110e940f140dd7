"""The database of these settings: opened with what its channels and notifiers can do, and migrated."""

from collections.abc import Iterable
from contextlib import closing

from bot.channels import CHANNELS
from bot.channels.listed import Kind
from bot.channels.port import Channel, Outlet
from bot.notifiers import NOTIFIERS
from bot.runtime.settings import Settings, secret_before, the_secret
from bot.survey.traits import Traits, called_by
from storage.engine.database import Database
from storage.upkeep.migrate import migrate
from storage.upkeep.progress import Progress, untold


def open_database(
    settings: Settings,
    channels: Iterable[Kind[Channel]] = CHANNELS,
    notifiers: Iterable[Kind[Outlet]] = NOTIFIERS,
    progress: Progress = untold,
) -> Database:
    """Raises StorageError or SettingsError with what to do."""
    database = _of(settings, traits_of(settings, channels, notifiers))
    migrate(database, progress)
    return database


def bring_up_to_date(settings: Settings, progress: Progress = untold) -> bool:
    """Before anything else is done with it; whether it was behind."""
    with closing(_of(settings)) as database:
        return migrate(database, progress)


def _of(settings: Settings, channels: Iterable[Traits] = ()) -> Database:
    return Database(settings.database_url, the_secret(settings), channels, secret_before(settings))


def traits_of(
    settings: Settings, channels: Iterable[Kind[Channel]] = CHANNELS, notifiers: Iterable[Kind[Outlet]] = NOTIFIERS
) -> list[Traits]:
    """What each channel can do, where these notifiers that are set up call those whom it cannot."""
    return called_by((one.traits for one in channels), (one.traits for one in notifiers if one.described(settings)))
