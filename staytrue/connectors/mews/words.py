"""Mews's words and what they mean here. What is not in a table is never guessed."""

from __future__ import annotations

from staytrue.hotel.codes import Channel, FolioKind, Payment, Segment, Status

NO_SHOW = "NoShow"

STATUS = {
    "Inquired": Status.INQUIRY,
    "Enquired": Status.INQUIRY,  # as the operation before 2023-06-06 spells it
    "Optional": Status.OPTION,
    "Requested": Status.WAITLIST,
    "Confirmed": Status.CONFIRMED,
    "Started": Status.IN_HOUSE,
    "Processed": Status.CHECKED_OUT,
    "Canceled": Status.CANCELLED,
}

SOURCE_CHANNEL = {
    "OnlineTravelAgency": Channel.OTA,
    "GlobalDistributionSystem": Channel.GDS,
    "TourOperatorSystem": Channel.TOUR_OPERATOR,
    "OnlineBookingEngine": Channel.WEBSITE,
    "SalesAndCateringSystem": Channel.GROUP,
    "Kiosk": Channel.DIRECT,
    "PropertyManagementSystem": Channel.DIRECT,
    "CentralReservationSystem": Channel.OTHER,
    "AlternativeDistributionSystem": Channel.OTHER,
    "Agent": Channel.OTHER,
}

# The older operation writes Commander and its origin in one word: CommanderPhone.
COMMANDER = "Commander"
ORIGIN_CHANNEL = {
    "Distributor": Channel.WEBSITE,
    "Navigator": Channel.WEBSITE,
    "ChannelManager": Channel.OTHER,
    "Import": Channel.OTHER,
    "Connector": Channel.OTHER,
}
COMMANDER_CHANNEL = {
    None: Channel.DIRECT,
    "InPerson": Channel.DIRECT,
    "Phone": Channel.DIRECT,
    "Email": Channel.DIRECT,
    "Message": Channel.DIRECT,
    "CallCenter": Channel.DIRECT,
    "Website": Channel.WEBSITE,
    "Channel": Channel.OTA,
    "RoomingList": Channel.GROUP,
}

SEGMENT = {
    "business": Segment.BUSINESS,
    "corporate": Segment.BUSINESS,
    "leisure": Segment.LEISURE,
    "group": Segment.GROUP,
    "groups": Segment.GROUP,
    "student": Segment.OTHER,
    "other": Segment.OTHER,
}

FOLIO = {
    "SpaceOrder": FolioKind.ROOM,
    "ResourceUpgradeFee": FolioKind.ROOM,
    "ProductOrder": FolioKind.EXTRA,
    "CancellationFee": FolioKind.EXTRA,
    "CustomItem": FolioKind.EXTRA,
    "Surcharge": FolioKind.EXTRA,
    "CityTax": FolioKind.TAX,
    "SpecialCityTax": FolioKind.TAX,
    "CityTaxDiscount": FolioKind.TAX,
    "SpecialCityTaxDiscount": FolioKind.TAX,
    "Rebate": FolioKind.CORRECTION,
}
ORDERED = "ProductOrder"
CANCELED = "Canceled"

PAYMENT = {
    "CreditCardPayment": Payment.CARD,
    "CashPayment": Payment.CASH,
    "InvoicePayment": Payment.TRANSFER,
    "ExternalPayment": Payment.OTHER,
    "AlternativePayment": Payment.OTHER,
    "GhostPayment": Payment.OTHER,
}
EXTERNAL_PAYMENT = {
    "Cash": Payment.CASH,
    "CreditCard": Payment.CARD,
    "WireTransfer": Payment.TRANSFER,
    "Invoice": Payment.TRANSFER,
    "Reseller": Payment.AGENCY,
}
# Money that is not there: not yet, no more, or never.
UNPAID = frozenset({"Pending", "Verifying", "Canceled", "Failed"})
PAID = frozenset({"Charged", "Settled"})

CONSENTS = {
    "SendMarketingEmails": ("marketing", "email"),
    "SendMarketingPostalMail": ("marketing", "post"),
    "SendPartnerMarketingEmails": ("partner_marketing", "email"),
    "SendPartnerMarketingPostalMail": ("partner_marketing", "post"),
}
VIP = ("VeryImportant", "TopManagement", "Important")
PAYMASTER = "PaymasterAccount"

# Which push leads to which record. Everything else a push tells is nothing we mirror.
EVENTS = {
    "ServiceOrderUpdated": "reservation",
    "CustomerAdded": "profile",
    "CustomerUpdated": "profile",
    "PaymentUpdated": "payment",
    "Reservation": "reservation",
}
