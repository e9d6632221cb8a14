"""Asks GitHub through the person's own `gh` what became of a repository's pull requests, page by page."""

import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from threading import Timer
from typing import NamedTuple

from mcp_server.importers import document
from mcp_server.importers.forges import github_query
from mcp_server.importers.found import NotAReport
from mcp_server.offspring import apart, end
from store.text import clean_line

PATIENCE = 60.0
"""Seconds that one call of `gh` may take."""
MOST = 2000
"""Pull requests of one pull; older ones are left where they are."""

_NAME = re.compile(
    r"(?:(?P<host>\w[\w.-]{0,250}(?::\d{1,5})?)/)?(?P<owner>\w[\w-]{0,99})/(?P<name>[\w.][\w.-]{0,99})", re.ASCII
)
_UNWANTED = frozenset({"GH_DEBUG", "DEBUG", "GH_FORCE_TTY", "CLICOLOR_FORCE", "PAGER"})
_QUIET = {"GH_PAGER": "", "GH_PROMPT_DISABLED": "1", "GH_NO_UPDATE_NOTIFIER": "1", "NO_COLOR": "1"}


class GitHubError(Exception):
    """`gh` could not do it; one line says why and what to do. What came before it is whole."""


class TooSlowError(GitHubError):
    """GitHub did not manage the answer; a smaller one may be possible."""


class Repository(NamedTuple):
    """A repository on a host of GitHub's."""

    host: str
    """Empty for the one that `gh` uses by itself."""
    owner: str
    name: str

    def __str__(self) -> str:
        return "/".join(filter(None, self))


class Answer(NamedTuple):
    """How a call of `gh` ended."""

    code: int
    output: bytes
    told: str
    """The beginning of what it wrote to stderr."""


Run = Callable[[Sequence[str]], Answer]
"""Calls `gh` with these arguments. Raises `GitHubError` where there is none, or where it takes too long."""


def repository(named: str) -> Repository:
    """The repository that somebody named `OWNER/REPO`, or `HOST/OWNER/REPO`. Raises `GitHubError`."""
    found = _NAME.fullmatch(named.removesuffix(".git"))
    if found is None or found["name"] in {".", ".."}:
        shown = clean_line(named, limit=80).text
        raise GitHubError(f"{shown!r} is no repository; name it OWNER/REPO, as in octocat/hello-world")
    return Repository(found["host"] or "", found["owner"], found["name"])


def pull(
    repo: str,
    *,
    since: float | None = None,
    run: Run | None = None,
    progress: Callable[[int, int], None] | None = None,
    most: int = MOST,
) -> Iterator[bytes]:
    """JSON documents for the importer `github`: what was said and done in pull requests, newest first.

    `since`, in seconds since the epoch, leaves out pull requests that did not change after it;
    `progress` is told how many were read, and of how many in the repository. Every document is whole
    when it comes, so whoever stops in between has lost nothing of what came before. Raises
    `GitHubError`: at once for a name that is none, else between two documents.
    """
    return _pages(_Asking(repository(repo), run or ask_gh), since, progress, most)


