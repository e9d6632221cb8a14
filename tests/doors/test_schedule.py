"""What a person's own scheduler starts runs anywhere, asks nobody, and is the same command everywhere."""

import plistlib
import re
from pathlib import Path

from tests.documents import ROOT
from tests.doors.desk import Desk, repository

PAGE = ROOT / "docs" / "schedule.md"
COMMAND = ("consolidate", "--all", "--if-due")


def test_every_scheduler_starts_the_same_command() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page.count(f"PROGRAM {' '.join(COMMAND)}") == 3
    (plist,) = re.findall(r"<\?xml.*?</plist>", page, re.DOTALL)
    assert plistlib.loads(plist.encode())["ProgramArguments"] == ["PROGRAM", *COMMAND]


def test_it_runs_from_the_home_folder_over_every_project_in_which_something_came(desk: Desk) -> None:
    repository(desk.folder)
    desk.run("feedback", "Never edit form.py by hand.")
    desk.folder = Path.home()
    desk.terminal = False
    assert "proposed: Never edit form.py by hand." in desk.run(*COMMAND)
    assert desk.asked == []
    desk.clock.forward(3600)
    assert desk.run(*COMMAND) == "", "nothing came since"
