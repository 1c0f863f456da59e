"""Takes personal details out of what a patient wrote, before it is kept. Pure.

Rather a word too many than a name too few: the question survives either way.
"""

from __future__ import annotations

import re
import unicodedata

# Control characters, and the invisible ones that could split a number: Unicode's categories.
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn"}

_CAPITAL = r"[A-ZÀ-ÖØ-Þ][^\W\d_]*(?:['’-][^\W\d_]+)*\.?"
# A name ends where the sentence goes on. People who write in small letters write their names so too.
_GOES_ON = (
    r"(?!(?i:a|about|after|all|am|an|and|any|are|as|asap|at|back|been|but|by|can|could|did|do|does|for|from|got|had|has"
    r"|have|how|i|if|i['’]?m|i['’]?ve|im|in|is|it|just|later|may|my|need|no|not|now|of|on|or|please|should|since|so|the"
    r"|this|to|today|tomorrow|want|was|we|what|when|where|which|who|why|will|with|would|you|your"
    r"|al|como|con|cuando|cuánto|de|del|el|en|es|estoy|la|las|lo|los|me|mi|necesito|o|para|pero|por|porque|puedo|que|qué"
    r"|quiero|si|soy|tengo|un|una|y|ya|yo|said|says|told|thinks|wants)(?:['’]\w{1,2})?(?![\w'’-]))"
)
_SMALL = rf"{_GOES_ON}[^\W\d_]+(?:['’-][^\W\d_]+)*"
_NAME = rf"(?:{_GOES_ON}{_CAPITAL}(?:\s+{_GOES_ON}{_CAPITAL}){{0,3}}|{_SMALL}(?:\s+{_SMALL})?)"
_NAMES = rf"{_GOES_ON}{_CAPITAL}(?:\s+{_GOES_ON}{_CAPITAL}){{0,2}}"
_NAME_CUE = (
    r"(?i:\b(?:my|his|her|their|patient)(?:\s(?:full|first|last))?\sname(?:\sis|['’]?s|:)"
    r"|\bi(?:['’]?m|\sam)\scalled|\bcalls?\sme|\bme\sllamo|\b(?:mi|su)\snombre\ses|\bmi\s\w+\sse\sllama)"
)
_RELATIVE = (
    r"(?i:\b(?:my|mi)\s(?:husband|wife|partner|boyfriend|girlfriend|fianc[ée]e?|son|daughter|mother|father|mom|mum|dad"
    r"|brother|sister|friend|therapist|doctor|nurse|psychiatrist|boss|esposo|esposa|hijo|hija|hermano|hermana|madre"
    r"|padre|amigo|amiga))"
)
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre"
    r"|diciembre)"
)
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_PART_OF_DATE = rf"(?:{_MONTH}\b\.?|\d[\w/.-]*)"
_MEASURE = r"(?!(?:min|minute|hour|hr|day|week|wk|month|year|yr|mile|km|time|mg|ml|session|infusion|dose|visit)s?\b)"
_SPELLED = (
    r"(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|cero|uno|dos|tres|cuatro|cinco|seis|siete|ocho|nueve)"
)

