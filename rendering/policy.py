"""Which engines this instance allows, from what they declare and what its operator set."""

from django.conf import settings


def forbids(commercial: str) -> bool:
    """commercial: yes, no or unclear, as an engine declares."""
    return settings.FORBID_NON_COMMERCIAL and commercial != "yes"


def refusal(title: str, commercial: str) -> str:
    """Why an engine called `title` may not be used, and what to do."""
    terms = "do not permit commercial use" if commercial == "no" else "do not say whether they permit it"
    return (
        f"This instance is for commercial use, and the terms of {title} {terms}. Choose another, or ask the "
        "administrator (AVATARLAB_FORBID_NON_COMMERCIAL)."
    )
