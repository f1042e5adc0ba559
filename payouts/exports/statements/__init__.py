"""Statements for sellers and auditors: one sheet of words and amounts, shown as a page and written as a PDF."""
