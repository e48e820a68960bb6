from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("studio", "0002_faces_that_act")]

    operations = [
        migrations.AddField(
            model_name="avatar",
            name="report",
            field=models.JSONField(
                blank=True,
                default=list,
                help_text="What was noticed in the upload, and what was put right.",
            ),
        ),
    ]
