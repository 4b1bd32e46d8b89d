"""An import's progress that nobody looks at."""


class NoProgress:
    """Satisfies `headwater.interop.load.Progress`."""

    def begin(self, experiment: str, runs: int) -> None:
        """See `Progress`."""

    def advance(self, runs: int, points: int) -> None:
        """See `Progress`."""
