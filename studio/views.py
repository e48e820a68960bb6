"""The landing page, the studio and what its script asks for."""

import re
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.services import CONSENT_STATEMENT, VOICE_CONSENT_STATEMENT
from avatarlab.errors import UserError
from avatarlab.media import url_for
from avatarlab.pages import json_body
from rendering import engine_selectors
from rendering import selectors as rendering
from rendering import services as rendering_services
from rendering.models import Engine, Render, RenderSegment
from studio import page, selectors, services
from studio.examples import create_example
from studio.forms import UploadAvatarForm, UploadForm, UploadVoiceForm
from studio.models import Avatar, Project, Scene, Voice
from studio.services.voices import TRANSCRIPT_LENGTH

GALLERY_SIZE = 12
HEAR_CHARACTERS = 600
"""Of one sentence to listen to; longer ones are cut, as nobody listens that long to judge a voice."""


@require_GET
def landing(request: HttpRequest) -> HttpResponse:
    """What this is, in one look."""
    presets = Avatar.objects.visible_to(None).filter(owner=None, state=Avatar.State.READY)
    avatars = [{"row": row, "thumbnail": url_for(row, "thumbnail")} for row in presets[:GALLERY_SIZE]]
    hero = presets.exclude(picture="").first()
    context = {
        "avatars": [avatar for avatar in avatars if avatar["thumbnail"]],
        "hero_clip": finders.find("media/hero.mp4") is not None,
        "hero": {"avatar": hero, "picture": url_for(hero, "picture")} if hero else None,
    }
    return render(request, "studio/landing.html", context)


@require_GET
@login_required
@never_cache
def studio(request: HttpRequest) -> HttpResponse:
    """The one screen: the project asked for, else the last one, else a new one (always with ?new)."""
    project = _project_to_open(request)
    data = page.studio_data(request.user, project)
    running = rendering.renders_of(request.user).filter(state__in=Render.ACTIVE)
    data |= {
        "preset": request.GET.get("avatar"),
        "sentence": _sentence(project, request.GET.get("sentence", "")),
        "running": [str(pk) for pk in running.values_list("pk", flat=True)],
    }
    context = {
        "data": data,
        "consent_statement": CONSENT_STATEMENT,
        "voice_consent_statement": VOICE_CONSENT_STATEMENT,
        "transcript_length": TRANSCRIPT_LENGTH,
        "why_no_cloning": selectors.why_no_cloning(),
        "aspects": ("16:9", "9:16", "1:1", "4:5"),
        "expressions": Scene.Expression.choices,
        "max_upload_mb": settings.MAX_UPLOAD_MB,
    }
    return render(request, "studio/studio.html", context)


def _project_to_open(request: HttpRequest) -> Project | None:
    if wanted := request.GET.get("project"):
        return selectors.project_for(request.user, wanted)
    if "new" in request.GET or "avatar" in request.GET:
        return None
    return selectors.projects_of(request.user).first()


def _sentence(project: Project | None, position: str) -> str:
    """The sentence that a render's page sends one here to change, as it was last rendered."""
    if project is None or not re.fullmatch("[0-9]{1,6}", position):
        return ""
    places = RenderSegment.objects.filter(render__project=project, position=int(position))
    return places.order_by("-render__created").values_list("text", flat=True).first() or ""


@require_POST
@login_required
def draft(request: HttpRequest) -> JsonResponse:
    """Autosave. Answers with the ids that the next save should name."""
    project = services.save_draft(owner=request.user, data=json_body(request))
    return JsonResponse(_saved(project))


def _saved(project: Project) -> dict[str, Any]:
    return {
        "project": str(project.id),
        "scenes": [str(pk) for pk in project.scenes.values_list("id", flat=True)],
    }


@require_POST
@login_required
def generate(request: HttpRequest) -> JsonResponse:
    """Save what stands on the page and make a video of it."""
    project = services.save_draft(owner=request.user, data=json_body(request))
    made = services.request_render(owner=request.user, project=project)
    url = reverse("rendering:render", args=[made.id])
    return JsonResponse({"project": str(project.id), "render": str(made.id), "url": url})


@require_POST
@login_required
def example(request: HttpRequest) -> HttpResponse:
    """A project that is ready for Generate, for who has none yet."""
    project = create_example(owner=request.user)
    return redirect(f"{reverse('studio:studio')}?project={project.id}")


@require_POST
@login_required
def estimate(request: HttpRequest) -> JsonResponse:
    """How long the video will be and how long it will take."""
    data = json_body(request)
    scenes = data.get("scenes")
    if not isinstance(scenes, list) or not all(isinstance(scene, dict) for scene in scenes):
        raise UserError("The script could not be read. Reload the page.")
    return JsonResponse(rendering.estimate({"scenes": [_script_and_pace(scene) for scene in scenes]}))


