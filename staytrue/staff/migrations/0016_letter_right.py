"""Built-in roles that work on cases may write to their guests."""

from django.db import migrations

from staytrue.staff.new_rights import hand_out


class Migration(migrations.Migration):
    dependencies = [("staff", "0015_desk_rights")]
    operations = [hand_out("cases.write")]
