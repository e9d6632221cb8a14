"""The one place in which several things happened, as a glob, where there is one."""

from collections.abc import Iterable


def common(files: Iterable[str]) -> str:
    """The file that all of them are, else the deepest folder that holds all, as a glob; empty where there is none."""
    distinct = sorted({file.strip("/") for file in files if file.strip("/")})
    if len(distinct) < 2:
        return distinct[0] if distinct else ""
    parts = [file.split("/")[:-1] for file in distinct]
    shared: list[str] = []
    for names in zip(*parts, strict=False):
        if len(set(names)) > 1:
            break
        shared.append(names[0])
    return f"{'/'.join(shared)}/**" if shared else ""


def touched_by_all(sessions: Iterable[Iterable[str]]) -> str:
    """The place that every session worked in; empty where one has none, or nothing is common to all."""
    each = [frozenset(files) for files in sessions]
    if not each or not all(each):
        return ""
    together = each[0].intersection(*each)
    if together:
        return common(together)
    homes = [common(files) for files in each]
    return (
        common(home.removesuffix("/**") + ("/x" if home.endswith("/**") else "") for home in homes)
        if all(homes)
        else ""
    )
