"""Moments: how they are kept, aware and in UTC, on every database."""

from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy import DateTime, Dialect, types


class Moment(types.TypeDecorator[datetime]):
    """An aware moment in UTC, on every database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return cast(datetime, value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC))
