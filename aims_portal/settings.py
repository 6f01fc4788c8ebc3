"""Settings of the portal. Every one that an installation may set is an environment variable, listed in the README."""

import os
import sys
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import environ
import font_source_sans_pro
import font_source_serif_pro
from celery.schedules import crontab
from csp.constants import NONE, SELF

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

DATA_DIR = Path(env("AIMS_DATA", default=str(BASE_DIR / ".data"))).resolve()
DEBUG = env.bool("DEBUG", default=False)
DEMO = env.bool("AIMS_DEMO", default=False)
TESTING = "pytest" in sys.modules
PLAIN_HTTP = DEBUG or DEMO or TESTING

SECRET_KEY = env(
    "SECRET_KEY", default="only-for-tests-and-tools-" + "x" * 40 if TESTING or DEBUG else environ.Env.NOTSET
)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

# Where people find the portal: mail that no request asked for needs it for its links.
BASE_URL = env(
    "BASE_URL", default="http://127.0.0.1:8000" if PLAIN_HTTP else f"https://{(ALLOWED_HOSTS or ['localhost'])[0]}"
).rstrip("/")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django.forms",
    "guardian",
    "pgtrigger",
    "pghistory",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_filters",
    "django_tables2",
    "django_htmx",
    "django_linear_migrations",
    "csp",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "organisations",
    "records",
    "evidence",
    "systems",
    "clauses",
    "risks",
    "audits",
    "reports",
    "aims_portal",
]
if not (DEBUG or TESTING):
    INSTALLED_APPS.remove("django_linear_migrations")

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "aims_portal.methods.PageMethodsMiddleware",
    "organisations.nameless.NamelessMiddleware",
    "evidence.uploads.BrokenUploadsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "organisations.origin.OriginMiddleware",
    "audits.room.visits.VisitMiddleware",
    "records.past.gate.PastMiddleware",
    "organisations.middleware.OrganisationMiddleware",
]
# Who comes into an organisation goes through these, and may be turned away from a page (see organisations.middleware).
ADMISSIONS = ["audits.room.gate.admit", "records.past.gate.admit"]

ROOT_URLCONF = "aims_portal.urls"
WSGI_APPLICATION = "aims_portal.wsgi.application"
FORM_RENDERER = "records.forms_renderer.PortalRenderer"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "aims_portal.rail.rail",
            ],
        },
    },
]

# The same engine everywhere: manage.py and the demo start a private one and set the address when none is given.
DATABASES = {"default": env.db("DATABASE_URL", default="postgres:///aims")}
DATABASES["default"] |= {"ATOMIC_REQUESTS": True, "CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Rate limits must hold across processes and outlive a broker that is down, so they are counted in the database.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}}

REDIS_URL = env("REDIS_URL", default="redis://127.0.0.1:6379/0")
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1)
CELERY_TASK_IGNORE_RESULT = True
# Kill -9 of a child or of the worker loses nothing: see docs/decisions on jobs.
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600, "socket_connect_timeout": 2, "socket_timeout": 10}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0, "interval_max": 0.2}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    "sweep reports": {"task": "reports.tasks.sweep_reports", "schedule": 30.0},
    # Whoever is due is told once, however often somebody looks: see docs/decisions/0009-reminders.md.
    "make digests": {"task": "reports.tasks.make_digests", "schedule": 600.0},
    "sweep mail": {"task": "organisations.tasks.sweep_mail", "schedule": 60.0},
    # A system that changed after its assessment was approved has the next one begun: see risks.changes.drafts.
    "draft what changed": {"task": "risks.tasks.draft_what_changed", "schedule": 600.0},
    # A second one while the first still works does nothing: see docs/decisions/0025-sealed-history.md.
    "seal history": {"task": "records.tasks.seal_history", "schedule": 10.0, "options": {"expires": 10}},
    "verify history": {"task": "records.tasks.verify_history", "schedule": crontab(hour=3, minute=40)},
    # Each period of a scheduled report is a row, and so is each day of readiness: whoever looks twice finds it done.
    "keep schedules": {"task": "reports.tasks.keep_schedules", "schedule": 60.0},
    "take readiness": {"task": "reports.tasks.take_readiness", "schedule": 600.0},
    "sweep imports": {"task": "records.tasks.sweep_imports", "schedule": 30.0},
    # A few at a time, so that each stored file is hashed again every thirty days (evidence.rehashing).
    "rehash evidence": {"task": "evidence.tasks.rehash_evidence", "schedule": 60.0, "options": {"expires": 60}},
    "sweep incoming files": {"task": "evidence.tasks.sweep_incoming", "schedule": 3600.0},
}