def ask_gh(arguments: Sequence[str]) -> Answer:
    """Call the person's own `gh`: their login and environment; no shell, no pager, no question."""
    program = _program()
    if program is None:
        raise GitHubError(
            "gh is not installed; get it from https://cli.github.com and run `gh auth login`, or ingest saved payloads"
        )
    environment = {name: value for name, value in os.environ.items() if name not in _UNWANTED} | _QUIET
    with tempfile.TemporaryFile() as errors:
        try:
            running = subprocess.Popen(
                [program, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                env=environment,
                **apart(),
            )
        except OSError as error:
            raise GitHubError(f"gh cannot be started ({error.strerror}); run `gh --version` to see why") from error
        output = _output(running)
        errors.seek(0)
        return Answer(running.returncode, output, errors.read(8192).decode("utf-8", "replace"))


def _program() -> str | None:
    """Where `gh` is: never in a folder that depends on where we are, which may be anybody's project."""
    folders = os.pathsep.join(folder for folder in os.get_exec_path() if os.path.isabs(folder))  # noqa: PTH117
    found = shutil.which("gh", path=folders)
    return found if found and os.path.isabs(found) else None  # noqa: PTH117


def _output(running: "subprocess.Popen[bytes]") -> bytes:
    """All that it prints. Raises `GitHubError` where that is too much, or does not come."""
    assert running.stdout is not None
    late: list[bool] = []

    def give_up() -> None:
        late.append(True)
        end(running.pid)

    with running:
        too_long = Timer(PATIENCE, give_up)
        try:
            too_long.start()
            printed = running.stdout.read(document.LARGEST + 1)
            if len(printed) <= document.LARGEST:
                running.wait()
        except BaseException:
            end(running.pid)
            raise
        finally:
            too_long.cancel()
        if len(printed) > document.LARGEST:
            end(running.pid)
    if late:
        raise TooSlowError(f"gh gave no answer in {PATIENCE:.0f} seconds; check the network and run it again")
    if len(printed) > document.LARGEST:
        raise TooSlowError(f"gh answered with more than {document.LARGEST:,} bytes; give a later --since")
    return printed


# --- pages


class _Asking(NamedTuple):
    """Who is asked about what."""

    where: Repository
    run: Run

    def query(self, text: str, cursor: str) -> object:
        """The repository in the answer to a query. Raises `GitHubError`."""
        fields = {"owner": self.where.owner, "name": self.where.name, "query": text}
        fields |= {"cursor": cursor} if cursor else {}
        given = [part for name, value in fields.items() for part in ("--raw-field", f"{name}={value}")]
        answer = self.run(["api", *self._host(), *given, "--", "graphql"])
        try:
            found = document.at(document.load(answer.output, "gh"), "data", "repository")
        except NotAReport:
            found = None
        # What this person may not see comes as an error beside the rest, which is good.
        if found is None:
            raise self.error(answer)
        return found

    def pages(self, path: str) -> Iterator[bytes]:
        """All pages of a REST list, or those that came before something went wrong. Raises `GitHubError`."""
        endpoint = f"repos/{self.where.owner}/{self.where.name}/{path}?per_page=100"
        answer = self.run(["api", *self._host(), "--paginate", "--", endpoint])
        if answer.output.lstrip().startswith(b"["):  # and no object that only says what went wrong
            yield answer.output
        if answer.code != 0:
            raise self.error(answer)

    def error(self, answer: Answer) -> GitHubError:
        """What went wrong, in a line with the way out; only what `gh` itself says of it is looked at."""
        told = answer.told.lower()
        if "rate limit" in told:
            return GitHubError(f"{self._limit(told)}; what came before it is kept, run it again then")
        for signs, way_out in _WAYS_OUT:
            if any(sign in told for sign in signs) or (answer.code == _NO_LOGIN and way_out is _LOG_IN):
                return GitHubError(way_out.format(where=self.where, host="".join(f" {each}" for each in self._host())))
        said = clean_line(answer.told, limit=160).text or f"exit code {answer.code} and nothing said"
        if any(sign in told for sign in _TOO_MUCH):
            return TooSlowError(f"GitHub did not manage the answer ({said}); run it again later")
        return GitHubError(f"gh failed ({said}); run `gh auth status` to see whether it works")

    def _limit(self, told: str) -> str:
        """Which limit was reached, and until when."""
        if "secondary" in told:
            return "GitHub asks to be asked more slowly, for some minutes"
        answer = self.run(["api", *self._host(), "--", "rate_limit"])
        with suppress(NotAReport, OverflowError, OSError, ValueError):
            limits = document.at(document.load(answer.output, "gh"), "resources")
            spent = [each for each in ("graphql", "core") if document.whole(limits, each, "remaining") == 0]
            until = document.whole(limits, spent[0], "reset") if spent else None
            if until is not None:
                when = datetime.fromtimestamp(until, UTC).strftime("%Y-%m-%d %H:%M UTC")
                return f"GitHub's rate limit for this login is used up until {when}"
        return "GitHub's rate limit for this login is used up, for an hour at most"

    def _host(self) -> list[str]:
        return ["--hostname", self.where.host] if self.where.host else []


_NO_LOGIN = 4
"""The exit code of `gh` where somebody has to log in first."""
_LOG_IN = "gh is not logged in; run `gh auth login{host}` and then this again"
_WAYS_OUT = (
    (("saml", "single sign-on"), "the organisation of {where} asks for single sign-on; run `gh auth refresh{host}`"),
    (("gh auth login", "http 401", "bad credentials"), _LOG_IN),
    (
        ("could not resolve to a repository", "http 404"),
        "this login sees no repository {where}; check the name, and the login with `gh auth status`",
    ),
    (
        (
            "error connecting to",
            "dial tcp",
            "no such host",
            "network is unreachable",
            "connection refused",
            "connection reset",
            "i/o timeout",
            "tls handshake",
        ),
        "GitHub cannot be reached; check the network and run it again",
    ),
)
_TOO_MUCH = ("http 502", "http 503", "http 504", "something went wrong", "unexpected end of json", "timeout")


def _pages(
    asking: _Asking, since: float | None, progress: Callable[[int, int], None] | None, most: int
) -> Iterator[bytes]:
    cursor, many, done = "", github_query.PAGE, 0
    while done < most:
        many = min(many, most - done)
        try:
            found = asking.query(github_query.page(many), cursor)
        except TooSlowError:
            if many == 1:
                raise
            many = max(many // 3, 1)  # a few long pull requests can be more than GitHub manages at once
            continue
        every = document.items(found, "pullRequests", "nodes")
        fresh = [each for each in every if since is None or (document.moment(each, "updatedAt") or since) >= since]
        if fresh:
            kept = {"nameWithOwner": f"{asking.where.owner}/{asking.where.name}", "pullRequests": {"nodes": fresh}}
            yield _answer(kept)
        for each in fresh:
            yield from _rest(asking, each)
        done += len(fresh)
        if progress is not None:
            progress(done, max(document.whole(found, "pullRequests", "totalCount") or 0, done))
        cursor = _next(document.at(found, "pullRequests"))
        if not cursor or not fresh or len(fresh) < len(every):
            return


def _rest(asking: _Asking, one: object) -> Iterator[bytes]:
    """What a pull request holds beyond the page: lists that go on, and threads that do."""
    number = document.whole(one, "number")
    if number is None:
        return
    long = any(_next(document.at(each, "comments")) for each in document.items(one, "reviewThreads", "nodes"))
    for name, place in github_query.PLACES.items():
        cursor = _next(document.at(one, *place))
        while cursor:
            found = asking.query(github_query.rest(number, name), cursor)
            yield _answer(found)
            threads = document.items(found, "pullRequest", "reviewThreads", "nodes")
            long = long or any(_next(document.at(each, "comments")) for each in threads)
            following = _next(document.at(found, "pullRequest", *place))
            cursor = following if following != cursor else ""
    if long:
        yield from asking.pages(f"pulls/{number}/comments")


def _next(connection: object) -> str:
    """Where a list goes on; empty where it ends."""
    more = document.at(connection, "pageInfo", "hasNextPage") is True
    return document.text(connection, "pageInfo", "endCursor") if more else ""


def _answer(repository_: object) -> bytes:
    return json.dumps({"data": {"repository": repository_}}).encode()
