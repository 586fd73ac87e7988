"""The one settings file, read from the environment; see docs/operations.md for each name.

Loads without a server and without secrets: both are reached for at first need.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from staytrue.kit import addresses, home
from staytrue.kit.errors import Misconfigured

_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"", "0", "false", "no", "off"}


def _text(name: str, default: str = "") -> str:
    return os.environ.get(name, default).strip()


def _flag(name: str, *, default: bool = False) -> bool:
    value = _text(name, "1" if default else "").lower()
    if value in _TRUE | _FALSE:
        return value in _TRUE
    raise Misconfigured(f"{name} is {value!r}; it must be true or false.", "setting_nonsense")


def _count(name: str) -> int:
    value = _text(name, "0")
    if not value.isdecimal():
        raise Misconfigured(f"{name} is {value!r}; it must be a number.", "setting_nonsense")
    return int(value)


def _words(name: str, default: str = "") -> list[str]:
    return [word for part in _text(name, default).split(",") if (word := part.strip())]


BASE = Path(__file__).resolve().parent
HOME = home.place()

# --- Who may reach us -------------------------------------------------------------------------
DEBUG = _flag("STAYTRUE_DEBUG")
BASE_URL = _text("STAYTRUE_BASE_URL", "http://localhost:8000").rstrip("/")
if not BASE_URL.startswith(("http://", "https://")):
    raise Misconfigured(
        f"STAYTRUE_BASE_URL is {BASE_URL!r}; it must begin with http:// or https://.",
        "setting_nonsense",
    )
HTTPS = BASE_URL.startswith("https://")
ALLOWED_HOSTS = _words("STAYTRUE_HOSTS", "localhost,127.0.0.1,[::1]")
for host in (urlsplit(BASE_URL).hostname or "", *ALLOWED_HOSTS):
    if DEBUG and not addresses.is_this_machine(host):
        raise Misconfigured(
            f"STAYTRUE_DEBUG is on while Staytrue answers as {host!r}: it is reached beyond this "
            "machine, and its error pages show guests' data. Switch STAYTRUE_DEBUG off, or let "
            "STAYTRUE_BASE_URL and STAYTRUE_HOSTS name only localhost.",
            "debug_in_public",
        )
CSRF_TRUSTED_ORIGINS = [BASE_URL] if HTTPS else []

# --- What it is made of -----------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "procrastinate.contrib.django",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_htmx",
    "staytrue.hotel",
    "staytrue.staff",
    "staytrue.inbox",
    "staytrue.mirror",
    "staytrue.changes",
    "staytrue.consent",
    "staytrue.guests",
    "staytrue.messages",
    "staytrue.journeys",
    "staytrue.loyalty",
    "staytrue.desk",
    "staytrue.forms",
    "staytrue.web",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "staytrue.web.middleware.WebMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    # The last: its transaction and scope are around the view and nothing else.
    "staytrue.staff.middleware.StaffMiddleware",
]
ROOT_URLCONF = "staytrue.urls"
WSGI_APPLICATION = "staytrue.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE / "web" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

# --- The database: `kit.database.attach` fills in where it is and as whom ----------------------
DATABASES: dict[str, dict[str, Any]] = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "staytrue",
        "HOST": "/staytrue-is-not-attached",
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        # A savepoint around each view, inside the transaction that StaffMiddleware opens: a
        # failing view leaves nothing but its denial in the audit.
        "ATOMIC_REQUESTS": True,
        "OPTIONS": {},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Who signs in ------------------------------------------------------------------------------
SECRET_KEY = lazy(lambda: _text("STAYTRUE_SECRET_KEY") or home.own_secret(HOME, "signing"), str)()
AUTH_USER_MODEL = "staff.Member"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "staytrue.staff.signin.LongestPassword"},
]
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "staytrue.staff.signin.SignIn"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
# The address is given by the administrator who makes the member.
ACCOUNT_EMAIL_VERIFICATION = "none"
# Whether an address is known is never told, nor is a stranger written to.
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"
# Wrong passwords and codes are counted in the database instead (`staff.throttle`).
ACCOUNT_RATE_LIMITS = {"login_failed": None, "login": None, "reauthenticate": None}
# Only what so many proxies of one's own add to X-Forwarded-For is believed.
ALLAUTH_TRUSTED_PROXY_COUNT = _count("STAYTRUE_PROXIES")
# Second factors: an app's codes, passkeys, and recovery codes, which are shown once.
MFA_ADAPTER = "staytrue.staff.factors.Factors"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
ACCOUNT_REAUTHENTICATION_TIMEOUT = 10 * 60
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_FORMS = {
    "authenticate": "staytrue.staff.factors.CodeForm",
    "authenticate_webauthn": "staytrue.staff.factors.KeyForm",
    "reauthenticate": "staytrue.staff.factors.CodeAgainForm",
    "reauthenticate_webauthn": "staytrue.staff.factors.KeyAgainForm",
}
# A session ends with the browser, after 30 idle minutes and after 12 hours (`staff.middleware`).
ACCOUNT_SESSION_REMEMBER = False
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
if HTTPS:
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"

# --- Languages, time, files --------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("fr", _("French")), ("es", _("Spanish"))]
LOCALE_PATHS = [BASE / "web" / "locale"]
USE_TZ = True
TIME_ZONE = "UTC"
STATIC_URL = "static/"
STATIC_ROOT = BASE.parent / "staticfiles"

# --- What every page carries (the policy of scripts stands in `web.middleware`) -----------------
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "staytrue.web.errors.no_csrf"
MESSAGE_TAGS = {20: "info", 25: "good", 30: "warn", 40: "bad"}
# Static files are found where they are, so that pages have their look before any collecting.
WHITENOISE_USE_FINDERS = True
