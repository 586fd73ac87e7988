"""Built-in roles receive the right to set up, arm and stop sending."""

from django.db import migrations

from staytrue.staff.new_rights import hand_out


class Migration(migrations.Migration):
    dependencies = [("staff", "0008_answer_right")]
    operations = [hand_out("sending.arm")]
