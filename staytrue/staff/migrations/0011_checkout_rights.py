"""Built-in roles receive the rights of check-outs and of the programme."""

from django.db import migrations

from staytrue.staff.new_rights import hand_out


class Migration(migrations.Migration):
    dependencies = [("staff", "0010_mailing_rights")]
    operations = [
        hand_out(
            "checkout.manage", "checkout.run", "loyalty.read", "loyalty.manage", "points.adjust"
        ),
    ]
