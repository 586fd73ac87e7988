"""Built-in roles receive the right to confirm or drop messages that wait for a person."""

from django.db import migrations

from staytrue.staff.new_rights import hand_out


class Migration(migrations.Migration):
    dependencies = [("staff", "0007_consent_rights")]
    operations = [hand_out("messages.answer")]
