"""Built-in roles receive the rights about guests, where nobody has edited them away before."""

from django.db import migrations

from staytrue.staff.new_rights import hand_out


class Migration(migrations.Migration):
    dependencies = [("staff", "0004_row_level_security")]
    operations = [hand_out("guests.merge", "guests.correct", "guests.elsewhere", "matching.manage")]
