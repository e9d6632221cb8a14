"""What GitHub is asked about pull requests: few questions, whose answers the reader of `gh --json` understands."""

PAGE = 25
"""Pull requests in one answer, with the first of everything they hold."""

_WHO = "{ __typename login }"
_MORE = "pageInfo { hasNextPage endCursor }"
_HEAD = f"""number title url authorAssociation isCrossRepository headRefName headRefOid baseRefName
    author {_WHO}"""
_SAID = f"""id body createdAt updatedAt authorAssociation author {_WHO} isMinimized minimizedReason"""

_PARTS = {
    "reviews": f"""reviews(first: MANY AFTER) {{ {_MORE} nodes {{
        id state body submittedAt authorAssociation author {_WHO} commit {{ oid }} }} }}""",
    "reviewThreads": f"""reviewThreads(first: MANY AFTER) {{ {_MORE} nodes {{
        id isResolved isOutdated path line originalLine startLine originalStartLine diffSide resolvedBy {_WHO}
        comments(first: 20) {{ {_MORE} nodes {{
            {_SAID} path diffHunk replyTo {{ id }} originalCommit {{ oid }} }} }} }} }}""",
    "comments": f"""comments(first: MANY AFTER) {{ {_MORE} nodes {{ {_SAID} }} }}""",
    "checks": f"""commits(last: 1) {{ nodes {{ commit {{ oid statusCheckRollup {{ contexts(first: MANY AFTER) {{ {_MORE}
        nodes {{
            __typename
            ... on CheckRun {{ id name status conclusion startedAt completedAt detailsUrl title summary
                checkSuite {{ workflowRun {{ event workflow {{ name }} }} }} }}
            ... on StatusContext {{ id context state description createdAt }} }} }} }} }} }} }}""",
}
"""Every list that a pull request holds, by a name of ours."""

PLACES: dict[str, tuple[str | int, ...]] = {
    "reviews": ("reviews",),
    "reviewThreads": ("reviewThreads",),
    "comments": ("comments",),
    "checks": ("commits", "nodes", 0, "commit", "statusCheckRollup", "contexts"),
}
"""Where in a pull request each list lies."""


def page(many: int) -> str:
    """The newest pull requests with the first of every list. Variables: owner, name, cursor."""
    parts = "\n".join(part.replace("MANY AFTER", "50") for part in _PARTS.values())
    return f"""query($owner: String!, $name: String!, $cursor: String) {{
  repository(owner: $owner, name: $name) {{ nameWithOwner
    pullRequests(first: {many}, after: $cursor, orderBy: {{field: UPDATED_AT, direction: DESC}}) {{
      totalCount {_MORE}
      nodes {{ {_HEAD} body state updatedAt mergedAt closedAt mergedBy {_WHO} mergeCommit {{ oid }}
        {parts} }} }} }} }}"""


def rest(number: int, name: str) -> str:
    """What one list of a pull request holds after a place. Variables: owner, name, cursor."""
    part = _PARTS[name].replace("MANY AFTER", "100, after: $cursor")
    return f"""query($owner: String!, $name: String!, $cursor: String) {{
  repository(owner: $owner, name: $name) {{ nameWithOwner
    pullRequest(number: {number}) {{ {_HEAD} {part} }} }} }}"""
