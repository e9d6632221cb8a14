"""A run that had failures is never taken for one that went well, whatever becomes of its report on the way."""

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcp_server.importers import detect
from mcp_server.importers.found import NotAReport
from mcp_server.importers.runs.report import Report

JUNIT = """<?xml version="1.0"?>
<testsuites><testsuite name="s" tests="3" failures="1" errors="0" skipped="0">
<testcase classname="a.b" name="one" time="0.1"/>
<testcase classname="a.b" name="two"><failure message="AssertionError: x" type="AssertionError">trace
a/b.py:3: AssertionError</failure></testcase>
<testcase classname="a.b" name="three"><system-out>hi</system-out></testcase>
</testsuite></testsuites>"""
SILENT = re.sub(r' (?:tests|failures|errors|skipped)="\d"', "", JUNIT)
TRX = """<TestRun><Results>
<UnitTestResult testId="1" testName="One" outcome="Passed"/>
<UnitTestResult testId="2" testName="Two" outcome="Failed"><Output><ErrorInfo>
<Message>boom</Message><StackTrace>at x</StackTrace></ErrorInfo></Output></UnitTestResult>
</Results><TestDefinitions>
<UnitTest id="1"><TestMethod className="A.B" name="One"/></UnitTest>
<UnitTest id="2"><TestMethod className="A.B" name="Two"/></UnitTest></TestDefinitions></TestRun>"""
SUMMED = TRX.replace(
    "</TestRun>",
    '<ResultSummary outcome="Failed"><Counters total="2" passed="1" failed="1"/></ResultSummary></TestRun>',
)
COUNTS = {"tests": 2, "passed": 1, "failed": 1, "skipped": 0, "pending": 0, "other": 0}
TOLD = [{"name": "one", "status": "passed"}, {"name": "two", "status": "failed", "message": "boom"}]
CTRF = json.dumps({"reportFormat": "CTRF", "results": {"tool": {"name": "jest"}, "summary": COUNTS, "tests": TOLD}})
GO = "\n".join(
    json.dumps({"Action": action, "Package": "p", **({"Test": test} if test else {})})
    for action, test in [("run", "A"), ("pass", "A"), ("run", "B"), ("fail", "B"), ("fail", "")]
)
REPORTS = [JUNIT, SILENT, SILENT.replace("failure", "error"), TRX, SUMMED, CTRF, GO]


def succeeded(text: str) -> bool:
    """Is the report read as a run that went well? Anything but a refusal by name fails the test."""
    try:
        found = detect.parse(text.encode("utf-8", "replace"), "r")
    except NotAReport:
        return False
    return isinstance(found, Report) and found.succeeded


@pytest.mark.parametrize("text", REPORTS)
def test_the_reports_themselves_are_read_as_failed(text: str) -> None:
    found = detect.parse(text.encode(), "r")
    assert isinstance(found, Report)
    assert (found.failures + found.errors, found.partial, found.succeeded) == (1, False, False)


@pytest.mark.parametrize("text", REPORTS)
def test_a_report_that_breaks_off_anywhere_is_no_success(text: str) -> None:
    assert not [end for end in range(len(text)) if succeeded(text[:end])]


@pytest.mark.parametrize("text", REPORTS)
@pytest.mark.parametrize("change", [str.upper, str.capitalize, "{}x".format, "ns:{}".format])
def test_a_report_in_other_words_is_no_success(text: str, change: object) -> None:
    assert callable(change)
    words = set(re.findall(r"[A-Za-z_-]{3,}", text)) - {"status"}  # without that attribute nothing says otherwise
    wrong = [word for word in sorted(words) if succeeded(re.sub(rf"\b{word}\b", str(change(word)), text))]
    assert wrong == []


@pytest.mark.parametrize("text", REPORTS)
@given(data=st.data())
@settings(max_examples=60)
def test_a_report_with_something_between_is_no_success(text: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(text)))
    more = data.draw(
        st.sampled_from(["<", ">", '"', "&", "\0", "\x1b", "{", "}", "]", "<!--", "<![CDATA[", "<?", "\n"])
    )
    again = data.draw(st.integers(0, len(text)))
    torn = text[:place] + more + text[place:]
    assert not succeeded(torn[:again] + more + torn[again:])


@pytest.mark.parametrize("status", ["faileo", "FAIL!", "crashed", "killed"])
def test_a_status_in_an_unknown_word_is_no_success(status: str) -> None:
    assert not succeeded(f"<testsuite name='s'><testcase name='a' status='{status}'/><testcase name='b'/></testsuite>")


def test_cases_without_a_name_are_no_attempts_at_one_test() -> None:
    assert not succeeded("<testsuite><testcase status='failed'/><testcase/></testsuite>")
    assert not succeeded(
        "<TestRun><Results><UnitTestResult outcome='Failed'/><UnitTestResult outcome='Passed'/></Results></TestRun>"
    )


def test_a_defined_test_without_a_result_leaves_the_run_open() -> None:
    assert not succeeded(re.sub(r'<UnitTestResult testId="2".*?</UnitTestResult>', "", TRX, flags=re.DOTALL))


def test_an_element_of_another_kind_may_be_the_missing_test() -> None:
    assert not succeeded("<testsuite tests='2'><test name='a' status='failed'/><testcase name='b'/></testsuite>")
    assert not succeeded("<testsuite><testcase name='a'><x:failure/></testcase><testcase name='b'/></testsuite>")
    assert succeeded("<testsuites tests='6'><testsuite tests='3'><testcase name='a'/></testsuite></testsuites>")


def test_a_run_in_which_everything_was_skipped_is_no_success() -> None:
    assert not succeeded("<testsuite><testcase name='a' status='run'><skipped/></testcase></testsuite>")
