"""Raw stays as we compressed it; rows are held to the properties in scope."""

from django.db import migrations

from staytrue.hotel.rls import allowed, enable_rls


class Migration(migrations.Migration):
    dependencies = [("inbox", "0001_inbox")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE delivery_piece ALTER COLUMN body SET STORAGE EXTERNAL;"
            "ALTER TABLE delivery ALTER COLUMN source_ids SET STORAGE EXTERNAL;",
            migrations.RunSQL.noop,
        ),
        enable_rls("connection"),
        enable_rls("delivery"),
        enable_rls("parked_part"),
        migrations.RunSQL(
            "ALTER TABLE delivery_piece ENABLE ROW LEVEL SECURITY;"
            "CREATE POLICY by_property ON delivery_piece USING (EXISTS ("
            " SELECT FROM delivery d WHERE d.id = delivery_id AND "
            f"{allowed('d.property_id')}));",
            "DROP POLICY by_property ON delivery_piece;"
            "ALTER TABLE delivery_piece DISABLE ROW LEVEL SECURITY;",
        ),
    ]
