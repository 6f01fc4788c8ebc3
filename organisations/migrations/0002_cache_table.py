from django.core.management import call_command
from django.db import migrations


def create(apps, schema_editor):
    """Sign-in counts its attempts in this table; nobody should have to remember a command for it."""
    call_command("createcachetable", database=schema_editor.connection.alias, verbosity=0)


class Migration(migrations.Migration):
    dependencies = [("organisations", "0001_initial")]

    operations = [migrations.RunPython(create, migrations.RunPython.noop, elidable=False)]
