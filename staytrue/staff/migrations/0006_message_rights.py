"""Built-in roles receive the rights about messages, where nobody has edited them away before."""

from django.db import migrations

from staytrue.staff.new_rights import hand_out


class Migration(migrations.Migration):
    dependencies = [("staff", "0005_guest_rights")]
    operations = [
        hand_out("templates.write", "templates.approve", "journeys.write", "journeys.approve"),
    ]
