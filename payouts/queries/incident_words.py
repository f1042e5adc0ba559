"""What an incident is, by its code, in the reader's language: the sentence that was written then is English."""

from backoffice.words import later

WORDS = {
    "amount_differs": later("The bank reports another amount than ours"),
    "audit_anchor": later("The audit trail is not anchored"),
    "audit_write": later("The audit trail takes no events"),
    "cannot_prepare": later("A batch cannot be prepared"),
    "cannot_render": later("A batch’s file cannot be written"),
    "carried_after_all": later("What counted as not sent went out after all"),
    "conflict": later("The bank holds something else than ours"),
    "document": later("A document of the bank could not be read"),
    "invariant": later("An invariant is broken"),
    "journal": later("What is handed over cannot be written down"),
    "paid_twice": later("A seller may have been paid twice"),
    "rail_not_allowed": later("A rail that only pretends to pay is not used here"),
    "rail_without_way": later("A rail has no way to the bank here"),
    "restored": later("The database was restored from a backup"),
    "job_failed": later("A job on many payouts failed"),
    "run_failed": later("A payout run failed"),
    "seal_broken": later("A batch is not what was approved"),
    "statement_chain": later("A bank statement is missing or does not follow"),
    "statement_reused": later("A bank statement came twice, not the same"),
    "unknown": later("Unknown at the bank"),
    "unknown_reference": later("The bank reports what we never sent"),
}
"""Every code that an incident is opened with; one without words here fails a test."""


def what(code: str) -> str:
    """The incident in a few words, or its code."""
    return str(WORDS.get(code, code))
