"""What rails and their transports write down in English, for `payouts.queries.recorded`: they know no languages.

For the translators: each stands in payouts/rails, payouts/transports.py or the file named in these very words.
"""

from backoffice.words import later

ANSWERS = (
    later("Left for the bank as {file}."),
    later("{file} had already been left for the bank."),
    later("{file} stands in the bank's outbox."),
    later("{file} does not stand in the bank's outbox."),
    later(
        "{file} stands in the bank's outbox with other content than ours. Compare both files before doing anything."
    ),
    later("{file} already stands in the outbox with other content."),
    later("{problem} Nothing was sent. Compare both files before doing anything."),
    later("The outbox {folder} cannot be written: {error}."),
    later("The outbox {folder} cannot be read: {error}."),
    later("The {what} {folder} cannot be read: {error}."),
    later("{file} cannot be read from the inbox: {error}."),
    later("It had become too late to leave {file}: nothing was left."),
    later("“{file}” cannot be a file name here: letters, digits, dot, dash and underscore only."),
    later("The answer to {method} {path} is larger than {bytes} bytes."),
    later("No complete answer to {method} {path}: {why}."),
    later("The bank knows nothing under this key so far."),
    later("The bank asks us to slow down."),
    later("The bank answered with HTTP status {status}."),
    later("The bank answered {path} with HTTP status {status}."),
    later("The bank's answer is too long to be read."),
    later("The bank's answer cannot be understood."),
    later("The bank has it as {identity}, status {status}."),
    later("The bank holds another payment under this key than ours. Compare both before doing anything."),
    later("The bank already holds another payment under this key. Look at it before doing anything."),
    later("The bank refused it."),
    later("The bank refused it, but does not prove that nothing was created: {text}"),
    # backoffice/demo/bank.py
    later("No answer within 30 seconds: the connection broke off."),
    later("The bank's events do not move on."),
    later("The bank's report mixes statuses that cannot be told apart; read it."),
    later("The bank reports on single payments without naming them."),
    # payouts/rails/reasons.py, for a code that is in no list
    later("The bank gives the reason “{code}”."),
    later("The bank gives no reason."),
)
DOCUMENTS = (
    later("The page of events is not the JSON we know (no list “events”)."),
    later("The page of events is not the JSON we know (no number “last”)."),
    later("The list of statements is not the JSON we know (no list “statements”)."),
    later("The file of {key} in the outbox is no pain.001: look at it."),
    later("A payment in the file of {key} in the outbox cannot be read: look at it."),
    later("The document is not a payment status report (pain.002)."),
    later("The document is not well-formed XML: {said}."),  # as a version before wrote it
    later("The payment status report does not say which message it answers (OrgnlMsgId)."),
)
INSTRUCTIONS = (
    later("The reference “{reference}” cannot be sent: use 1 to 15 of A–Z and 0–9."),
    later("“{currency}” is not a currency: use an ISO 4217 code."),
    later("The amount must be more than zero, and at most what a single payment may carry."),
    later("The amount must lie between €0.01 and €999,999,999.99."),
    later("The payee needs a name of at most {longest} characters."),
    later("The payee's account has no number."),
    later("The text for the payee is longer than {longest} characters."),
    later("“{key}” cannot be a key: at most 35 letters, digits and dashes."),
    later("“{key}” cannot be a message id: at most 35 Latin letters, digits and dashes."),
    later("The funding account has no number."),
    later("A call carries one payment, not {count}."),
    later("A file holds 1 to {most} payments, not {count}."),
    later("SEPA carries euros only, not {currency}: pay this over another rail."),
    later("The payee's name “{name}” has nothing that SEPA can carry: enter it in Latin letters."),
    later("“{country}” is no country code: use two capital letters, such as FR."),
    later("SEPA needs an IBAN; this account is of the scheme “{scheme}”."),
    later("The IBAN is wrong: its check digits do not fit. Compare it with the seller's bank document."),
    later("An IBAN of {country} cannot be reached over SEPA: pay this over another rail."),
    later("“{bic}” is not a BIC: use 8 or 11 capital letters and digits, or leave it empty."),
    later("The creation time has no time zone."),
    later("Funding account: {problem}"),
    later("Funding account: “{bic}” is not a BIC."),
    later("Funding account: its holder's name has nothing that SEPA can carry."),
    later("{reference}: this reference stands twice in the file."),
    later("The package sepaxml, which carries the SEPA schemas, is not installed: run `make venv`."),
    later("The file is not well-formed XML from line {at} on."),
    later("The file is not well-formed XML: {error}."),  # as a version before wrote it
    later("Line {line}: the schema pain.001.001.09 does not allow “{found}” in {element}."),
    later("Line {line}: {element} has {length} characters, and the schema pain.001.001.09 allows {most}."),
    later("Line {line}: at {element} the schema pain.001.001.09 wants {names}."),
    later("Line {line}: the schema pain.001.001.09 does not allow {element} as it is."),
    later("RAIL_TRANSPORTS names no address for the rail “{rail}”: add its url, or outbox and inbox."),
    later("The rail “{rail}” has no address: set {settings}."),
)
SENTENCES = (*ANSWERS, *DOCUMENTS, *INSTRUCTIONS)
