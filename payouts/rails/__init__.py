"""The rails: schemes and providers that carry money. Bytes in, bytes out; no Django, no clock, no network of
their own."""
