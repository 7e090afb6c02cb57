import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from launchwatch.messages import codec
from launchwatch.runtime import journal as journal_module
from launchwatch.runtime.journal import JournalError, SqliteJournal, verify
from unit.runtime.small_chain import heartbeat

BEATS = [heartbeat(number, 10 * number) for number in range(60)]


def written(path: Path) -> Path:
    with SqliteJournal.create(path) as journal:
        journal.append("ru/alone", "input", BEATS[:20])
        journal.commit()
        journal.append("cn/alone", "input", BEATS[20:40])
        journal.append("ru/alone", "output", BEATS[40:])
    return path


def test_records_come_back_in_order_by_stream_role_and_topic(tmp_path: Path) -> None:
    with SqliteJournal.open(written(tmp_path / "journal.sqlite")) as journal:
        assert journal.streams() == ["ru/alone", "cn/alone"]
        assert list(journal.read("ru/alone")) == BEATS[:20] + BEATS[40:]
        assert list(journal.read("ru/alone", role="output")) == BEATS[40:]
        assert list(journal.read("cn/alone", topic="heartbeat")) == BEATS[20:40]
        assert list(journal.read("cn/alone", topic="tick")) == []
        with pytest.raises(JournalError, match="opened to be read"):
            journal.append("ru/alone", "input", BEATS)


def test_an_open_journal_reads_what_was_just_appended(tmp_path: Path) -> None:
    with SqliteJournal.create(tmp_path / "journal.sqlite") as journal:
        journal.append("ru/alone", "input", BEATS[:3])
        assert list(journal.read("ru/alone")) == BEATS[:3]
        assert journal.streams() == ["ru/alone"]


def test_the_same_appends_give_the_same_bytes_and_one_file(tmp_path: Path) -> None:
    one, two = written(tmp_path / "one.sqlite"), written(tmp_path / "two.sqlite")
    assert one.read_bytes() == two.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one.sqlite", "two.sqlite"]


