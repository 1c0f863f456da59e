"""How a message can be read: as a whole, question by question, and in the light of what was said before. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ketamine_guide.nlu.windows import windows

_MOST_CLAUSES = 12
# A follow-up leans on what came before: it is short, and it opens or points like this.
_LEANING_WORDS = 9
_OPENS = re.compile(
    r"^(?:and|but|so|or|also|then|ok(?:ay)?|what about|how about|what if|why|how come|how so|same|even|only|for "
    r"(?:how long|everyone|all))\b"
)
_POINTS = re.compile(r"\b(?:it|its|that|this|those|these|they|them|their|one|ones|there|then|else|more|same)\b")
_FEW_WORDS = 4

# Where one question may end and the next begin: a stop, a line, a number, a conjunction before a question's words.
_ASKING = (
    r"(?:(?:(?:for|over|in|after|by) )?(?:how|what)|hows|hw|whats|what's|wh?[ao]ts?|when|where|who|whos|why|y|which"
    r"|wich|is|are|r|am|do|does|du[sz]|doz|did"
    r"|can|could|cud|will|would|wud|should|shud|may|shall|has|have|im|i'm|if|whether|any|anything|tell me)"
)
_JOINING_WORD = r"(?:and|also|plus|or|but|then|n|&|\+)"
_JOINING = rf"(?:and also|{_JOINING_WORD})"
_BETWEEN = re.compile(
    rf"(?<=[.?!;])\s+|\n+|\s+(?=\d[.)]\s)|,?\s+{_JOINING}\s+(?={_ASKING}\b)|,\s*(?={_ASKING}\b)", re.IGNORECASE
)
_NUMBERED = re.compile(r"^\d[.)]\s+")
_IS_QUESTION = re.compile(
    rf"\?|^(?:(?:{_JOINING_WORD}|so|ok|hi|hello|hey|please|other thing is|my question is)\s+)*{_ASKING}\b"
    r"|\b(?:wonder(?:ing)?|curious|want(?:ed)? to (?:know|ask)|need to know|like to know|tell me|explain|any idea"
    r"|question|worried|scared|not sure|confused|understand|asking|how often|how long|how many|how much)\b",
    re.IGNORECASE,
)

_ORDER = {"first": 1, "second": 2, "third": 3, "one": 1, "two": 2, "three": 3, "last": -1}
_NUMBER = re.compile(r"(?:the |number |option |no\.? |#)?(?:([1-3])|(first|second|third|last|one|two|three))(?: one)?")


@dataclass(frozen=True)
class Reading:
    """One message, read.

    Attributes:
        windows: the message, or overlapping windows of a long one.
        clauses: its questions one by one; empty when it is a single clause.
        in_context: the question answered before with this message after it, when the message seems to lean on it.
        more: the topic that "tell me more" asks for now.
        chosen: the intent of the offered button whose words or number the message is.
        told: its clauses that are no questions, in which an emergency may stand.
    """

    windows: tuple[str, ...]
    clauses: tuple[str, ...] = ()
    in_context: str | None = None
    more: str | None = None
    chosen: str | None = None
    told: tuple[str, ...] = ()

    def texts(self) -> list[str]:
        """Every text that has to be encoded, each once; the message (or its first window) comes first.

        Not what is told: that can mostly be passed over by its words alone.
        """
        context = (self.in_context,) if self.in_context else ()
        return list(dict.fromkeys((*self.windows, *self.clauses, *context)))


def read(text: str, *, question: str | None = None, more: str | None = None) -> Reading:
    """Reads a message of any length and content.

    Args:
        text: the message.
        question: the topic in hand, in the words in which it is asked; None when there is none.
        more: the topic to go on with.
    """
    in_context = behind(question, text) if question and leans(text) else None
    asked = questions(text)
    told = tuple(clause for clause in _clauses(text) if clause not in asked)[-_MOST_CLAUSES:]
    return Reading(tuple(windows(text)), tuple(asked), in_context, more, told=told)


def behind(question: str, text: str) -> str:
    """A message behind the question it leans on, as the classifier learns and meets it."""
    return f"{question} {text}"


def questions(text: str) -> list[str]:
    """The clauses of a message that look like questions, in order; none when the message is a single clause."""
    return [clause for clause in _clauses(text) if _IS_QUESTION.search(clause)][:_MOST_CLAUSES]


def _clauses(text: str) -> list[str]:
    """The clauses of a message; none when it is a single one."""
    # Single spaces only: in a page of them `_BETWEEN` would look ahead from each to the last.
    text = "\n".join(" ".join(line.split()) for line in text.splitlines() if line.strip())
    clauses = [_NUMBERED.sub("", clause.strip()) for clause in _BETWEEN.split(text) if clause]
    clauses = [clause for clause in clauses if " " in clause or clause.endswith("?")]
    return [] if clauses == [text] else clauses


def leans(text: str) -> bool:
    """Whether a message seems to need what was said before to be understood."""
    words = text.lower().split()
    if not 0 < len(words) <= _LEANING_WORDS:
        return False
    said = " ".join(words)
    return len(words) <= _FEW_WORDS or bool(_OPENS.search(said) or _POINTS.search(said))


def choice(text: str, titles: list[str]) -> int | None:
    """Which of the offered buttons a message means, by its number or its words, counted from 0; None when none."""
    said = _plain(text)
    plain = [_plain(title) for title in titles]
    if said in plain:
        return plain.index(said)
    match = _NUMBER.fullmatch(said)
    if not match or not titles:
        return None
    number = int(match[1]) if match[1] else _ORDER[match[2]]
    return None if number > len(titles) else (number - 1 if number > 0 else len(titles) - 1)


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9# ]+", "", text.lower()).strip()
