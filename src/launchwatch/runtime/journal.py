"""The journal: one append-only table in SQLite, hash-chained, in write-ahead mode while it grows and one file after.

The same appends and commits give the same bytes of the file.
"""

from __future__ import annotations

import hashlib
import sqlite3
import struct
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from launchwatch.messages import codec
from launchwatch.messages.envelope import Envelope

APPLICATION_ID = 0x4C574A31
"""Marks a file as a journal of LaunchWatch ("LWJ1")."""

MIGRATIONS = (
    """CREATE TABLE records (
        sequence INTEGER PRIMARY KEY, stream TEXT NOT NULL, role TEXT NOT NULL, topic TEXT NOT NULL, id TEXT NOT NULL,
        payload BLOB NOT NULL, hash BLOB NOT NULL)""",
)
"""Statement number n takes a file from version n to n + 1 (`PRAGMA user_version`)."""

BATCH = 1024
"""Records held in memory before they are handed to SQLite."""
GENESIS = bytes(32)
_lengths = struct.Struct("<5I")
_INSERT = "INSERT INTO records VALUES (?, ?, ?, ?, ?, ?, ?)"
_COLUMNS = (
    ("sequence", "INTEGER", 1),
    ("stream", "TEXT", 0),
    ("role", "TEXT", 0),
    ("topic", "TEXT", 0),
    ("id", "TEXT", 0),
    ("payload", "BLOB", 0),
    ("hash", "BLOB", 0),
)
_DAMAGED = "no journal, or a damaged one; name the journal.sqlite of a run, or restore it from a copy"
_ALL = """
    SELECT sequence, stream, role, topic, id, payload, hash,
        typeof(stream) = 'text' AND typeof(role) = 'text' AND typeof(topic) = 'text' AND typeof(id) = 'text'
            AND typeof(payload) = 'blob' AND typeof(hash) = 'blob'
    FROM records ORDER BY sequence"""


class JournalError(ValueError):
    """A file that is no journal, or not one that this version reads: one line that says what to do."""


class Fault(msgspec.Struct, frozen=True):
    """What `verify` found: the number of the record (0: the file as a whole), and what is wrong with it."""

    sequence: int
    text: str

    def __str__(self) -> str:
        return f"record {self.sequence}: {self.text}" if self.sequence else self.text


def chain_hash(previous: bytes, stream: bytes, role: bytes, topic: bytes, identifier: bytes, payload: bytes) -> bytes:
    """SHA-256 over the previous hash, the lengths of the columns, and the columns."""
    lengths = _lengths.pack(len(stream), len(role), len(topic), len(identifier), len(payload))
    return hashlib.sha256(b"".join((previous, lengths, stream, role, topic, identifier, payload))).digest()


