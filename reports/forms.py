"""The one thing a person sets about their reminders."""

from django import forms

from .models import DigestChoice


class DigestChoiceForm(forms.ModelForm):
    """Mail on or off. The list in the portal stays in any case."""

    class Meta:
        model = DigestChoice
        fields = ["by_mail"]
