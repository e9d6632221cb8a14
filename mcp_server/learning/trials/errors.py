"""What the decision engine refuses, one class per cause, each with the line of the log where that is known."""


class TrialError(Exception):
    """Base of everything that is refused; doors catch this one and print its line."""

    name = "refused"

    def __init__(self, sentence: str, line: int = 0) -> None:
        self.sentence, self.line = sentence, line
        place = f"line {line}: " if line else ""
        super().__init__(f"{place}{self.name}: {sentence}")

    def at(self, line: int) -> "TrialError":
        """The same refusal with the number of the line that caused it."""
        return type(self)(self.sentence, line)


class MalformedError(TrialError):
    """A line that is no message, or a message that lacks what it needs."""

    name = "malformed line"


class UnknownEventError(TrialError):
    """A message of a kind that the contract does not have."""

    name = "unknown event"


class UnknownIdError(TrialError):
    """A rule or a session that no earlier line announced."""

    name = "unknown id"


class DuplicateError(TrialError):
    """A rule, a session or an exposure that an earlier line announced already."""

    name = "duplicated id"


class ClockError(TrialError):
    """A time before that of an earlier line."""

    name = "time steps back"


class SettingError(TrialError):
    """A setting that does not exist, or whose value is out of range."""

    name = "setting"


class StateError(TrialError):
    """A kept state that this version cannot go on from."""

    name = "state"
