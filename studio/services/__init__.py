"""What a user does in the studio. Pages, API and commands call these and nothing below them."""

from studio.services.generate import request_render, request_render_of
from studio.services.projects import create_project, delete_project, save_draft, update_project
from studio.services.pronunciations import delete_pronunciation, set_pronunciation
from studio.services.uploads import (
    delete_avatar,
    delete_background,
    rename_avatar,
    rename_background,
    upload_avatar,
    upload_background,
    upload_recording,
)
from studio.services.voices import add_learnt_voice, delete_voice, rename_voice, upload_voice

__all__ = [
    "add_learnt_voice",
    "create_project",
    "delete_avatar",
    "delete_background",
    "delete_project",
    "delete_pronunciation",
    "delete_voice",
    "rename_avatar",
    "rename_background",
    "rename_voice",
    "request_render",
    "request_render_of",
    "save_draft",
    "set_pronunciation",
    "update_project",
    "upload_avatar",
    "upload_background",
    "upload_recording",
    "upload_voice",
]
