"""What was measured of the two, and the bars that must be met. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

EARLY, MIDDLE, LATE = 2, 50, 200
# Turns that are counted as the 2nd, the 50th and the 200th: some more around each, so that one slow one tells little.
AROUND = 6


def percentile(values: Sequence[float], share: float) -> float:
    """The value below or at which this share (0 to 1) of the values are.

    Raises:
        ValueError: there are none.
    """
    if not values:
        raise ValueError("There is nothing to take a percentile of.")
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


@dataclass(frozen=True)
class Measured:
    """What one contender took. Times are in seconds, sizes in bytes.

    Attributes:
        name: the contender.
        alone: each message's time, one at a time.
        together: each message's time, sixteen at a time.
        rate: messages a second, sixteen at a time.
        conversations: the time of each turn, of each long conversation.
        stored: each message's time with a million events stored, by a bot of its own.
        unstored: the same, in turn with it, by a bot with an empty database.
        starts: from its start to its first answer, each time.
        training: its training.
        memory: what each process holds, by its name.
        archive: its model archive.
        screen: the crisis screen alone, each message; of this project only.
        at_once: how long each of fifty people in a crisis waited, who all wrote at once; of this project only.
    """

    name: str
    alone: Sequence[float]
    together: Sequence[float]
    rate: float
    conversations: Sequence[Sequence[float]]
    stored: Sequence[float]
    unstored: Sequence[float]
    starts: Sequence[float]
    training: float
    memory: Mapping[str, int]
    archive: int
    screen: Sequence[float] = field(default=())
    at_once: Sequence[float] = field(default=())

    def turn(self, number: int) -> float:
        """The median time of the turns from this one on."""
        first = number - (AROUND if number == LATE else 1)
        return median(time for turns in self.conversations for time in turns[first : first + AROUND])

    @property
    def growth(self) -> float:
        """How much slower the 200th turn is than the 2nd."""
        return self.turn(LATE) / self.turn(EARLY)

    @property
    def slowed_by_history(self) -> float:
        """How much slower it is with a million events stored."""
        return median(self.stored) / median(self.unstored)


@dataclass(frozen=True)
class Bar:
    """A ratio or a time that must be met.

    Attributes:
        title: what it is.
        value: what was measured.
        wanted: what must be met.
        at_least: whether the value must be at least that, or at most.
        unit: after the value.
    """

    title: str
    value: float
    wanted: float
    at_least: bool
    unit: str = "×"

    @property
    def is_met(self) -> bool:
        """Whether it is."""
        return self.value >= self.wanted if self.at_least else self.value <= self.wanted


def bars(ours: Measured, theirs: Measured) -> list[Bar]:
    """What must be met, and what was measured."""
    alone = [median(each.alone) for each in (ours, theirs)]
    slow = [percentile(each.alone, 0.99) for each in (ours, theirs)]
    starts = median(ours.starts) / median(theirs.starts)
    found = [
        Bar("Median latency: default / this", alone[1] / alone[0], 4, True),
        Bar("p99 latency: default / this", slow[1] / slow[0], 3, True),
        Bar("Messages a second, 16 at a time: this / default", ours.rate / theirs.rate, 4, True),
        Bar("Latency at turn 200 / turn 2", ours.growth, 1.25, False),
        Bar("Latency with 1,000,000 stored events / none", ours.slowed_by_history, 1.15, False),
        Bar("Start to first answer: this / default", starts, 0.5, False),
        Bar("Training time: this / default", ours.training / theirs.training, 0.25, False),
        Bar("Resident memory of Rasa: this / default", ours.memory["Rasa"] / theirs.memory["Rasa"], 0.6, False),
        Bar("The crisis screen alone, median", 1000 * median(ours.screen), 5, False, " ms"),
        Bar("Fifty in a crisis at once: the last reply", max(ours.at_once), 2, False, " s"),
    ]
    return found


def rows(ours: Measured, theirs: Measured) -> list[tuple[str, str, str, str]]:
    """The table: what, this project, Rasa's default, and default / this."""

    def row(title: str, value: float, other: float, unit: str, digits: int = 1) -> tuple[str, str, str, str]:
        return title, f"{value:.{digits}f} {unit}", f"{other:.{digits}f} {unit}", f"{other / value:.1f}"

    def times(title: str, share: float, kind: str) -> tuple[str, str, str, str]:
        value, other = (1000 * percentile(getattr(each, kind), share) for each in (ours, theirs))
        return row(title, value, other, "ms")

    table = [
        times("Message, one at a time: median", 0.5, "alone"),
        times("Message, one at a time: p99", 0.99, "alone"),
        times("Message, 16 at a time: median", 0.5, "together"),
        times("Message, 16 at a time: p99", 0.99, "together"),
        row("Messages a second, 16 at a time", ours.rate, theirs.rate, "/s"),
    ]
    for number in (EARLY, MIDDLE, LATE):
        table.append(
            row(f"Turn {number} of one conversation", 1000 * ours.turn(number), 1000 * theirs.turn(number), "ms")
        )
    table += [
        times("Message, an empty database beside the next", 0.5, "unstored"),
        times("Message, 1,000,000 stored events", 0.5, "stored"),
        row("Start to first answer", median(ours.starts), median(theirs.starts), "s"),
        row("Training", ours.training, theirs.training, "s", 0),
    ]
    for name in ours.memory:
        table.append(row(f"Resident memory: {name}", ours.memory[name] / 1e6, theirs.memory[name] / 1e6, "MB", 0))
    table.append(row("Model archive", ours.archive / 1e6, theirs.archive / 1e6, "MB"))
    return table
