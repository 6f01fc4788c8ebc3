"""How Django draws our forms: label above, help under it, error at the field."""

from django.forms.renderers import TemplatesSetting


class PortalRenderer(TemplatesSetting):
    """Forms and fields in the portal's look; widgets come from `templates/django/forms/widgets/`."""

    form_template_name = "components/fields.html"
    field_template_name = "components/field.html"
