"""Names with typing errors: the words of all names with what a slip makes of them; phone endings."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
from django.db import migrations, models

from staytrue.hotel.rls import lookup

# A hyphen or an apostrophe is typed, left out or made a blank as it comes.
WORDS = r"""
CREATE FUNCTION name_words(name_key text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE
  AS $$ SELECT array_remove(string_to_array(translate(name_key, '-''.,', '    '), ' '), '') $$;
CREATE INDEX profile_words ON profile USING gin (name_words(name_key));
"""
WORDS_BACK = "DROP INDEX profile_words; DROP FUNCTION name_words(text);"

# Two words that a slip parts become the same once a letter is taken from each: one more, one less,
# another, or two in the wrong order. Trigrams find none of these in a word of four letters. From
# seven letters on two are taken, of the first seven: enough for two slips.
NEAR = """
CREATE FUNCTION name_near(word text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT array_agg(DISTINCT x.key) FROM (
    SELECT left(word, 7)
     UNION ALL
    SELECT overlay(left(word, 7) PLACING '' FROM i FOR 1)
      FROM generate_series(1, least(length(word), 7)) i WHERE length(word) > 2
     UNION ALL
    SELECT overlay(overlay(left(word, 7) PLACING '' FROM j FOR 1) PLACING '' FROM i FOR 1)
      FROM generate_series(1, 6) i, generate_series(i + 1, 7) j WHERE length(word) > 6) x(key)
$$;
"""

# Whatever is mirrored by now. An ending is told from a number by its star.
FILL = """
INSERT INTO name_word (word, near)
SELECT word, name_near(word)
  FROM (SELECT DISTINCT unnest(name_words(name_key)) FROM profile) w(word);
UPDATE profile p SET contact_keys = p.contact_keys || x.endings
  FROM (SELECT id, array_agg(DISTINCT '*' || right(key, 6)) AS endings
          FROM profile, unnest(contact_keys) key WHERE key ~ '^[0-9]{6,}$' GROUP BY id) x
 WHERE x.id = p.id;
"""
NOT_FILLED = """
UPDATE profile SET contact_keys =
  ARRAY(SELECT key FROM unnest(contact_keys) WITH ORDINALITY k(key, place)
         WHERE NOT starts_with(key, '*') ORDER BY place);
DELETE FROM name_word;
"""


class Migration(migrations.Migration):
    dependencies = [("mirror", "0008_vacuumed_stages")]

    operations = [
        migrations.CreateModel(
            name="NameWord",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("word", models.TextField()),
                (
                    "near",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), size=None
                    ),
                ),
            ],
            options={
                "db_table": "name_word",
                "indexes": [
                    models.Index(fields=["word"], name="name_word_word"),
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["near"], name="name_word_near"
                    ),
                ],
            },
        ),
        migrations.RunSQL(WORDS, WORDS_BACK),
        migrations.RunSQL(NEAR, "DROP FUNCTION name_near(text)"),
        migrations.RunSQL(FILL, NOT_FILLED),
        lookup(
            "profiles_by_words",
            "profile",
            "name_words(name_key) && one AND name_words(name_key) && two"
            " AND name_words(name_key) && three AND property_id = ANY (properties)",
            "one text[], two text[], three text[], properties bigint[]",
            shared_when_null=True,
        ),
    ]
