"""Files made to cost time or memory are refused in one line, and what lies beside them is read all the same."""

import os
from pathlib import Path

import pytest

from mcp_server.commands import ingest
from mcp_server.importers import detect, document
from mcp_server.importers.found import NotAReport
from mcp_server.importers.runs import junit
from tests.doors.desk import Desk, failed
from tests.doors.desk import junit as whole

DTD = '<!DOCTYPE t [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
BOMBS = {
    "entities.xml": f'<?xml version="1.0"?>{DTD}<testsuite><testcase name="&x;"/></testsuite>',
    "late.xml": f'<?xml version="1.0"?><!-- {"x" * 70_000} -->{DTD}<testsuite><testcase name="&x;"/></testsuite>',
    "late.trx": f"<!-- {'x' * 70_000} -->{DTD}<TestRun><Results/></TestRun>",
    "deep.xml": "<testsuite>" * 1000,
    "wide.xml": f"<testsuite><testcase name='a'>{'<p/>' * (junit.LARGEST + 1)}</testcase></testsuite>",
    "deep.json": "[" * 100_000,
    "wide.json": f"[{'[],' * document.MOST}1]",
    "number.json": '{"results": {"tests": ' + "9" * 10_000 + "}}",
    "utf7.xml": '<?xml version="1.0" encoding="utf-7"?><testsuite/>',
    "nul.json": '{"a\0": 1}',
    "gz.xml": "\x1f\x8b\x08",
    "zip.trx": "PK\x03\x04",
    "nothing.xml": "",
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_in_one_line(name: str) -> None:
    with pytest.raises(NotAReport) as refused:
        detect.parse(BOMBS[name].encode("latin-1"), name)
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 300


def test_what_lies_beside_bombs_is_read(desk: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "reports"
    folder.mkdir()
    for name, text in BOMBS.items():
        (folder / name).write_bytes(text.encode("latin-1"))
    with (folder / "large.xml").open("wb") as large:
        large.truncate(ingest.MOST + 1)
    (folder / "folder.xml").mkdir()
    (folder / "loop").symlink_to(folder)
    (folder / "self.xml").symlink_to(folder / "self.xml")
    os.mkfifo(folder / "pipe.xml")
    (folder / "good.xml").write_text(whole(failed("test_a")), encoding="utf-8")
    assert desk.code("ingest", str(folder)) == 1
    assert desk.said[0].startswith(f"{folder}: 1 test, 1 failed")
    reports = [name for name in (*BOMBS, "large.xml") if Path(name).suffix in detect.REPORTS]
    for name in reports:
        (line,) = (each for each in desk.told if each.startswith(f"{folder / name}: refused, "))
        assert "\n" not in line
    assert not any("unexpected" in line or "Traceback" in line for line in (*desk.told, desk.errors))


def test_what_vanished_or_never_was_is_refused_by_name(desk: Desk, tmp_path: Path) -> None:
    good = tmp_path / "good.xml"
    good.write_text(whole(failed("test_a")), encoding="utf-8")
    gone = tmp_path / "gone.xml"
    gone.symlink_to(tmp_path / "nowhere")
    assert desk.code("ingest", str(gone), "a\nb", str(good)) == 1
    assert [line.partition(": refused")[0] for line in desk.told] == [str(gone), "a b"]
    assert desk.said[0].startswith(f"{good}: 1 test, 1 failed")
