"""The addresses of check-outs, of the programme and of a member's account."""

from __future__ import annotations

from django.urls import path

from staytrue.web import (
    card_account,
    check_out_settings,
    check_outs,
    liability,
    loyalty,
    openings,
)

urlpatterns = [
    path("check-outs/", check_outs.check_outs, name="check_outs"),
    path("check-outs/list/", check_outs.listed, name="check_out_list"),
    path("check-outs/run/", check_outs.preview, name="check_out_preview"),
    path("check-outs/runs/<int:pk>/", check_outs.run, name="check_out_run"),
    path("check-outs/settings/", check_out_settings.settings, name="check_out_settings"),
    path("check-outs/settings/change/", check_out_settings.change, name="check_out_change"),
    path("loyalty/", loyalty.programme, name="loyalty"),
    path("loyalty/terms/", loyalty.terms, name="loyalty_terms"),
    path("loyalty/draft/", loyalty.draft, name="loyalty_draft"),
    path("loyalty/versions/<int:number>/", loyalty.version, name="loyalty_version"),
    path("loyalty/pause/", loyalty.pause, name="loyalty_pause"),
    path("loyalty/pausing/", loyalty.pausing, name="loyalty_pausing"),
    path("loyalty/owed/", liability.liability, name="liability"),
    path("loyalty/openings/", openings.upload, name="openings"),
    path("guests/<uuid:public_id>/account/", card_account.account, name="guest_account"),
    path("guests/<uuid:public_id>/points/", card_account.act, name="guest_points"),
]
