"""Short ways to make the values that tests of the store hand in."""

from hashlib import sha256

from store.records import Evidence, Exposure, Kind, Session, Source, State, Trust, Wording
from store.revise import Add, Move, Step
from store.text import clean_rule, trusted_text

HERE = "example.org/demo"
PERSON = Source("command line", "person", Trust.OWNER)
NOW = 1_767_225_600.0


def wording(text: str, *paths: str, source: Source = PERSON) -> Wording:
    return Wording(clean_rule(text).text, paths, source)


def adding(text: str, *paths: str, state: State = State.ACTIVE, target: str = "") -> Step:
    return Step(Add(wording(text, *paths), state=state, target=target), kind="add", actor="person", reason="said so")


def moving(rule: int, state: State) -> Step:
    return Step(Move(rule, state), kind="move", actor="person", reason="decided")


def fact(
    text: str,
    *,
    kind: Kind = Kind.FEEDBACK,
    fingerprint: str = "",
    session: str | None = None,
    project: str = HERE,
    source: Source = PERSON,
    commit: str = "",
    branch: str = "",
    pull_request: str = "",
    path: str = "",
    time: float = NOW,
    **detail: object,
) -> Evidence:
    key = f"{kind}|{text}|{fingerprint}|{session}|{commit}|{branch}|{pull_request}|{path}|{detail}"
    return Evidence(
        project=project,
        kind=kind,
        text=trusted_text(text),
        source=source,
        time=time,
        hash=sha256(key.encode()).hexdigest(),
        fingerprint=fingerprint,
        session=session,
        commit=commit,
        detail=detail,
        branch=branch,
        pull_request=pull_request,
        path=path,
    )


def failure(target: str, session: str | None, **more: object) -> Evidence:
    return fact(f"{target} failed", kind=Kind.FAILURE, fingerprint=target, session=session, **more)  # pyright: ignore[reportArgumentType]


def session(ident: str = "s1", project: str = HERE) -> Session:
    return Session(ident, project, "test client", NOW, NOW)


def showing(rule: int, version: int = 1) -> Exposure:
    return Exposure("ignored", rule, version, 1.0, True, True, 0)
