"""A tick beside a button that moves money or lets it move: pressed by accident alone, the button does nothing."""

from django import forms


def tick(label: str) -> forms.BooleanField:
    """A box that the browser wants ticked. A form with a way out that needs no tick gives that button
    `formnovalidate`, and asks for the tick itself in ``clean``.
    """
    return forms.BooleanField(
        label=label, required=False, widget=forms.CheckboxInput(attrs={"required": True})
    )
