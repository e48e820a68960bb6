"""What the measurements say: about half a minute of ordinary English, sentence by sentence."""

SENTENCES = (
    "Good morning, and welcome back to our course on the history of printing.",
    "Before 1450, most books in Europe were copied by hand, page after page.",
    "A single Bible could keep a skilled scribe busy for more than a year.",
    "Then a goldsmith from Mainz found a way to cast letters in metal.",
    "His type could be set, inked, printed and used again the next day.",
    "Within fifty years, millions of books were travelling along the trade routes.",
    "Prices fell, people learned to read, and new ideas moved faster than ever.",
)
"""Spoken by the default voices at their own pace, this lasts about 30 seconds."""

CHANGED_SENTENCE = "His type could be arranged, inked, printed and used again a day later."
"""Takes the place of the fifth sentence when one sentence is changed."""


def half_minute() -> str:
    return " ".join(SENTENCES)


def half_minute_with_one_sentence_changed() -> str:
    return " ".join((*SENTENCES[:4], CHANGED_SENTENCE, *SENTENCES[5:]))


def ten_seconds() -> str:
    return " ".join(SENTENCES[:2])


def minutes(count: int) -> str:
    """About `count` minutes without two equal sentences, so that no segment is found in storage."""
    return " ".join(
        f"Lesson {lesson}. {sentence}" for lesson in range(1, 2 * count) for sentence in SENTENCES
    )
