"""Compiled: statements that every tap runs: written out once for each dialect, and then run by the driver itself.

SQLAlchemy still says what a statement is, how values go in and come out, and what went wrong. What it would do again
for every run of one costs ten times as much as the statement.
"""

from collections import namedtuple
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Dialect, Executable
from sqlalchemy.exc import DBAPIError

from storage.engine.database import Tx, insert_of

Processor = Callable[[Any], Any] | None


class Prepared:
    """A statement of which every value has a name. `build` is given the insert of the dialect at hand."""

    def __init__(self, build: Callable[[Any], Any]) -> None:
        self._build = build
        self._written: dict[str, _Written] = {}

    def __call__(self, tx: Tx, **values: object) -> list[Any]:
        """Run it; its rows, as named tuples."""
        dialect = tx.connection.dialect
        written = self._written.get(dialect.name)
        if written is None:
            written = self._written[dialect.name] = _write(self._build(insert_of(dialect)), dialect)
        cursor = tx.connection.connection.cursor()
        try:
            cursor.execute(written.sql, written.bound(values))
            return [written.read(row) for row in cursor.fetchall()] if written.gives_rows else []
        except dialect.loaded_dbapi.Error as error:
            raise _as_elsewhere(error, written.sql, dialect) from error
        finally:
            cursor.close()


@dataclass(frozen=True, slots=True)
class _Written:
    sql: str
    constants: Mapping[str, Any]
    into: tuple[tuple[str, Processor], ...]
    is_positional: bool
    out: tuple[tuple[int, Callable[[Any], Any]], ...]
    row: Callable[[Any], Any]
    gives_rows: bool

    def bound(self, values: Mapping[str, object]) -> Any:
        given = {**self.constants, **values}
        if self.is_positional:
            return [process(given[name]) if process else given[name] for name, process in self.into]
        return {name: process(given[name]) if process else given[name] for name, process in self.into}

    def read(self, row: Any) -> Any:
        if self.out:
            row = list(row)
            for place, process in self.out:
                row[place] = process(row[place])
        return self.row(row)


def _write(statement: Executable, dialect: Dialect) -> _Written:
    compiled: Any = statement.compile(dialect=dialect)  # type: ignore[attr-defined]
    columns = list(statement.exported_columns)  # type: ignore[attr-defined]
    binds = {name: bind for bind, name in compiled.bind_names.items()}
    row: Any = namedtuple("Row", [column.key for column in columns], rename=True)  # type: ignore[misc]
    out = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns]
    return _Written(
        sql=str(compiled),
        constants={name: value for name, value in compiled.params.items() if value is not None},
        into=tuple(
            (name, binds[name].type.dialect_impl(dialect).bind_processor(dialect))
            for name in compiled.positiontup or binds
        ),
        is_positional=compiled.positional,
        out=tuple((place, process) for place, process in enumerate(out) if process),
        row=row._make,
        gives_rows=bool(columns),
    )


def _as_elsewhere(error: Any, sql: str, dialect: Dialect) -> BaseException:
    """The error that SQLAlchemy makes of the driver's; it holds no values."""
    base = dialect.loaded_dbapi.Error
    return DBAPIError.instance(sql, {}, error, base, hide_parameters=True, dialect=dialect)  # type: ignore[no-any-return]
