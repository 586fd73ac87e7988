"""Built-in roles receive the rights of the desk."""

from django.db import migrations

from staytrue.staff.new_rights import hand_out


class Migration(migrations.Migration):
    dependencies = [("staff", "0013_reasons")]
    operations = [
        hand_out(
            "cases.request", "cases.promise", "cases.preference", "cases.recovery",
            "cases.feedback", "cases.reply", "cases.all", "cases.money", "cases.approve",
            "desk.manage", "desk.figures",
        ),
    ]  # fmt: skip
