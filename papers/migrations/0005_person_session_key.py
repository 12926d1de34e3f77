from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('papers', '0004_operations'),
    ]

    operations = [
        migrations.AddField(
            model_name='person',
            name='session_key',
            field=models.CharField(blank=True, default='', editable=False, max_length=22),
        ),
        # Reset links from before stay without a door, so they open none: they last a day at most.
        migrations.AddField(
            model_name='onetimelink',
            name='door',
            field=models.CharField(blank=True, default='', editable=False, max_length=64),
        ),
    ]
