import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import studio.models


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("studio", "0004_scene_head"),
    ]

    operations = [
        migrations.AddField(
            model_name="voice",
            name="owner",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="voices",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            model_name="voice",
            name="slug",
            field=models.SlugField(blank=True, help_text="Presets only.", max_length=60),
        ),
        migrations.AddConstraint(
            model_name="voice",
            constraint=models.UniqueConstraint(
                condition=models.Q(("owner", None)), fields=("slug",), name="voice_preset_slug"
            ),
        ),
        migrations.AlterField(
            model_name="voice",
            name="gender",
            field=models.CharField(
                blank=True,
                choices=[("female", "Female"), ("male", "Male")],
                help_text="Presets only.",
                max_length=8,
            ),
        ),
        migrations.AddField(
            model_name="voice",
            name="state",
            field=models.CharField(
                choices=[("checking", "Checking"), ("ready", "Ready"), ("refused", "Cannot be used")],
                default="ready",
                max_length=8,
            ),
        ),
        migrations.AlterField(
            model_name="voice",
            name="problem",
            field=models.TextField(
                blank=True, help_text="Why it is not available, and how to get it. Empty: ready."
            ),
        ),
        migrations.AddField(
            model_name="voice",
            name="media",
            field=models.FileField(
                blank=True,
                help_text="The recording it is cloned from.",
                max_length=200,
                upload_to=studio.models.media_name,
            ),
        ),
        migrations.AddField(
            model_name="voice",
            name="sha256",
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AddField(
            model_name="voice",
            name="transcript",
            field=models.TextField(blank=True, help_text="What is said in the recording."),
        ),
        migrations.AddField(
            model_name="voice",
            name="bundle",
            field=models.FileField(
                blank=True,
                help_text="What the engine speaks from.",
                max_length=200,
                upload_to=studio.models.media_name,
            ),
        ),
        migrations.AddField(
            model_name="voice",
            name="bundle_sha256",
            field=models.CharField(blank=True, max_length=64),
        ),
    ]
