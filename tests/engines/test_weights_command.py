"""`manage.py models`: what a person sees and can do at the command line."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from rendering import model_listing
from rendering.engines import catalogue
from rendering.engines.weights import locate, missing, pins
from rendering.engines.weights.manifest import ARTIFACTS, Artifact
from tests.engines.model_server import ModelServer, serve

CONTENT = b"\x80\x02weights " * 50_000
SUM = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelServer]:
    """An empty models folder; a model "tiny" with a checksum and "unlisted" without, both from the server."""
    monkeypatch.setenv("AVATARLAB_MODELS", str(tmp_path / "models"))
    with serve({"/tiny.onnx": CONTENT, "/unlisted.ckpt": CONTENT}) as running:
        for name, filename, sha256 in (("tiny", "tiny.onnx", SUM), ("unlisted", "deep/unlisted.ckpt", "")):
            model = Artifact(
                name=name,
                filename=filename,
                size=len(CONTENT),
                sha256=sha256,
                licence="MIT",
                sources=(f"{running.url}/{Path(filename).name}",),
            )
            monkeypatch.setitem(ARTIFACTS, name, model)
        yield running


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    capsys.readouterr()
    call_command("models", *arguments)
    return capsys.readouterr().out


def test_the_command_pulls_verifies_and_removes(
    server: ModelServer, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("models", "pull", "tiny")
    call_command("models", "verify")
    assert "1 files are right" in capsys.readouterr().out
    locate("tiny").write_bytes(b"x")
    with pytest.raises(CommandError, match="models pull tiny"):
        call_command("models", "verify")
    call_command("models", "remove", "tiny")
    assert missing(["tiny"]) == ("tiny",)


def test_the_command_turns_a_failed_fetch_into_a_sentence(server: ModelServer) -> None:
    del server.files["/tiny.onnx"]
    with pytest.raises(CommandError, match="tiny could not be fetched"):
        call_command("models", "pull", "tiny")


def test_the_list_as_json_tells_state_and_licence(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("models", "list", "--json")
    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)["models"]}
    assert rows["kokoro-int8"]["state"] == "present"
    assert rows["rvm-mobilenetv3"]["licence"] == "GPL-3.0"


def test_an_engine_stands_for_its_models(
    server: ModelServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    card = catalogue.CARDS["wav2lip"]
    monkeypatch.setattr(
        "rendering.engines.catalogue.CARDS",
        {"wav2lip": replace(card, artifacts=("tiny",), optional=("unlisted",))},
    )
    run(capsys, "pull", "wav2lip")
    assert missing(["tiny", "unlisted"]) == ("unlisted",)
    run(capsys, "pull", "wav2lip", "--optional")
    assert missing(["tiny", "unlisted"]) == ()
    run(capsys, "remove", "wav2lip")
    assert missing(["tiny", "unlisted"]) == ("tiny", "unlisted")


def test_what_an_engine_can_use_and_nobody_offers_is_left_out_with_a_word(
    server: ModelServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    card = catalogue.CARDS["wav2lip"]
    monkeypatch.setattr(
        "rendering.engines.catalogue.CARDS",
        {"wav2lip": replace(card, artifacts=("tiny",), optional=("small-e",))},
    )
    output = run(capsys, "pull", "wav2lip", "--optional")
    assert "1 fetched" in output
    assert "small-e was left out." in output
    assert "models import small-e FILE" in output
    with pytest.raises(CommandError, match="small-e cannot be fetched"):
        call_command("models", "pull", "small-e")


@pytest.mark.parametrize("engine", ["lina", "bark"])
def test_voices_that_are_optional_are_not_fetched_with_their_engine(engine: str) -> None:
    card = catalogue.CARDS[engine]
    assert model_listing.models_of([engine], optional=False) == list(card.artifacts)
    assert model_listing.models_of([engine], optional=True) == [*card.artifacts, *card.optional]


def test_no_model_has_the_name_of_an_engine() -> None:
    assert not set(catalogue.CARDS) & set(ARTIFACTS)


def test_a_planned_engine_cannot_be_pulled() -> None:
    with pytest.raises(CommandError, match="Ditto is planned"):
        call_command("models", "pull", "ditto")


def test_pulling_tells_what_was_pinned(server: ModelServer, capsys: pytest.CaptureFixture[str]) -> None:
    output = run(capsys, "pull", "tiny", "unlisted")
    assert "2 fetched" in output
    assert (
        f"Nobody published a checksum of unlisted. Trusted from now on is the file of {len(CONTENT)}"
        in output
    )
    assert SUM in output
    assert "checksum of tiny" not in output


def test_pins_are_shown_set_and_forgotten(server: ModelServer, capsys: pytest.CaptureFixture[str]) -> None:
    run(capsys, "pull", "unlisted")
    assert f"{SUM}  unlisted" in run(capsys, "pin")
    assert "its file is damaged" in run(capsys, "pin", "unlisted", "0" * 64)
    assert "its file is here" in run(capsys, "pin", "unlisted", SUM.upper())
    assert "forgotten" in run(capsys, "pin", "unlisted", "--forget")
    assert pins.pins() == {}


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("tiny", "0" * 64), "published and cannot be changed"),
        (("unlisted", "12ab"), "12ab is no sha256"),
        (("unlisted",), "Say the sha256"),
        (("nonsense", "0" * 64), "No model is called nonsense"),
    ],
)
def test_pins_that_make_no_sense_are_refused(
    arguments: tuple[str, ...], reason: str, server: ModelServer
) -> None:
    with pytest.raises(CommandError, match=reason):
        call_command("models", "pin", *arguments)


def test_a_file_fetched_by_hand_is_put_in_place(
    server: ModelServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "downloaded").write_bytes(CONTENT)
    output = run(capsys, "import", "unlisted", str(tmp_path / "downloaded"))
    assert "unlisted is here now" in output
    assert SUM in output
    assert locate("unlisted").read_bytes() == CONTENT


def test_models_travel_in_a_bundle(
    server: ModelServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run(capsys, "pull", "tiny", "unlisted")
    assert "2 models" in run(capsys, "bundle", "export", str(tmp_path / "models.tar"), "tiny", "unlisted")
    monkeypatch.setenv("AVATARLAB_MODELS", str(tmp_path / "elsewhere"))
    assert missing(["tiny", "unlisted"]) == ("tiny", "unlisted")
    assert "2 models put in place" in run(capsys, "bundle", "import", str(tmp_path / "models.tar"))
    assert missing(["tiny", "unlisted"]) == ()


def test_the_list_shows_every_engine_with_licence_and_state(capsys: pytest.CaptureFixture[str]) -> None:
    lines = run(capsys, "list").splitlines()
    for card in catalogue.CARDS.values():
        (line,) = [line for line in lines if line.startswith(f"{card.name} ({card.kind}): ")]
        assert card.weights_licence in line
        assert f"Commercial use: {card.commercial}" in line
        assert ("planned" in line) == card.planned
    for name in ARTIFACTS:
        if not name.startswith("kokoro-voice"):
            assert any(name in line.split() for line in lines), name


def test_the_list_as_json_has_the_engines(capsys: pytest.CaptureFixture[str]) -> None:
    engines = {row["name"]: row for row in json.loads(run(capsys, "list", "--json"))["engines"]}
    assert set(engines) == set(catalogue.CARDS)
    assert engines["ditto"]["state"] == "planned"
    assert engines["rvm"]["state"] == "ready"
    assert engines["rvm"]["models"] == ["rvm-mobilenetv3"]
    assert engines["diffdub"]["commercial"] == "no"


def test_the_documentation_tells_of_every_engine_whether_it_is_for_commerce() -> None:
    page = (Path(__file__).parents[2] / "docs" / "models.md").read_text()
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in page.splitlines() if "|" in line]
    told = {name.split()[0]: row[-1] for row in rows for name in row[0].split(", ")}
    assert {card.name: told.get(card.name) for card in catalogue.CARDS.values()} == {
        card.name: card.commercial for card in catalogue.CARDS.values()
    }
