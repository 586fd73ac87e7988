"""Tables of the simulated PMS and the two views that its administrator made for us."""

from __future__ import annotations

from staytrue.lab.pms.sql_views.quirks import Quirk

TABLES = """
CREATE SCHEMA pms;
CREATE TABLE pms.guest (
  guest_no int PRIMARY KEY, salutation text, given text, family text, family2 text, born date,
  lang text, nation text, land text, mail text, tel text, cell text, street text, zip text,
  town text, vip text, ads boolean, merged_to int, struck boolean NOT NULL DEFAULT false, memo text,
  changed timestamptz
);
CREATE TABLE pms.booking (
  house text NOT NULL, booking_no int, room_line smallint, party text, sts text NOT NULL,
  arr date NOT NULL, dep date NOT NULL, made timestamptz, cancelled timestamptz, came timestamptz,
  went timestamptz, adults int, kids int, babies int, room text, category text, rate text,
  meals text, channel text, agent text, market text, pays text, guest_no int, booker_no int,
  with_no int, price numeric(10, 2), extras numeric(10, 2), remark text, changed timestamptz,
  PRIMARY KEY (booking_no, room_line)
);
CREATE TABLE pms.correction (
  booking_no int, room_line smallint, amount numeric(10, 2), PRIMARY KEY (booking_no, room_line)
);
CREATE SCHEMA staytrue;
"""
KEYS = {
    "guest": ("guest_no",),
    "booking": ("booking_no", "room_line"),
    "correction": ("booking_no", "room_line"),
}
VIEWS = ("guests", "stays")


def views(quirks: frozenset[Quirk], zone: str, house: str, shown_as: str) -> str:
    """The views, with stamps and the house as this PMS shows them."""
    stamps = {name: _stamp(name, quirks, zone) for name in ("made", "cancelled", "came", "went",
                                                            "changed")}  # fmt: skip
    return f"""
DROP VIEW IF EXISTS staytrue.guests, staytrue.stays;
CREATE VIEW staytrue.guests AS SELECT guest_no, salutation, given, family, family2, born, lang,
  nation, land, mail, tel, cell, street, zip, town, vip, ads, merged_to, struck, memo,
  {stamps["changed"]} AS changed FROM pms.guest;
CREATE VIEW staytrue.stays AS SELECT
  CASE house WHEN '{house}' THEN '{shown_as}' ELSE house END AS house, b.booking_no, b.room_line, party, sts, arr, dep,
  {stamps["made"]} AS made, {stamps["cancelled"]} AS cancelled, {stamps["came"]} AS came,
  {stamps["went"]} AS went, adults, kids, babies, room, category, rate, meals, channel, agent,
  market, pays, guest_no, booker_no, with_no, price + extras + coalesce(c.amount, 0) AS total,
  price AS room_total, remark, {stamps["changed"]} AS changed
  FROM pms.booking b LEFT JOIN pms.correction c
    ON c.booking_no = b.booking_no AND c.room_line = b.room_line;
"""


def _stamp(column: str, quirks: frozenset[Quirk], zone: str) -> str:
    shown = f"{column} AT TIME ZONE '{zone}'" if Quirk.WALL_TIME in quirks else column
    return f"date_trunc('second', {shown})" if Quirk.SECONDS in quirks else shown