# In this order: what is special before what is general.
_RULES = [
    (re.compile(pattern), instead)
    for pattern, instead in (
        (r"[^\s\[\]]{1,256}@[\w.-]+", "[email]"),
        (r"(?i)[\w.+-]{1,64}\s+[\[(]?at[\])]?\s+[\w-]{1,64}\s+[\[(]?dot[\])]?\s+\w+", "[email]"),
        (r"(?i)(?:\b[a-z]{2,10}://|\bwww\.)[^\s\[\]]+", "[link]"),
        (
            r"(?i)\b(?:[\w-]{1,63}\.){1,4}(?:com|org|net|edu|gov|io|app|health|clinic|info|uk|ca|es|mx)\b(?:/\S*)?",
            "[link]",
        ),
        (r"(?<!\S)@\w{2,}", "[account]"),
        # Dates.
        (
            r"(?i)\b(born(?:\s(?:on|in))?|d\.?o\.?b\.?|date of birth|birth\s?date|birthday(?:\sis)?"
            r"|nac[ií](?:\sel|\sen)?|fecha de nacimiento)(?:\sis|\ses|:)?\s*"
            rf"{_PART_OF_DATE}(?:[\s,]+(?:de\s)?{_PART_OF_DATE}){{0,2}}",
            r"\1 [date]",
        ),
        (r"\b(?:\d{1,2}[/.-]\d{1,2}[/.-](?:\d{4}|\d\d)|\d{4}[/.-]\d{1,2}[/.-]\d{1,2})\b", "[date]"),
        (rf"(?i)\b(?!may\s\d{{1,2}}\b){_MONTH}\.?\s{_DAY}\b(?:,?\s\d{{4}}\b)?", "[date]"),
        (rf"(?i)\bmay\s{_DAY},?\s\d{{4}}\b", "[date]"),
        (rf"(?i)\b{_DAY}\s(?:of\s|de\s)?{_MONTH}\b\.?(?:,?\s(?:de\s|del\s)?\d{{4}}\b)?", "[date]"),
        # Numbers that stand for a person.
        (
            r"(?i)\b((?:member(?:ship)?|subscriber|policy|group|insurance|plan|claim|medicare|medicaid|patient|account"
            r"|case|record|chart|mrn|id|nhs|ssn|social security|passport|licen[sc]e|póliza|afiliado|afiliada|seguro|dni"
            r"|curp)(?:\s(?:id|number|no|num|card|número))*)\.?\s*(?:is|es|:|=)?\s*#?\s*(?=[\w-]{0,30}\d)[\w-]{4,}",
            r"\1 [number]",
        ),
        (r"\b(?=(?:[\w-]{0,20}\d){5})(?=[\w-]{0,30}[^\W\d_])[\w-]+", "[number]"),
        (r"(?<!\d)(?!(?:19|20)\d\d\s?[-–]\s?(?:19|20)\d\d(?!\d))\+?\(?\d(?:[\s()./–-]{0,3}\d){6,}", "[phone]"),
        (rf"(?i)\b{_SPELLED}(?:[\s,-]+{_SPELLED}){{6,}}\b", "[phone]"),
        # Addresses.
        (
            rf"(?i)\b\d{{1,5}}[a-z]?\s{_MEASURE}(?:[\w.'’-]+\s){{1,3}}?"
            r"(?:street|avenue|ave|road|rd|boulevard|blvd|lane|ln|highway|hwy|parkway|pkwy|terrace)\b\.?",
            "[address]",
        ),
        (rf"(?i)\b\d{{1,5}}\s{_MEASURE}[\w.'’-]+\s(?:st|drive|dr|court|ct|place|pl|circle|cir|way)\b\.?", "[address]"),
        (r"(?i)\b(?:calle|avenida|carrera|paseo|plaza)\s(?:[^\W\d_]+\s){1,4}?(?:#|n[.º°]?\s?)?\d{1,5}\b", "[address]"),
        (r"(?i)\b(?:apt|apartment|suite|ste)\.?\s?#?\s?\w{0,3}\d\w{0,3}\b|\bp\.?\s?o\.?\sbox\s\d+", "[address]"),
        (r"\b[A-Z]{1,2}\d[A-Z\d]?\s\d[A-Z]{2}\b", "[address]"),
        (r"\b((?i:live|lives|living|vivo|vive)\s(?i:in|at|on|near|en))\s" + _NAMES, r"\1 [place]"),
        (r"\d{5,}", "[number]"),
        # Names.
        (rf"({_NAME_CUE})\s*{_NAME}", r"\1 [name]"),
        (rf"(?i:\b(this\sis|soy))\s{_NAME}(?=,?\s(?i:speaking|here|calling|writing)\b)", r"\1 [name]"),
        (rf"(?i:\b(hi|hello|hey|hola)\b)([,.!]?\s(?i:this\sis|it['’]?s|soy))\s{_NAMES}", r"\1\2 [name]"),
        (rf"(?i:\b(i['’]?m|i\sam|soy))\s{_NAMES}(?=\s*[,.!;(]|\s+(?i:and|from|y|de)\b|\s*$)", r"\1 [name]"),
        (rf"\b((?i:dr|dra|mr|mrs|ms|miss|nurse|doctor|doctora|sr|sra|prof)\.?)\s{_NAMES}", r"\1 [name]"),
        (
            rf"(?i:(?<!\bmy\s)(?<!\bthe\s)(?<!\byour\s)(?<!\ba\s)(?<!\bhis\s)(?<!\bher\s)\b(dr|mr|mrs)\b\.?)\s{_SMALL}",
            r"\1 [name]",
        ),
        (rf"({_RELATIVE}),?\s{_NAMES}", r"\1 [name]"),
        (
            r"((?i:thanks|thank\syou|thx|regards|sincerely|cheers|gracias)[,.!]*\s[-–—]?\s?|\s[-–—~]+\s?)"
            rf"{_NAMES}[.!]*\s*$",
            r"\1[name]",
        ),
    )
]


def redacted(text: str) -> str:
    """The text on one line, a word in brackets instead of each personal detail: "call [phone]".

    Taken out: phone, member and other long numbers, e-mail addresses, links, accounts, dates of the day, addresses, and
    names where the words around them or a title tell that they are names. English and Spanish.
    """
    plain = unicodedata.normalize("NFKC", text)
    visible = "".join(
        " " if c.isspace() else c for c in plain if c.isspace() or unicodedata.category(c) not in _INVISIBLE
    )
    found = " ".join(visible.split())
    for pattern, instead in _RULES:
        found = pattern.sub(instead, found)
    return " ".join(found.split())