class SqliteJournal:
    """A journal in one SQLite file; made by `create`, `extend` or `open`, closed by `close` or a `with` block."""

    def __init__(self, path: Path, connection: sqlite3.Connection, writable: bool) -> None:
        self.path = path
        self._connection = connection
        self._writable = writable
        self._rows: list[tuple[int, str, str, str, str, bytes, bytes]] = []
        self._sequence, self._hash = 0, GENESIS
        last = connection.execute("SELECT sequence, hash FROM records ORDER BY sequence DESC LIMIT 1").fetchone()
        if last is not None:
            self._sequence, self._hash = last

    @classmethod
    def create(cls, path: Path) -> Self:
        """A new journal; raises JournalError where `path` exists."""
        if path.exists():
            raise JournalError(f"{path}: exists already; a journal is never overwritten, choose another name")
        connection = sqlite3.connect(path, isolation_level=None)
        connection.execute("PRAGMA page_size = 8192")
        connection.execute("PRAGMA auto_vacuum = NONE")
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        return cls._prepared(path, connection)

    @classmethod
    def extend(cls, path: Path) -> Self:
        """An existing journal, to go on where it ended; brings an older one up to this version."""
        _check(path)
        return cls._prepared(path, sqlite3.connect(path, isolation_level=None))

    @classmethod
    def open(cls, path: Path) -> Self:
        """An existing journal, to be read; raises JournalError on anything else."""
        version = _check(path)
        if version < len(MIGRATIONS):
            raise JournalError(
                f"{path}: version {version} of the journal; extend it once to bring it to {len(MIGRATIONS)}"
            )
        return cls(path, _read_only(path), writable=False)

    @classmethod
    def _prepared(cls, path: Path, connection: sqlite3.Connection) -> Self:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        for number, statement in enumerate(MIGRATIONS[version:], version + 1):
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number}")
            connection.execute("COMMIT")
        return cls(path, connection, writable=True)

    def append(self, stream: str, role: str, envelopes: Iterable[Envelope]) -> None:
        """Add records of `role` to `stream`; they are durable when `commit` returns."""
        if not self._writable:
            raise JournalError(f"{self.path}: opened to be read; extend it to append")
        stream_bytes, role_bytes = stream.encode(), role.encode()
        for envelope in envelopes:
            payload = codec.pack(envelope)
            self._sequence += 1
            self._hash = chain_hash(
                self._hash, stream_bytes, role_bytes, envelope.topic.encode(), envelope.id.encode(), payload
            )
            self._rows.append((self._sequence, stream, role, envelope.topic, envelope.id, payload, self._hash))
        if len(self._rows) >= BATCH:
            self._flush()

    def commit(self) -> None:
        """Make everything appended so far durable."""
        self._flush()
        if self._connection.in_transaction:
            self._connection.execute("COMMIT")

    def streams(self) -> list[str]:
        """Names of the streams, in order of first use."""
        self._flush()
        rows = self._connection.execute("SELECT stream FROM records GROUP BY stream ORDER BY min(sequence)")
        return [stream for (stream,) in rows]

    def read(self, stream: str, role: str | None = None, topic: str | None = None) -> Iterator[Envelope]:
        """Records of a stream in order; raises JournalError naming the record that cannot be read."""
        self._flush()
        rows = self._connection.execute(
            "SELECT sequence, payload FROM records"
            " WHERE stream = ? AND role = ifnull(?, role) AND topic = ifnull(?, topic) ORDER BY sequence",
            (stream, role, topic),
        )
        for sequence, payload in rows:
            try:
                yield codec.unpack_envelope(payload)
            except msgspec.DecodeError as error:
                raise JournalError(f"{self.path}: record {sequence}: {error}; run verify") from error

    def close(self) -> None:
        """Commit, and leave one file behind."""
        if self._writable:
            self.commit()
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            self._connection.execute("PRAGMA journal_mode = DELETE")
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _flush(self) -> None:
        if not self._rows:
            return
        if not self._connection.in_transaction:
            self._connection.execute("BEGIN")
        self._connection.executemany(_INSERT, self._rows)
        self._rows.clear()


def verify(path: Path) -> list[Fault]:
    """Check every record of a journal against its hash chain; the faults found, none for a sound journal.

    Raises JournalError where the file is no journal at all.
    """
    _check(path)
    faults: list[Fault] = []
    connection = _read_only(path)
    connection.text_factory = bytes
    expected = 1
    candidates: tuple[bytes, ...] = (GENESIS,)
    try:
        for sequence, stream, role, topic, identifier, payload, stored, typed in connection.execute(_ALL):
            if sequence != expected:
                faults.append(Fault(expected, f"missing: the next record is {sequence}"))
                candidates = ()
            if not typed:
                faults.append(Fault(sequence, "a column is of the wrong type"))
                candidates = ()
            else:
                hashes = tuple(chain_hash(before, stream, role, topic, identifier, payload) for before in candidates)
                if hashes and stored not in hashes:
                    faults.append(Fault(sequence, "does not match its hash"))
                    # Record and hash cannot both be true; the next record, made with the true hash, tells which is.
                    candidates = (stored, *hashes)
                else:
                    candidates = (stored,)
            expected = sequence + 1
    except sqlite3.DatabaseError as error:
        faults.append(Fault(expected, f"cannot be read ({error}); the file is truncated or damaged from here on"))
    finally:
        connection.close()
    return faults


def _read_only(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)


def _check(path: Path) -> int:
    """Version of the journal at `path`; raises JournalError where it is none."""
    if not path.is_file():
        raise JournalError(f"{path}: no such file; name the journal of a run")
    connection = _read_only(path)
    try:
        (application_id,) = connection.execute("PRAGMA application_id").fetchone()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if application_id != APPLICATION_ID:
            raise JournalError(f"{path}: not a journal of LaunchWatch; name the journal.sqlite of a run")
        if version > len(MIGRATIONS):
            raise JournalError(
                f"{path}: version {version} of the journal, newer than this program; upgrade LaunchWatch"
            )
        if tuple(connection.execute("SELECT name, type, pk FROM pragma_table_info('records')")) != _COLUMNS:
            raise JournalError(f"{path}: {_DAMAGED}")
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:  # a damaged name can be no text at all
        raise JournalError(f"{path}: {_DAMAGED}") from error
    finally:
        connection.close()
    return int(version)