def test_what_is_committed_outlives_the_process(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    journal = SqliteJournal.create(path)
    journal.append("ru/alone", "input", BEATS[:5])
    journal.commit()
    journal.append("ru/alone", "input", BEATS[5:])  # never committed
    # A copy of the files as they stand is what a killed process leaves behind.
    for name in ("", "-wal"):
        (tmp_path / f"killed.sqlite{name}").write_bytes((tmp_path / f"journal.sqlite{name}").read_bytes())
    journal.close()
    with SqliteJournal.extend(tmp_path / "killed.sqlite") as killed:
        assert list(killed.read("ru/alone")) == BEATS[:5]
        killed.append("ru/alone", "input", BEATS[5:])
    assert verify(tmp_path / "killed.sqlite") == []
    with SqliteJournal.open(tmp_path / "killed.sqlite") as again:
        assert list(again.read("ru/alone")) == BEATS


def test_a_journal_is_never_overwritten(tmp_path: Path) -> None:
    path = written(tmp_path / "journal.sqlite")
    with pytest.raises(JournalError, match="exists already"):
        SqliteJournal.create(path)


def test_a_sound_journal_verifies(tmp_path: Path) -> None:
    assert verify(written(tmp_path / "journal.sqlite")) == []


@pytest.mark.parametrize("sequence", [1, 2, 31, 59, 60])
@pytest.mark.parametrize("column", ["payload", "hash", "stream", "role", "topic", "id"])
def test_a_flipped_byte_is_found_and_its_record_named(tmp_path: Path, column: str, sequence: int) -> None:
    path = written(tmp_path / "journal.sqlite")
    connection = sqlite3.connect(path)
    (value,) = connection.execute(f"SELECT {column} FROM records WHERE sequence = ?", (sequence,)).fetchone()  # noqa: S608
    raw = bytearray(value.encode() if isinstance(value, str) else value)
    raw[len(raw) // 2] ^= 1
    flipped = raw.decode() if isinstance(value, str) else bytes(raw)
    connection.execute(f"UPDATE records SET {column} = ? WHERE sequence = ?", (flipped, sequence))  # noqa: S608
    connection.commit()
    connection.close()
    assert [fault.sequence for fault in verify(path)] == [sequence]


def test_a_byte_flipped_in_the_file_never_passes_unseen(tmp_path: Path) -> None:
    whole = written(tmp_path / "journal.sqlite").read_bytes()
    sound = contents(tmp_path / "journal.sqlite")
    damaged = tmp_path / "damaged.sqlite"
    # Every 23rd byte, a different bit each time: 23 shares no factor with page or record length.
    for position in range(0, len(whole), 23):
        changed = bytearray(whole)
        changed[position] ^= 1 << position % 8
        damaged.write_bytes(changed)
        told = complaints(damaged)
        assert told or contents(damaged) == sound, position
        assert not any("\n" in line for line in told)


def complaints(path: Path) -> list[str]:
    try:
        return [str(fault) for fault in verify(path)]
    except JournalError as error:
        return [str(error)]


def contents(path: Path) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(path)
    try:
        return connection.execute("SELECT * FROM records ORDER BY sequence").fetchall()
    finally:
        connection.close()


def test_a_removed_record_is_missed(tmp_path: Path) -> None:
    path = written(tmp_path / "journal.sqlite")
    connection = sqlite3.connect(path)
    connection.execute("DELETE FROM records WHERE sequence = 7")
    connection.commit()
    connection.close()
    assert [str(fault) for fault in verify(path)] == ["record 7: missing: the next record is 8"]


def test_a_truncated_journal_is_told_in_one_line(tmp_path: Path) -> None:
    path = written(tmp_path / "journal.sqlite")
    whole = path.read_bytes()
    for kept in (len(whole) - 8192, len(whole) // 2, 100, 0):
        path.write_bytes(whole[:kept])
        (text,) = complaints(path)
        assert "damaged" in text or "not a journal" in text, kept
        assert "\n" not in text


@pytest.mark.parametrize("content", [b"", b"not a database at all, but long enough to be one" * 20])
def test_a_foreign_file_is_told_in_one_line(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.sqlite"
    path.write_bytes(content)
    for use in (verify, SqliteJournal.open, SqliteJournal.extend):
        with pytest.raises(JournalError, match=r"other\.sqlite: (no|not a) journal"):
            use(path)
    assert path.read_bytes() == content


def test_a_database_of_another_program_and_a_missing_file(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "other.sqlite")
    connection.execute("CREATE TABLE records (a)")
    connection.close()
    with pytest.raises(JournalError, match="not a journal of LaunchWatch"):
        verify(tmp_path / "other.sqlite")
    with pytest.raises(JournalError, match="no such file"):
        verify(tmp_path / "none.sqlite")


def test_an_older_journal_is_migrated_when_extended_and_a_newer_one_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path / "journal.sqlite")
    index = "CREATE INDEX by_stream ON records (stream)"
    monkeypatch.setattr(journal_module, "MIGRATIONS", (*journal_module.MIGRATIONS, index))
    with pytest.raises(JournalError, match="extend it once"):
        SqliteJournal.open(path)
    SqliteJournal.extend(path).close()
    with SqliteJournal.open(path) as migrated:
        assert list(migrated.read("cn/alone")) == BEATS[20:40]
    monkeypatch.undo()
    with pytest.raises(JournalError, match="newer than this program"):
        SqliteJournal.open(path)


def test_a_record_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    path = written(tmp_path / "journal.sqlite")
    connection = sqlite3.connect(path)
    connection.execute("UPDATE records SET payload = x'00' WHERE sequence = 3")
    connection.commit()
    connection.close()
    with SqliteJournal.open(path) as journal, pytest.raises(JournalError, match=r"record 3: .*; run verify"):
        list(journal.read("ru/alone"))


def test_speed(tmp_path: Path, measured: Callable[[str], None]) -> None:
    beats = [heartbeat(number, number) for number in range(20_000)]
    start = time.perf_counter()
    with SqliteJournal.create(tmp_path / "journal.sqlite") as journal:
        for batch in range(0, len(beats), 500):
            journal.append("ru/alone", "input", beats[batch : batch + 500])
    size = len(codec.pack(beats[-1]))
    measured(f"{len(beats) / (time.perf_counter() - start):,.0f} records/s of {size} bytes, appended in batches of 500")
