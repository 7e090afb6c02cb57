"""Comma-separated tables, read strictly: every fault names file, line and column."""

from __future__ import annotations

import csv
import gzip
import io
import math
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

MOST_BYTES = 256 * 2**20
"""A file with more than this, unpacked, is refused."""


class FeedError(ValueError):
    """A file that is refused; one line names file and line or field, what is wrong there and what would be right."""

    def __init__(self, text: str) -> None:
        super().__init__(" ".join(text.splitlines()))


class Row:
    """One line of a table.

    Attributes
    ----------
    where : file and line, as errors name them.
    """

    def __init__(self, where: str, cells: dict[str, str]) -> None:
        self.where, self._cells = where, cells

    def text(self, column: str) -> str:
        """What stands in a column, without blanks around it."""
        return self._cells[column].strip()

    def number(self, column: str, low: float, high: float) -> float:
        """A finite number within bounds.

        Raises
        ------
        FeedError
            Anything else.
        """
        try:
            value = float(self.text(column))
        except ValueError:
            value = math.nan
        if not low <= value <= high:
            raise self.error(column, f"write a number from {low:g} to {high:g}")
        return value

    def error(self, column: str, advice: str) -> FeedError:
        """What is wrong in a column and what to write there."""
        return FeedError(f"{self.where}: {column} is {self._cells[column][:40]!r}; {advice}")


def rows(path: Path, columns: Sequence[str]) -> Iterator[Row]:
    """The lines of a table whose head names all of `columns`; gzip is unpacked.

    Parameters
    ----------
    path : file.
    columns : names that have to be there; others may be.

    Raises
    ------
    FeedError
        Not readable as such a table.
    OSError
        The file cannot be opened.
    """
    name = path.name
    reader = csv.reader(io.StringIO(_text(path), newline=""), strict=True)
    try:
        head = [cell.strip() for cell in next(reader, [])]
        missing = [column for column in columns if head.count(column) != 1]
        if missing:
            raise FeedError(f"{name}:1: the column {missing[0]!r} is not there once; the first line names the columns")
        for cells in reader:
            where = f"{name}:{reader.line_num}"
            if not cells:
                continue
            if len(cells) != len(head):
                raise FeedError(f"{where}: {len(cells)} values; the first line names {len(head)} columns")
            yield Row(where, dict(zip(head, cells, strict=True)))
    except csv.Error as error:
        raise FeedError(f"{name}:{reader.line_num}: {error}; give a table with commas between its values") from None


def _text(path: Path) -> str:
    data = path.read_bytes()
    if data[:2] == b"\x1f\x8b":
        try:
            with gzip.GzipFile(fileobj=io.BytesIO(data)) as unpacked:
                data = unpacked.read(MOST_BYTES + 1)
        except (EOFError, OSError, zlib.error) as error:
            raise FeedError(f"{path.name}: gzip: {error}; the file is damaged or cut short") from None
    if len(data) > MOST_BYTES:
        raise FeedError(f"{path.name}: has more than {MOST_BYTES >> 20} MiB; give a smaller file")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise FeedError(f"{path.name}:{line}: is no UTF-8; give a text file") from None
