"""What stands for the placeholders in replies: the clinic, from the settings, and the country's crisis lines."""

from __future__ import annotations

from functools import lru_cache

from ketamine_guide.crisis import resources
from ketamine_guide.crisis.replies import FOLDER
from ketamine_guide.crisis.resources import DEFAULT_LANGUAGE
from ketamine_guide.settings import settings


@lru_cache
def wording() -> dict[str, str]:
    """The value of each placeholder, in English: `clinic`, `clinic_contact`, `lifeline_short`, `emergency`, …

    Raises:
        ResourcesError: `data/crisis/resources.yml` is not as it must be.
    """
    chosen = settings()
    lines = resources.read(FOLDER / "resources.yml").wording(chosen.country, DEFAULT_LANGUAGE)
    return {"clinic": chosen.clinic_name, "clinic_contact": chosen.clinic_contact, **lines}
