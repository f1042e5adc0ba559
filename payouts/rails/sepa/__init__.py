"""SEPA credit transfers: a pain.001.001.09 file out, pain.002 answers back."""
