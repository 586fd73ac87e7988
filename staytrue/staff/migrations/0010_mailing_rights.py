"""Built-in roles receive the rights to write, approve and send mailings."""

from django.db import migrations

from staytrue.staff.new_rights import hand_out


class Migration(migrations.Migration):
    dependencies = [("staff", "0009_sending_right")]
    operations = [hand_out("mailings.write", "mailings.approve", "mailings.send")]