AUTH_USER_MODEL = "organisations.User"
AUTHENTICATION_BACKENDS = [
    "allauth.account.auth_backends.AuthenticationBackend",
    "guardian.backends.ObjectPermissionBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
GUARDIAN_MONKEY_PATCH_USER = False
ANONYMOUS_USER_NAME = None
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "organisations.adapter.InvitedOnly"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_DISPLAY = "organisations.adapter.display_name"
# An address is proved by the link in the invitation, before the account exists.
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = LOGIN_URL
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_RATE_LIMITS = {"login": "300/m/ip" if DEMO or TESTING else "30/m/ip"}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "AIMS Portal"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = PLAIN_HTTP

LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en-gb", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"


STATIC_URL = "/static/"
STATICFILES_DIRS = [
    BASE_DIR / "static",
    # Screen and paper are set in the same letters on every machine (docs/decisions/0003-typefaces.md).
    ("fonts/serif", Path(font_source_serif_pro.font_directory)),
    ("fonts/sans", Path(font_source_sans_pro.font_directory)),
]
STATIC_ROOT = Path(env("STATIC_ROOT", default=str(BASE_DIR / "staticfiles")))
WHITENOISE_USE_FINDERS = PLAIN_HTTP


def storage_from(url: str) -> dict[str, object]:
    """Turns `s3://KEY:SECRET@BUCKET/?endpoint_url=…&region_name=…` or a folder into a Django storage."""
    parts = urlsplit(url)
    if parts.scheme != "s3":
        return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": url}}
    options: dict[str, object] = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    options |= {"bucket_name": parts.hostname or "", "file_overwrite": True, "default_acl": None}
    # Larger files are hashed and sent from disk: the default is to hold them in memory, whatever their size.
    options["max_memory_size"] = 5 * 2**20
    if parts.username:
        options |= {"access_key": unquote(parts.username), "secret_key": unquote(parts.password or "")}
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}


STORAGES = {
    "default": storage_from(env("STORAGE_URL", default=str(DATA_DIR / "files"))),
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if PLAIN_HTTP
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
FILE_UPLOAD_HANDLERS = ["evidence.uploads.HashingUploadHandler"]
FILE_UPLOAD_PERMISSIONS = 0o600
# What a file that is brought for a register goes through, as evidence does: its type, its content, the scanner.
ADMITTED = "evidence.admitting.admitted"
# On the same disk as the files, so that a finished upload is moved into place in one step.
FILE_UPLOAD_TEMP_DIR = DATA_DIR / "incoming"
FILE_UPLOAD_TEMP_DIR.mkdir(parents=True, exist_ok=True)
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 2**20
EVIDENCE_MAX_BYTES = env.int("EVIDENCE_MAX_BYTES", default=100 * 2**20)
EVIDENCE_QUOTA_BYTES = env.int("EVIDENCE_QUOTA_BYTES", default=20 * 2**30)
SCANNER_URL = env("SCANNER_URL", default="")
SCANNER_TIMEOUT = env.float("SCANNER_TIMEOUT", default=30)
API_REQUESTS_PER_MINUTE = env.int("API_REQUESTS_PER_MINUTE", default=1200)

# A mail server that hangs must not hold up the page that sends.
EMAIL_TIMEOUT = 10
if os.environ.get("EMAIL_URL"):
    vars().update(env.email_url("EMAIL_URL"))
else:
    EMAIL_BACKEND = "organisations.outbox.OutboxBackend"
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="AIMS Portal <portal@localhost>")

SECURE_SSL_REDIRECT = not PLAIN_HTTP and env.bool("SECURE_SSL_REDIRECT", default=True)
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
# Requests are counted by the address that the proxy saw; what a client says of itself before that counts for nothing.
ALLAUTH_TRUSTED_PROXY_COUNT = int(BEHIND_PROXY)
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = 0 if PLAIN_HTTP else env.int("SECURE_HSTS_SECONDS", default=31_536_000)
SECURE_HSTS_INCLUDE_SUBDOMAINS = not PLAIN_HTTP
SECURE_HSTS_PRELOAD = not PLAIN_HTTP
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not PLAIN_HTTP
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "aims_portal.views.csrf_failure"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}


REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "organisations.api_keys.KeyAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["organisations.api_parser.JSONParser"],
    "DEFAULT_PAGINATION_CLASS": "organisations.api_pages.Pages",
    "DEFAULT_SCHEMA_CLASS": "aims_portal.api_schema.Described",
    "DEFAULT_THROTTLE_CLASSES": ["organisations.api_throttle.RequestsPerMinute"],
    "EXCEPTION_HANDLER": "organisations.api_errors.answer_to",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "AIMS Portal",
    "VERSION": "1",
    "DESCRIPTION": "What people do in the portal, for programs. A key never has more than its owner's rights.",
    "SCHEMA_PATH_PREFIX": "/api/v1/{organisation}",
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "SERVE_INCLUDE_SCHEMA": False,
    "SORT_OPERATION_PARAMETERS": False,
    "ENUM_NAME_OVERRIDES": {
        "PositionStatus": "clauses.models.Status",
        "ReadinessVerdict": ["conditional", "not_ready", "ready"],
        "ReportKind": "reports.models.Report.Kind",
        "Standing": "risks.models.Standing",
        "Authority": "organisations.authority.Authority",
        "RiskLevel": "risks.models.Level",
        "LegalRequirementKind": "clauses.models.context.RequirementKind",
        "ReviewTopic": "audits.models.Topic",
        "CompetenceLevel": "clauses.models.support.Level",
        "Grade": "systems.models.Criticality",
        "ResponsibilityPart": "systems.models.Part",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "aims_portal.api_schema.add_error_shape",
    ],
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    # Setting a page is not worth three lines of log.
    "loggers": {
        "fontTools": {"level": "WARNING"},
        "weasyprint": {"level": "ERROR"},
        # What it says on its way is for the progress of the report (see reports.papers.printing), not for the log.
        "weasyprint.progress": {"level": "INFO", "propagate": False},
    },
    "root": {"handlers": ["console"], "level": "WARNING" if TESTING else "INFO"},
}
