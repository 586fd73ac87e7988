"""Titles and words met in exports (English, French, Spanish, German): only to draft a mapping."""

from __future__ import annotations

TITLES: dict[str, tuple[str, ...]] = {
    "number": (
        "number", "reservation number", "confirmation number", "confirmation no", "confirmation",
        "booking number", "booking id", "reservation id", "res no", "resno", "booking no",
        "numero de reservation", "n° reservation", "no reservation", "reservation", "dossier",
        "numero de reserva", "localizador", "n reserva", "reserva", "reservierungsnummer",
        "buchungsnummer", "res nr", "buchung",
    ),
    "status": (
        "status", "state", "reservation status", "booking status", "statut", "etat", "estado",
        "situacion", "buchungsstatus",
    ),
    "arrival_on": (
        "arrival", "arrival date", "check in", "checkin", "check-in", "from", "arrivee",
        "date d'arrivee", "llegada", "fecha de llegada", "entrada", "fecha entrada", "anreise",
        "anreisedatum", "ankunft", "von",
    ),
    "departure_on": (
        "departure", "departure date", "check out", "checkout", "check-out", "to", "depart",
        "date de depart", "salida", "fecha de salida", "fecha salida", "abreise", "abreisedatum",
        "bis",
    ),
    "nights": ("nights", "no of nights", "nuits", "nb nuits", "noches", "nachte", "naechte"),
    "created_at": (
        "created", "created at", "creation date", "booked on", "booking date", "date de creation",
        "creee le", "fecha de creacion", "fecha reserva", "erstellt", "gebucht am",
    ),
    "modified_at": (
        "modified", "modified at", "last modified", "updated", "updated at", "modifie le",
        "fecha de modificacion", "modificada", "geandert", "geandert am",
    ),
    "cancelled_at": ("cancelled", "cancelled at", "annulee le", "fecha de cancelacion", "storniert"),
    "adults": ("adults", "adultes", "adultos", "erwachsene", "adulte"),
    "children": ("children", "enfants", "ninos", "kinder"),
    "infants": ("infants", "babies", "bebes", "kleinkinder"),
    "room_number": (
        "room", "room no", "room number", "chambre", "no chambre", "habitacion", "zimmer",
        "zimmernummer", "zimmernr",
    ),
    "room_category": (
        "room type", "category", "room category", "type de chambre", "categorie", "categoria",
        "tipo de habitacion", "zimmerkategorie", "zimmertyp", "kategorie",
    ),
    "rate_code": ("rate", "rate code", "rate plan", "tarif", "code tarif", "tarifa", "rate", "rate name", "preiscode"),
    "board": ("board", "meal plan", "meal", "pension", "regime", "regimen", "verpflegung"),
    "channel": ("channel", "reservation source", "origin", "canal", "kanal", "herkunft", "provenance"),
    "source": ("agent", "agency", "travel agent", "agence", "agencia", "reiseburo", "partner", "source"),
    "segment": ("segment", "market segment", "market", "segmento", "marktsegment"),
    "amount": (
        "amount", "total", "total amount", "montant", "montant total", "importe", "importe total",
        "betrag", "gesamtbetrag", "gesamt",
    ),
    "room_amount": ("room amount", "room revenue", "hebergement", "alojamiento", "logis"),
    "currency": ("currency", "devise", "moneda", "wahrung", "waehrung"),
    "payment_method": ("payment", "payment method", "paiement", "pago", "forma de pago", "zahlungsart"),
    "notes": ("notes", "comments", "remarks", "remarques", "commentaires", "observaciones", "bemerkung"),
    "source_id": ("guest id", "profile id", "client id", "customer id", "gast id", "gastnr", "id cliente", "n client"),
    "full_name": ("guest name", "guest", "name", "full name", "nom complet", "client", "huesped", "titular", "gast", "gastname"),
    "title": ("title", "salutation", "civilite", "tratamiento", "anrede"),
    "first_name": ("first name", "firstname", "given name", "prenom", "nombre", "vorname"),
    "last_name": ("last name", "lastname", "surname", "family name", "nom", "apellidos", "apellido", "primer apellido", "nachname"),
    "second_last_name": ("second last name", "segundo apellido"),
    "birth_date": ("birth date", "birthdate", "date of birth", "birthday", "date de naissance", "fecha de nacimiento", "geburtsdatum"),
    "language": ("language", "langue", "idioma", "sprache"),
    "country": ("country", "pays", "pais", "land"),
    "nationality": ("nationality", "nationalite", "nacionalidad", "nationalitat"),
    "email": ("email", "e-mail", "mail", "email address", "courriel", "correo", "correo electronico"),
    "phone": ("phone", "telephone", "tel", "telefono", "telefon", "phone number"),
    "mobile": ("mobile", "cell", "portable", "movil", "handy", "mobil"),
    "line1": ("address", "street", "adresse", "rue", "direccion", "strasse"),
    "postcode": ("postcode", "zip", "postal code", "code postal", "codigo postal", "plz"),
    "city": ("city", "town", "ville", "ciudad", "ort", "stadt"),
    "vip": ("vip", "vip code"),
}  # fmt: skip

STATUS_WORDS: dict[str, tuple[str, ...]] = {
    "confirmed": (
        "confirmed", "active", "reserved", "definite", "guaranteed", "ok", "confirmee", "confirme",
        "confirmada", "confirmado", "bestatigt", "fest", "new",
    ),
    "option": ("option", "optional", "tentative", "provisional", "opcion", "opcional", "vorlaufig"),
    "waitlist": ("waitlist", "waiting list", "liste d'attente", "lista de espera", "warteliste"),
    "inquiry": ("inquiry", "enquiry", "prospect", "demande", "consulta", "anfrage"),
    "in_house": (
        "in house", "in-house", "checked in", "check-in", "checked-in", "present", "arrived",
        "en casa", "alojado", "im haus", "eingecheckt", "arrivee",
    ),
    "checked_out": (
        "checked out", "check-out", "checked-out", "departed", "parti", "salida", "abgereist",
        "ausgecheckt", "completed",
    ),
    "cancelled": (
        "cancelled", "canceled", "cxl", "annulee", "annule", "cancelada", "cancelado", "storniert",
        "storno", "anulada",
    ),
    "no_show": ("no show", "no-show", "noshow", "non presente", "no presentado", "nicht angereist"),
}  # fmt: skip
