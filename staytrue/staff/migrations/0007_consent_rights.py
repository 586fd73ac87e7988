"""Built-in roles receive the rights about consent, where nobody has edited them away before."""

from django.db import migrations

from staytrue.staff.new_rights import hand_out


class Migration(migrations.Migration):
    dependencies = [("staff", "0006_message_rights")]
    operations = [hand_out("consent.record", "consent.manage")]
