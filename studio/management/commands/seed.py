"""manage.py seed: the preset avatars, voices and backgrounds, and what is known of the engines."""

from typing import Any

from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Add the presets that come with Avatar Lab and see which voices can speak. Safe to run again."

    def handle(self, *args: Any, **options: Any) -> None:
        # The engines are loaded here, not by whoever lists the commands.
        from rendering import engine_rows
        from studio.seeding.avatars import seed_avatars
        from studio.seeding.backgrounds import seed_backgrounds
        from studio.seeding.voices import seed_voices

        seed_backgrounds(self.stdout.write)
        seed_voices(self.stdout.write)
        engine_rows.refresh()
        seed_avatars(self.stdout.write)
