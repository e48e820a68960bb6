"""What the language model reads of any text."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rendering.engines.errors import CheckpointError, ScriptError
from rendering.engines.speech.lina.text import TextReader
from rendering.engines.speech.phonemes import spoken_words
from rendering.engines.text.normalise import clean, normalise
from tests.neural import tiny_lina


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> TextReader:
    return TextReader(tiny_lina.save_tokenizer(tmp_path_factory.mktemp("bpe") / "bpe256.json"))


def normalised(text: str) -> str:
    return " ".join(word.spoken for word in normalise(clean(text), "en-us") if word.spoken)


@given(text=st.text(max_size=120))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_text_fails_but_one_without_a_letter_to_say(reader: TextReader, text: str) -> None:
    spoken = normalised(text)
    try:
        read = reader.read(spoken)
    except ScriptError:
        return
    assert read.count == len(spoken_words(spoken))
    assert len(read.tokens) == len(read.words)
    assert max(read.words) < read.count


@pytest.mark.parametrize(
    "text",
    [
        "It costs $5.20 in 2024.",
        "A naïve Zoë in Zürich",
        "100% → 3 × 4",
        "Straße, Łódź and Ærø",
        "“Quoted” — dashed… and so on",
        "Hello 日本 🎉 world",
        "e=mc² ½ ﬁne",
        "FBI, NASA & AT&T",
    ],
)
def test_what_people_write_is_read(reader: TextReader, text: str) -> None:
    assert len(reader.read(normalised(text)).tokens) > 4


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("café", "café"),
        ("naïve", "naive"),
        ("Ångström", "angstrom"),
        ("Straße", "strasse"),
        ("it’s", "it's"),
        ("日本", ""),
        ("🎉", ""),
        ("a\u0301", "a"),
    ],
)
def test_accents_go_where_the_tokenizer_has_none(reader: TextReader, written: str, read: str) -> None:
    assert reader.plain(written) == read


def test_text_begins_and_ends_with_its_marks(reader: TextReader) -> None:
    tokens = reader.read("go on").tokens

    assert (tokens[0], tokens[-1]) == (1, 2)


def test_tokens_know_their_words(reader: TextReader) -> None:
    read = reader.read("the cat, the")

    assert read.count == 3
    assert [word for word in read.words if word >= 0] == sorted(word for word in read.words if word >= 0)
    assert set(read.words) == {-1, 0, 1, 2}


def test_a_word_of_another_script_keeps_its_number(reader: TextReader) -> None:
    read = reader.read("one 日本 two")

    assert read.count == 3
    assert set(read.words) - {-1} == {0, 2}


def test_a_transcript_before_belongs_to_no_word(reader: TextReader) -> None:
    alone, after = reader.read("go on"), reader.read("go on", before="this is me")

    assert after.count == alone.count
    assert after.tokens[-len(alone.tokens) + 1 :] == alone.tokens[1:]
    assert len(after.tokens) > len(alone.tokens)


def test_acronyms_are_spelt(reader: TextReader) -> None:
    assert reader.read("FBI").tokens == reader.read("f b i").tokens


@pytest.mark.parametrize("text", ["", "日本語", "🎉", "...", "Привет"])
def test_nothing_to_say_is_a_sentence_for_the_user(reader: TextReader, text: str) -> None:
    with pytest.raises(ScriptError, match="It reads English"):
        reader.read(text)


@pytest.mark.parametrize("content", ["", "{}", "[1, 2]", "no json"])
def test_a_file_that_is_no_tokenizer(tmp_path: Path, content: str) -> None:
    (tmp_path / "bpe256.json").write_text(content)

    with pytest.raises(CheckpointError, match=r"bpe256\.json is not a tokenizer file"):
        TextReader(tmp_path / "bpe256.json")
