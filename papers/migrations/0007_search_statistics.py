from django.db import migrations


class Migration(migrations.Migration):
    """PostgreSQL knows how common 5,000 words are, in place of 1,000: docs/decisions/0021-search.md."""

    dependencies = [
        ('papers', '0006_job'),
    ]

    operations = [
        migrations.RunSQL(
            sql=[
                'ALTER TABLE papers_paper ALTER COLUMN search SET STATISTICS 500',
                'ANALYZE papers_paper (search)',
            ],
            reverse_sql=[
                'ALTER TABLE papers_paper ALTER COLUMN search SET STATISTICS -1',
            ],
        ),
    ]