def _script_and_pace(scene: dict[str, Any]) -> dict[str, Any]:
    script, speed, head = scene.get("script"), scene.get("speed"), scene.get("head")
    return {
        "script": script if isinstance(script, str) else "",
        "speed": min(max(float(speed), 0.5), 2.0) if isinstance(speed, int | float) else 1.0,
        "head": head if isinstance(head, str) else "",
    }


@require_POST
@login_required
def hear(request: HttpRequest) -> JsonResponse:
    """Have one sentence spoken; `heard` has the sound."""
    data = json_body(request)
    text = data.get("text")
    voice = selectors.voices_for(request.user).filter(pk=_uuid(data.get("voice"))).first()
    if not isinstance(text, str) or not text.strip():
        raise UserError("There is no sentence at the cursor. Type one, then listen.")
    if voice is None:
        raise UserError("Choose a voice first.")
    if voice.state == Voice.State.CHECKING:
        raise UserError(f"{voice.name} is still being checked. Try again in a few seconds.")
    if voice.problem:
        raise UserError(f"The voice {voice.name} is not available. {voice.problem}")
    settings_of_voice = _script_and_pace(data)
    hearing = rendering_services.start_hearing(
        owner=request.user,
        text=text.strip()[:HEAR_CHARACTERS],
        voice=voice,
        speed=settings_of_voice["speed"],
        pitch=_pitch(data.get("pitch")),
    )
    return JsonResponse({"url": reverse("studio:heard", args=[hearing])}, status=202)


def _uuid(value: object) -> UUID | None:
    try:
        return UUID(str(value))
    except ValueError:
        return None


def _pitch(value: object) -> float:
    return min(max(float(value), -6.0), 6.0) if isinstance(value, int | float) else 0.0


@require_GET
@login_required
@never_cache
def heard(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002 - the name in the address
    """202 while a worker speaks, then the sound."""
    hearing = rendering_services.hearing(owner=request.user, id=id)
    if hearing["state"] == "done":
        return HttpResponse(hearing["audio"], content_type="audio/wav")
    if hearing["state"] == "failed":
        raise UserError(hearing["problem"])
    return JsonResponse({"state": "waiting"}, status=202)


@require_POST
@login_required
def upload_avatar(request: HttpRequest) -> JsonResponse:
    """Take a portrait; `avatar` tells what the check found."""
    form = _checked(UploadAvatarForm(request.POST, request.FILES))
    row = services.upload_avatar(owner=request.user, **form.cleaned_data)
    return JsonResponse(page.avatar_data(row), status=201)


@require_POST
@login_required
def upload_background(request: HttpRequest) -> JsonResponse:
    """Take a picture or clip to put behind avatars."""
    form = _checked(UploadForm(request.POST, request.FILES))
    row = services.upload_background(owner=request.user, **form.cleaned_data)
    return JsonResponse(page.background_data(row), status=201)


@require_POST
@login_required
def upload_voice(request: HttpRequest) -> JsonResponse:
    """Take a recording to clone a voice from; `voice` tells what the check found."""
    form = _checked(UploadVoiceForm(request.POST, request.FILES))
    row = services.upload_voice(owner=request.user, **form.cleaned_data)
    return JsonResponse(page.voice_data(row, _engine_of(row)), status=201)


def _checked(form: UploadForm) -> UploadForm:
    if not form.is_valid():
        fields = {name: [str(error) for error in errors] for name, errors in form.errors.items()}
        raise UserError(next(iter(fields.values()))[0], fields=fields)
    return form


@require_GET
@login_required
@never_cache
def avatar(request: HttpRequest, id: UUID) -> JsonResponse:  # noqa: A002
    """An avatar as it stands; asked again and again while it is being checked."""
    return JsonResponse(page.avatar_data(selectors.avatar_for(request.user, id)))


@require_GET
@login_required
@never_cache
def voice(request: HttpRequest, id: UUID) -> JsonResponse:  # noqa: A002
    """A voice as it stands; asked again and again while it is being checked."""
    row = selectors.voice_for(request.user, id)
    return JsonResponse(page.voice_data(row, _engine_of(row)))


def _engine_of(row: Voice) -> Engine | None:
    return engine_selectors.engines().filter(name=row.engine).first()


@require_POST
@login_required
def delete_voice(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002
    services.delete_voice(voice=_own(selectors.voice_for(request.user, id)))
    return HttpResponse(status=204)


@require_POST
@login_required
def delete_avatar(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002
    services.delete_avatar(avatar=_own(selectors.avatar_for(request.user, id)))
    return HttpResponse(status=204)


@require_POST
@login_required
def delete_background(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002
    services.delete_background(background=_own(selectors.background_for(request.user, id)))
    return HttpResponse(status=204)


def _own(row: Any) -> Any:
    """Presets are everybody's: not this user's to delete."""
    if row.owner_id is None:
        raise Http404
    return row
