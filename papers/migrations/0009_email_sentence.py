"""Reword a sentence of the sign-in constraint. The database itself does not change."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("papers", "0008_person_scheme")]

    operations = [
        migrations.AlterConstraint(
            model_name="person",
            name="one_person_per_email",
            constraint=models.UniqueConstraint(
                fields=["email"],
                name="one_person_per_email",
                violation_error_message="Someone with this email address is already here.",
            ),
        ),
    ]
