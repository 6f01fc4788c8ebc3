from django.apps import AppConfig


class AimsPortalConfig(AppConfig):
    name = "aims_portal"
