"""Compiled: statements that every tap runs: written out once for each dialect, and then run by the driver itself.

SQLAlchemy still says what a statement is, how values go in and come out, and what went wrong. What it would do again
for every run of one costs ten times as much as the statement.
"""

from collections import namedtuple
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Dialect, Executable

from storage.engine import driver
from storage.engine.database import Tx, insert_of

Processor = Callable[[Any], Any] | None


class Prepared:
    """A statement of which every value has a name. `build` is given the insert of the dialect at hand."""

    def __init__(self, build: Callable[[Any], Any]) -> None:
        self._build = build
        self._written: dict[str, _Written] = {}

    def __call__(self, tx: Tx, **values: object) -> list[Any]:
        """Run it; its rows, as named tuples."""
        return together(tx, (self, values))[0]

    def later(self, tx: Tx, **values: object) -> None:
        """Run it before whatever is asked next, and before the commit: it has no answer that anybody needs."""
        driver.later(tx.connection, self.written(tx).statement(values))

    def written(self, tx: Tx) -> "_Written":
        dialect = tx.connection.dialect
        if (written := self._written.get(dialect.name)) is None:
            written = self._written[dialect.name] = _write(self._build(insert_of(dialect)), dialect)
        return written


Asked = tuple[Prepared, Mapping[str, object]]


def together(tx: Tx, *asked: Asked) -> list[list[Any]]:
    """Run these one after the other, on PostgreSQL in one round trip; the rows of each. Each sees what was committed
    before its turn came, also while an earlier one waited for a lock."""
    every = [(prepared.written(tx), values) for prepared, values in asked]
    found = driver.run(tx.connection, *(written.statement(values) for written, values in every))
    return [written.read(rows) for (written, _), rows in zip(every, found, strict=True)]


@dataclass(frozen=True, slots=True)
class _Written:
    sql: str
    constants: Mapping[str, Any]
    into: tuple[tuple[str, Processor], ...]
    is_positional: bool
    out: tuple[tuple[int, Callable[[Any], Any]], ...]
    row: Callable[[Any], Any]
    gives_rows: bool

    def statement(self, values: Mapping[str, object]) -> driver.Statement:
        return driver.Statement(self.sql, self._bound({**self.constants, **values}), self.gives_rows)

    def read(self, rows: list[Any]) -> list[Any]:
        return list(map(self._read if self.out else self.row, rows))

    def _bound(self, given: Mapping[str, object]) -> Any:
        if self.is_positional:
            return [process(given[name]) if process else given[name] for name, process in self.into]
        return {name: process(given[name]) if process else given[name] for name, process in self.into}

    def _read(self, row: Any) -> Any:
        values = list(row)
        for place, process in self.out:
            values[place] = process(values[place])
        return self.row(values)


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
