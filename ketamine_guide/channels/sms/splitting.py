"""Cuts a reply into text messages. Pure.

What fits into two segments is one message. What does not is cut between sentences and numbered ("1/2 "), three segments
at a time; the rest waits for the word MORE.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from ketamine_guide.channels.sms.gsm import segments

# A delivery: a message of two segments, then one of one.
_DELIVERY = (2, 1)
_SENTENCE = re.compile(r"(?<=[.?!:;])\s+")
# What the numbers take: as long as these.
_MARK_ROOM, _LONG_MARK_ROOM = "1/9 ", "10/99 "
_MOST_WITH_SHORT_MARKS = 9
# Fits into a segment beside number and notice, even of signs that count twice.
_LONGEST_WORD = 60
_MARK = re.compile(r"^(\d{1,2})/(\d{1,2}) ")


def deliveries(blocks: Sequence[str], more: str) -> list[list[str]]:
    """The text messages of a reply, in deliveries: the first is sent now, each further one after a MORE.

    Args:
        blocks: the reply's parts in GSM-7, each a line or several; a part stays in one message when it fits there.
        more: what stands at the end of a delivery that another one follows.
    """
    whole = "\n".join(blocks)
    if not whole:
        return []
    if segments(whole) <= _DELIVERY[0]:
        return [[whole]]
    bodies = _fill(blocks, _MARK_ROOM, "")
    if len(bodies) > len(_DELIVERY):
        bodies = _fill(blocks, _MARK_ROOM, f"\n{more}")
    if len(bodies) > _MOST_WITH_SHORT_MARKS:
        bodies = _fill(blocks, _LONG_MARK_ROOM, f"\n{more}")
    count = len(bodies)
    cut = [bodies[at : at + len(_DELIVERY)] for at in range(0, count, len(_DELIVERY))]
    numbers = iter(range(1, count + 1))
    numbered = [[f"{next(numbers)}/{count} {body}" for body in group] for group in cut]
    for group in numbered[:-1]:
        group[-1] += f"\n{more}"
    return numbered


def with_choices(blocks: Sequence[str], choices: str, more: str) -> list[list[str]]:
    """The same with choices below: in the last message where they fit, else in one of their own without a number.

    Args:
        blocks, more: as for `deliveries`.
        choices: what stands below, one segment at most; empty when there are none.
    """
    together = deliveries([*blocks, choices] if choices else blocks, more)
    apart = deliveries(blocks, more)
    if len(together) == 1 or len(apart) != 1:
        return together
    bodies = [*apart[0], choices]
    return [bodies] if sum(map(segments, bodies)) <= sum(_DELIVERY) else together


def rejoined(bodies: Iterable[str]) -> str:
    """Several messages as one text, without their numbers: for a gateway that joins and cuts by itself."""
    return "\n".join(_MARK.sub("", body) for body in bodies)


def _fill(blocks: Sequence[str], mark: str, more: str) -> list[str]:
    """The texts of the messages, each as full as it may be without cutting a sentence.

    Args:
        blocks: as for `deliveries`.
        mark: as long as the number before each.
        more: what may stand at the end of a delivery.
    """
    bodies: list[str] = []
    body = ""

    def fits(text: str, place: int) -> bool:
        last = place == len(_DELIVERY) - 1
        return segments(f"{mark}{text}{more if last else ''}") <= _DELIVERY[place]

    smallest = len(_DELIVERY) - 1
    for block in blocks:
        glue = "\n"
        for piece in [block] if fits(block, smallest) else _SENTENCE.split(block):
            for bit in _bits(piece, lambda text: fits(text, smallest)):
                joined = f"{body}{glue}{bit}" if body else bit
                if fits(joined, len(bodies) % len(_DELIVERY)):
                    body = joined
                else:
                    bodies.append(body)
                    body = bit
                glue = " "
    return [*bodies, body]


def _bits(piece: str, fits: Callable[[str], bool]) -> Iterator[str]:
    """A piece that fits nowhere, cut between its lines or words, and a word that fits nowhere wherever it must be."""
    if fits(piece):
        yield piece
        return
    line = ""
    for word in re.split(r"[ \n]+", piece):
        for part in (word[at : at + _LONGEST_WORD] for at in range(0, len(word), _LONGEST_WORD)):
            if line and not fits(f"{line} {part}"):
                yield line
                line = part
            else:
                line = f"{line} {part}" if line else part
    yield line
