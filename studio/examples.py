"""A first project for who does not know what to type yet."""

from accounts.models import User
from studio import selectors, services
from studio.models import Avatar, Project

TITLE = "Hello from Avatar Lab"
SCRIPT = (
    "Hello! I was a picture a moment ago. Now I say whatever you type.\n\n"
    "Change this text, choose another face or voice, and press Generate. "
    "My first sentence plays while the next ones are still being made."
)


def create_example(*, owner: User) -> Project:
    """A project with the first ready avatar, the first available voice and the first background."""
    avatar = selectors.avatars_for(owner).filter(state=Avatar.State.READY).first()
    voice = selectors.voices_for(owner).filter(problem="").first()
    background = selectors.backgrounds_for(owner).first()
    scene = {
        "script": SCRIPT,
        "avatar": avatar.id if avatar else None,
        "voice": voice.id if voice else None,
        "background": background.id if background else None,
    }
    return services.create_project(owner=owner, title=TITLE, scenes=[scene])
