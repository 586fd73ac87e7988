"""The screens and their addresses."""

from __future__ import annotations

from django.urls import path, register_converter

from staytrue.kit import paths
from staytrue.web import (
    account,
    audited,
    card,
    card_acts,
    completeness,
    connecting,
    connections,
    consent,
    consent_lists,
    fields,
    flows,
    guest_arrival,
    guest_choices,
    guest_survey,
    guests,
    households,
    hubs,
    journeys,
    letterhead,
    live,
    outbox,
    pacing,
    parting,
    reach,
    recognition,
    review,
    search,
    sending,
    sources,
    stays,
    team,
    texts,
    today,
)


class Name:
    """A connection's name in an address: any, made on the command line or by an earlier version."""

    regex = "[^/]+"

    def to_python(self, value: str) -> str:
        """The name."""
        return paths.name_in(value)

    def to_url(self, value: str) -> str:
        """What stands for it."""
        return paths.segment(value)


register_converter(Name, "name")

urlpatterns = [
    path("", account.home, name="home"),
    path("today/", today.today, name="today"),
    path("today/<str:code>/", today.today, name="today_of"),
    path("stays/", stays.stays, name="stays"),
    path("stays/<int:pk>/", stays.stay, name="stay"),
    path("guests/", guests.guests, name="guests"),
    path("guests/flows/", flows.flows, name="flows"),
    path("guests/reachability/", reach.reach, name="reach"),
    path("guests/completeness/", completeness.completeness, name="completeness"),
    path("guests/review/", review.review, name="review"),
    path("guests/review/undo/", review.undo, name="review_undo"),
    path("guests/hubs/", hubs.hubs, name="hubs"),
    path("guests/hubs/<slug:key>/", hubs.hub, name="hub"),
    path("guests/recognition/", recognition.recognition, name="recognition"),
    path("guests/recognition/count/", recognition.count, name="recognition_count"),
    path("guests/households/", households.households, name="households"),
    path("guests/households/<int:pk>/", households.household, name="household"),
    path("guests/<int:pk>/", card.to_guest, name="guest"),
    path("guests/<uuid:public_id>/", card.stays, name="guest_card"),
    path("guests/<uuid:public_id>/profiles/", card.profiles, name="guest_profiles"),
    path("guests/<uuid:public_id>/history/", card.history, name="guest_history"),
    path("guests/<uuid:public_id>/consent/", consent.tab, name="guest_consent"),
    path("guests/<uuid:public_id>/consent/record/", consent.record, name="guest_consent_record"),
    path("guests/<uuid:public_id>/opt-out/", consent.opt_out, name="guest_opt_out"),
    path("guests/consent/", consent_lists.lists, name="consent"),
    path("guests/consent/<int:pk>/", consent_lists.decide, name="proposed_opt_out"),
    path("guests/consent/<int:pk>/back/", consent_lists.put_back, name="suppression_back"),
    path("guests/grounds/", consent_lists.grounds, name="grounds"),
    path("guests/grounds/choose/", consent_lists.choose, name="basis_choose"),
    path("guests/grounds/sign/", consent_lists.sign, name="statement_sign"),
    path("guests/grounds/<int:pk>/end/", consent_lists.end, name="statement_end"),
    path("guests/<uuid:public_id>/word/", card_acts.word, name="guest_word"),
    path("guests/<uuid:public_id>/persona/", card_acts.persona, name="guest_persona"),
    path("guests/<uuid:public_id>/undo/", card_acts.undo, name="guest_undo"),
    path("guests/<uuid:public_id>/undo/<int:event>/", parting.parting, name="guest_parting"),
    path("asks/<int:pk>/looked/", parting.looked, name="ask_looked"),
    path("guests/<uuid:public_id>/apart/", card_acts.apart, name="guest_apart"),
    path("guests/sources/", sources.sources, name="sources"),
    path("profiles/<int:pk>/", guests.profile, name="profile"),
    path("journeys/", journeys.journeys, name="journeys"),
    path("journeys/install/", journeys.install, name="journey_install"),
    path("journeys/<slug:key>/", journeys.journey, name="journey"),
    path("journeys/<slug:key>/rehearse/", journeys.rehearse, name="journey_rehearse"),
    path("journeys/<slug:key>/approve/", journeys.approve, name="journey_approve"),
    path("journeys/<slug:key>/at/<str:code>/", journeys.place, name="journey_place"),
    path("journeys/<slug:key>/steps/<slug:name>/", journeys.step, name="journey_step"),
    path("sending/", sending.sending, name="sending"),
    path("sending/stop/", sending.stop, name="sending_stop"),
    path("sending/new/", sending.set_up, name="outlet_set_up"),
    path("sending/<int:pk>/", sending.act, name="outlet_act"),
    path("messages/", outbox.outbox, name="outbox"),
    path("messages/<uuid:public_id>/", outbox.message, name="message"),
    path("messages/<uuid:public_id>/answer/", outbox.answer, name="message_answer"),
    path("search/", search.search, name="search"),
    path("connections/", connections.connections, name="connections"),
    path("connections/new/", connecting.connect, name="connect"),
    path("connections/<name:name>/", connections.connection, name="connection"),
    path("connections/<name:name>/settings/", connecting.settings, name="connection_settings"),
    path("connections/<name:name>/pace/", pacing.pace, name="connection_pace"),
    path("connections/<name:name>/address/", connecting.new_address, name="new_address"),
    path("connections/<name:name>/progress/", connecting.progress, name="connection_progress"),
    path("connections/<name:name>/fields/", fields.fields, name="fields"),
    path("connections/<name:name>/fidelity/", fields.fidelity, name="fidelity"),
    path("connections/<name:name>/resume/", connections.resume, name="resume"),
    path("connections/<name:name>/parked/", connections.settle_parts, name="settle_parts"),
    path("deliveries/<int:pk>/release/", connections.release_delivery, name="release_delivery"),
    path("parked/<int:pk>/", connections.raw_part, name="raw_part"),
    path("texts/", texts.texts, name="texts"),
    path("texts/standard/", texts.adopt, name="texts_adopt"),
    path("texts/mail/", texts.mail, name="text_mail"),
    path("texts/versions/<int:pk>/", texts.act, name="text_act"),
    path("texts/letterhead/<str:code>/", letterhead.letterhead, name="letterhead"),
    path("texts/<slug:kind>/<slug:channel>/", texts.text, name="text"),
    path("texts/<slug:kind>/<slug:channel>/check/", texts.check, name="text_check"),
    path("members/", team.members, name="members"),
    path("members/<int:pk>/", team.member, name="member"),
    path("members/<int:pk>/end/", team.end, name="end_membership"),
    path("roles/", team.roles, name="roles"),
    path("roles/<slug:key>/", team.role, name="role"),
    path("audit/", audited.audit, name="audit"),
    path("version", live.version, name="version"),
    path("language/", account.language, name="language"),
    path("me/", account.me, name="me"),
    path("me/keys/", account.single_keys, name="single_keys"),
    path("more/", account.more, name="more"),
    # Whoever has the link: guests, without an account.
    path("g/<str:token>/", guest_choices.preferences, name="guest_choices"),
    path("g/<str:token>/stop/", guest_choices.stop, name="guest_stop"),
    path("g/<str:token>/arrival/", guest_arrival.arrival, name="guest_arrival"),
    path("g/<str:token>/survey/", guest_survey.survey, name="guest_survey"),
    path("help/", account.help_page, name="help"),
]
