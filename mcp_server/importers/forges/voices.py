"""Whose word a review, comment or act in a pull request is, and how far that word may be trusted."""

import re
from typing import NamedTuple

from mcp_server.importers import document
from mcp_server.importers.forges import objects, short
from mcp_server.learning.plain import listed
from store.records import Trust

CI = {"github": "ci:github", "gitlab": "ci:gitlab"}
"""Who speaks in the result of a check."""


class Voice(NamedTuple):
    """Somebody who is counted once."""

    identity: str
    """`github:alice`, `bot:github:dependabot`, `gitlab:alice`."""
    trust: Trust

    @property
    def name(self) -> str:
        """The name alone."""
        return self.identity.rpartition(":")[2]

    @property
    def known(self) -> bool:
        """Does the file say who it was?"""
        return self.name != _NOBODY


_NOBODY = "unknown"
_MEMBERS = frozenset({"OWNER", "MEMBER", "COLLABORATOR"})
_GITLABS_BOT = re.compile(
    r"(?:project|group)_\d{1,20}_bot\w*+|service_account_\w++|[\w-]{1,80}[-_]bot|GitLabDuo", re.IGNORECASE
)
_LONE_BOTS = listed(
    """
    chatgpt-codex-connector claude codecov codecov-commenter coderabbitai copilot copilot-pull-request-reviewer
    copilot-swe-agent cubic-dev-ai cursor dependabot devin-ai-integration ellipsis-dev gemini-code-assist
    github-actions github-advanced-security google-labs-jules graphite-app greptile-apps korbit-ai mergify
    netlify pre-commit-ci qodo-merge-pro renovate semantic-release-bot sonarcloud sonarqubecloud sourcery-ai
    vercel
    """
)
"""Logins of programs: `gh` tells of a reviewer the login and nothing else."""


def on_github(user: object, association: object = None, *, app: object = None) -> Voice:
    """Who a GitHub user is. `association` is theirs with the repository, `app` the program they spoke through.

    Owners, members and collaborators can be invited by the repository's owner only; contributors are
    anybody whose change was taken once, so their word weighs no more than a stranger's.
    """
    login = document.text(user, "login")
    plain = login.removeprefix("app/").removesuffix("[bot]")
    name = _name(plain)
    kinds = (document.text(user, "type"), document.text(user, "__typename"))
    bot = (
        "Bot" in kinds
        or document.at(user, "is_bot") is True
        or plain != login
        or name.lower() in _LONE_BOTS
        or objects.is_one(app)
    )
    if bot:
        return Voice(f"bot:github:{name}", Trust.AGENT)
    member = isinstance(association, str) and association.upper() in _MEMBERS
    return Voice(f"github:{name}", Trust.MEMBER if member and name != _NOBODY else Trust.ANONYMOUS)


def on_gitlab(user: object, project: object = None, *, decided: bool = False) -> Voice:
    """Who a GitLab user is.

    GitLab says of nobody whether they are a member. Two things do: a private project (level 0) lets
    nobody else in, and to approve or to merge (`decided`) takes a developer's rights. All others are
    strangers.
    """
    name = _name(document.text(user, "username") or document.text(user, "name"))
    if _GITLABS_BOT.fullmatch(name):
        return Voice(f"bot:gitlab:{name}", Trust.AGENT)
    member = decided or document.whole(project, "visibility_level") == 0
    return Voice(f"gitlab:{name}", Trust.MEMBER if member and name != _NOBODY else Trust.ANONYMOUS)


def _name(told: str) -> str:
    # No name of either service holds a blank or a colon; what does must not look like another's identity.
    return "-".join(short.name(told, limit=100).replace(":", " ").split()) or _NOBODY
