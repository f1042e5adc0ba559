"""A moment as people type it."""

from django import forms


def moment_field(*, label: str, help_text: str) -> forms.DateTimeField:
    """An optional date and time in the zone of the back office; the help says which that is."""
    return forms.DateTimeField(
        required=False,
        label=label,
        help_text=help_text,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
    )
