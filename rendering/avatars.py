"""From an uploaded face to an avatar that can be chosen: what the check of a worker leaves in the row."""

import hashlib
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.core.files import File
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models.fields.files import FieldFile

from avatarlab.files import delete_files
from rendering.engines.face import findings
from studio.models import Avatar

if TYPE_CHECKING:
    from rendering.engines.face.findings import Finding
    from rendering.pipeline.bundle import AvatarBundle
    from rendering.pipeline.media import MediaSource

MADE = ("bundle", "cutout", "picture", "thumbnail")
"""Files made from the upload."""


def analyse(avatar: Avatar, media: "MediaSource", check: Callable[[], None]) -> None:
    """Find the face, matte it, keep the bundle and pictures: CHECKING -> READY.

    check: called now and then in the long work on a video, may raise Cancelled. Raises MediaError or
    FaceError with the remedy, ModelMissingError, StorageFull.
    """
    from rendering.pipeline import avatar as preparation
    from rendering.pipeline.avatar_engines import shared_engines
    from rendering.pipeline.spec import MediaRef

    path = media.local_path(MediaRef(sha256=avatar.sha256, name=avatar.media.name))
    engines = shared_engines(settings.WORKER_THREADS)
    with tempfile.TemporaryDirectory(prefix="avatar-") as folder:
        if avatar.kind == Avatar.Kind.VIDEO:
            bundle = preparation.prepare_video(
                path, Path(folder), engines=engines, progress=lambda share: check()
            )
        else:
            bundle = preparation.prepare_still(path, engines=engines)
        keep_bundle(avatar, bundle)


def keep_bundle(avatar: Avatar, bundle: "AvatarBundle") -> None:
    """Store what was found in an avatar's face and say it is ready. Raises StorageFull."""
    from rendering.pipeline import bundle as bundles
    from rendering.pipeline import portraits
    from rendering.pipeline.stage import stage_facts

    before = [file.name for field in MADE if (file := getattr(avatar, field))]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bundle.zip"
        bundles.save(bundle, path)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        with path.open("rb") as file:
            _keep(avatar.bundle, "bundle.zip", File(file))
    _keep(avatar.cutout, "cutout.webp", ContentFile(portraits.cutout(bundle)))
    _keep(avatar.picture, "picture.webp", ContentFile(portraits.picture(bundle)))
    _keep(avatar.thumbnail, "thumbnail.webp", ContentFile(portraits.thumbnail(bundle)))
    made = [getattr(avatar, field).name for field in MADE]
    with transaction.atomic():
        kept = Avatar.objects.filter(pk=avatar.pk).update(
            **dict(zip(MADE, made, strict=True)),
            bundle_sha256=digest,
            facts=stage_facts(bundle),
            warnings=list(bundle.warnings),
            report=findings.to_json(bundle.findings),
            state=Avatar.State.READY,
            problem="",
        )
    delete_files(before if kept else made)


def _keep(field: FieldFile, name: str, content: File) -> None:
    field.save(name, content, save=False)


def refuse(avatar_id: UUID, problem: str, report: "tuple[Finding, ...]" = ()) -> None:
    """CHECKING -> REFUSED, with what is wrong and what to do. report: everything that was noticed."""

    Avatar.objects.filter(pk=avatar_id).update(
        state=Avatar.State.REFUSED, problem=problem, report=findings.to_json(report)
    )
