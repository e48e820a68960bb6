"""Models carried in one file: all of them right, or none put in place."""

import hashlib
import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rendering.engines.errors import ModelCorruptError, ModelMissingError
from rendering.engines.weights import bundles, locate, missing, pins, store
from rendering.engines.weights.manifest import ARTIFACTS, Artifact

PUBLISHED = b"published weights " * 1000
UNPUBLISHED = b"\x80\x02weights of nobody's list " * 1000
SUMS = {"published": hashlib.sha256(PUBLISHED).hexdigest(), "pinned": hashlib.sha256(UNPUBLISHED).hexdigest()}


def use(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AVATARLAB_MODELS", str(home))


def silent(name: str) -> None:
    pass


@pytest.fixture
def bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A bundle of two models, made on another machine; the folder in use is empty."""
    models = (
        Artifact("published", "published.onnx", len(PUBLISHED), SUMS["published"], "MIT", sources=()),
        Artifact("pinned", "deep/pinned.ckpt", 1, "", "MIT", sources=()),
    )
    for model in models:
        monkeypatch.setitem(ARTIFACTS, model.name, model)
    use(tmp_path / "there", monkeypatch)
    (tmp_path / "there" / "deep").mkdir(parents=True)
    (tmp_path / "there" / "published.onnx").write_bytes(PUBLISHED)
    (tmp_path / "there" / "deep" / "pinned.ckpt").write_bytes(UNPUBLISHED)
    bundles.export(["published", "pinned"], tmp_path / "models.tar", silent)
    use(tmp_path / "here", monkeypatch)
    return tmp_path / "models.tar"


def rewrite(
    bundle: Path, change: Callable[[dict[str, Any], list[tuple[tarfile.TarInfo, bytes]]], None]
) -> None:
    """The same bundle with another index or other members."""
    with tarfile.open(bundle) as archive:
        members = [(member, archive.extractfile(member).read()) for member in archive]
    index = json.loads(members.pop(0)[1])
    change(index, members)
    content = json.dumps(index).encode()
    with tarfile.open(bundle, "w") as archive:
        for member, data in [(entry("index.json", content), content), *members]:
            archive.addfile(member, io.BytesIO(data))


def entry(name: str, content: bytes = b"", kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.type, member.linkname = len(content), kind, link
    return member


def assert_refused(bundle: Path, reason: str) -> None:
    before = sorted(bundle.parent.rglob("*"))
    with pytest.raises(ModelCorruptError, match=rf"models\.tar cannot be taken: {reason}"):
        bundles.unpack(bundle, silent)
    after = [path for path in bundle.parent.rglob("*") if path not in before and path != store.folder()]
    assert after == []
    assert missing(["published", "pinned"]) == ("published", "pinned")


def test_models_arrive_as_they_left(bundle: Path) -> None:
    assert bundles.unpack(bundle, silent) == ("published", "pinned")
    assert locate("published").read_bytes() == PUBLISHED
    assert locate("pinned").read_bytes() == UNPUBLISHED
    assert {path.name for path in store.folder().iterdir()} >= {"published.onnx", "deep", "pins.json"}
    assert not list(store.folder().glob("bundle-*"))


def test_pins_travel_along(bundle: Path) -> None:
    bundles.unpack(bundle, silent)
    assert pins.pins()["pinned"].sha256 == SUMS["pinned"]
    assert set(pins.pins()) == {"pinned"}


def test_a_model_that_is_not_here_cannot_be_exported(bundle: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelMissingError, match="published is not on this machine"):
        bundles.export(["published"], tmp_path / "other.tar", silent)
    assert not list(tmp_path.glob("other.tar*"))


def test_altered_bytes_are_refused(bundle: Path) -> None:
    def alter(index: dict[str, Any], members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
        member, content = members[1]
        members[1] = (member, content[:-1] + b"!")

    rewrite(bundle, alter)
    assert_refused(bundle, "the checksum of pinned is wrong")


def test_a_model_with_another_checksum_than_the_published_one_is_refused(bundle: Path) -> None:
    def replace(index: dict[str, Any], members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
        other = PUBLISHED[::-1]
        index["models"]["published"]["sha256"] = hashlib.sha256(other).hexdigest()
        members[0] = (members[0][0], other)

    rewrite(bundle, replace)
    assert_refused(bundle, "its published has another checksum than the one that is right here")


def test_a_model_that_is_pinned_otherwise_here_is_refused(bundle: Path) -> None:
    pins.record({"pinned": pins.Pin("0" * 64, 0, "set by hand")})
    with pytest.raises(ModelCorruptError, match="its pinned has another checksum"):
        bundles.unpack(bundle, silent)


def test_an_unknown_model_is_refused(bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(ARTIFACTS, "pinned")
    with pytest.raises(ModelCorruptError, match="no model is called 'pinned' here"):
        bundles.unpack(bundle, silent)
    assert missing(["published"]) == ("published",)


@pytest.mark.parametrize(
    "name", ["../../escaped", "/tmp/escaped", "files/../../escaped", "files/other", "files/", "pins.json"]
)
def test_a_member_that_the_index_does_not_name_is_refused(name: str, bundle: Path) -> None:
    def add(index: dict[str, Any], members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
        members.append((entry(name, b"x"), b"x"))

    rewrite(bundle, add)
    assert_refused(bundle, "it holds .*, which its index does not name")


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE])
def test_a_link_in_place_of_a_file_is_refused(kind: bytes, bundle: Path) -> None:
    def link(index: dict[str, Any], members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
        members[0] = (entry("files/published", kind=kind, link="/etc/passwd"), b"")

    rewrite(bundle, link)
    assert_refused(bundle, "files/published is not a plain file")


def test_a_model_that_comes_twice_is_refused(bundle: Path) -> None:
    rewrite(bundle, lambda index, members: members.append(members[0]))
    assert_refused(bundle, "it holds 'files/published', which its index does not name")


def test_a_model_that_is_lacking_is_named(bundle: Path) -> None:
    rewrite(bundle, lambda index, members: members.pop())
    assert_refused(bundle, "it lacks pinned")


@pytest.mark.parametrize("kept", [0, 100, 0.2, 0.6])
def test_a_cut_bundle_is_refused(kept: float, bundle: Path) -> None:
    content = bundle.read_bytes()
    bundle.write_bytes(content[: int(len(content) * kept) if isinstance(kept, float) else kept])
    assert_refused(bundle, "")


@pytest.mark.parametrize(
    "index",
    [
        {},
        {"format": "other", "models": {}},
        {"format": "avatarlab models 1", "models": []},
        {
            "format": "avatarlab models 1",
            "models": {"published": {"sha256": "../x", "size": 1, "origin": ""}},
        },
        {"format": "avatarlab models 1", "models": {"published": None}},
    ],
)
def test_an_index_that_is_none_is_refused(index: dict[str, Any], bundle: Path) -> None:
    def replace(found: dict[str, Any], members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
        found.clear()
        found.update(index)

    rewrite(bundle, replace)
    assert_refused(bundle, "its index is")


def test_a_file_that_is_not_there_is_named(bundle: Path) -> None:
    with pytest.raises(ModelMissingError, match=r"There is no file .*gone\.tar"):
        bundles.unpack(bundle.with_name("gone.tar"), silent)
