"""What is wrong with rows and files of earnings, corrections and sellers, as it is stored: in English, for everybody.

For `sellers.row_words`, which says it in the reader's language, and for the translators: each stands in the file named
above it in these very words.
"""

from backoffice.words import later

FILES = (
    # sellers/reading.py
    later("The file is empty. Choose a CSV file with a header and at least one row."),
    later(
        "The file breaks off in the middle of a character. Was it cut short? Save it as “CSV UTF-8” "
        "and try again."
    ),
    later("Line {at} has a NUL character: this is not a text file. Save it as CSV and try again."),
    later(
        "Line {line} is not {known} (byte 0x{byte}). Save the file as “CSV UTF-8” in your spreadsheet and try again."
    ),
    later("The file is UTF-16, this profile reads {known}. Save it as “CSV UTF-8” and try again."),
    later("The file is not UTF-16, which this profile reads."),
    later("The first line is empty: the column names belong there."),
    later("The header lacks {quoted}."),
    later("The header has: {columns}."),
    later("Its columns are separated by {delimiters}, this profile expects {best}: choose another profile."),
    later("The header names {quoted} more than once: keep one of them."),
    later(
        "The file has bank details ({quoted}). Those never come by file: leave the column out and ask for the account "
        "on the seller's page, where a second person verifies it."
    ),
    later("The columns {quoted} are unknown. Known are: {known}."),
    later(
        "The row has {cells} cells where the header has {columns}. Is a value with {delimiters} in it missing its "
        "quotes?"
    ),
    later(
        "A quote opens in the row at line {line} and is never closed. Close it; nothing after it was read."
    ),
    later(
        "The row at line {line} has text after a closing quote. Double the quotes inside values; nothing after it was "
        "read."
    ),
    later("The row at line {line} is not CSV ({text}). Nothing after it was read."),
    # sellers/ledger/importing/staging.py and sellers/importing/previewing.py
    later("The file has a header and no rows: there is nothing to import."),
    later("The file has more than {most_rows} sellers. Split it and import each part."),
)
EARNINGS = (
    # sellers/ledger/profiles/profile.py
    later("The {what} is empty: fill in {columns}."),
    later("The {what} is longer than {longest} characters."),
    later("The {what} is empty: write it as {wanted}."),
    later("The {what} “{text}” is not a day written as {wanted}."),
    later("The {what} {found} is not in this age: check the year."),
    later("The due date {due} is before the day it occurred, {occurred}: check their order."),
    later("The due date {due} is more than ten years after {occurred}."),
    later("The {kind} is zero: it would change nothing. Leave the row out."),
    later("A {kind} of {amount} has the wrong sign: it raises what we owe, so it is positive."),
    later("A {kind} of {amount} has the wrong sign: it lowers what we owe, so it is negative."),
    later(
        "The kind {kind} cannot be imported: adjustments and write-offs are asked for on the seller's page, or as a "
        "file of corrections, and decided by a second person."
    ),
    later("The kind {kind} is no correction: import it with a file of earnings."),
    later("The kind “{kind}” is unknown. Known are: {known}."),
    later("The kind is empty. Known are: {known}."),
    # sellers/ledger/importing/rules.py
    later("The {kind} {id} is on line {line}, too: each id stands once in a file."),
    later("The seller {seller} is unknown. Import the sellers first, or correct the id."),
    later("It occurred on {occurred}, which is in the future: check the order of day and month."),
    later(
        "The {kind} {id} is in the ledger with other values: {differs}. What is posted never changes: give a "
        "correction an id of its own."
    ),
    later(
        "All {kind} in {currency} of this file add up to {sum}, more than one file may hold ({most}). Are the amounts "
        "in minor units? Correct them, or split the file."
    ),
    later(
        "With this file the earnings of seller {seller} in {currency} would add up to more than a balance can hold "
        "({most}). Are the amounts in minor units? Correct them."
    ),
    later(
        "The write-offs of seller {seller} in {currency} add up to {sum}, and the seller owes us {owed}. A write-off "
        "forgives a debt: to give money, write an adjustment."
    ),
)
AMOUNTS = (
    # sellers/ledger/money.py; a column stands before those of amounts
    later("“{currency}” is not a currency we know. Use an ISO 4217 code in capitals, as EUR or JPY."),
    later("There is no amount. Write a number such as {example}."),
    later(
        "“{short}” is not an amount. Write digits, with “{decimal_mark}” before the decimals and nothing between "
        "thousands, such as {example}."
    ),
    later(
        "“{short}” is not an amount. Write digits, with “{decimal_mark}” before the decimals and “{thousands_mark}” at "
        "every third digit, such as {example}."
    ),
    later("“{short}” has too many decimals: {currency} has {allowed}."),
    later("“{short}” is too large: a single amount is at most {most}."),
)
SELLERS = (
    # sellers/importing/resource.py
    later("The external id is empty."),
    later("The name is empty."),
    later("The country is empty."),
    later("“{text}…” is longer than {longest} characters."),
    later("“{text}” has characters that cannot be printed."),
    later("“{text}” is no country. Write its two letters of ISO 3166-1, such as FR."),
    later("“{text}” is neither business nor person."),
    later("“{text}” is not an e-mail address."),
    later("“{text}” is neither a day written as YYYY-MM-DD nor the word {word}."),
    later("{day} is before {earliest}: write the day of the move, or the word {word}."),
    later("{day} is yet to come: change the country on that day."),
    later("The seller {key} stands in an earlier row, too."),
    later("The seller lives in {country} already: leave country_since empty."),
    later("The seller is new, and lives in {country} all along: leave country_since empty."),
)
TROUBLES = (
    # sellers/ledger/importing/posting.py and sellers/importing/applying.py
    later(
        "Nothing was imported: some of these earnings or sellers came in by another way at the same moment. Upload the "
        "file again to see what is left of it."
    ),
    later("Nothing was imported: the sellers changed meanwhile. Upload the file again."),
    later("Not applied: some of these sellers came in by another way. Upload the file again."),
    later("Not applied: sellers changed since the preview. Upload the file again and look at it anew."),
)
"""Why a file that was checked is imported no more."""
SENTENCES = (*FILES, *EARNINGS, *AMOUNTS, *SELLERS)

WORDS = {
    "commas": later("commas"),
    "semicolons": later("semicolons"),
    "tabs": later("tabs"),
    "id": later("id"),
    "seller": later("seller"),
    "order": later("order"),
    "reason": later("reason"),
    "description": later("description"),
    "date": later("date"),
    "due date": later("due date"),
    "no decimals": later("no decimals"),
}
"""What stands in a sentence by a name of ours."""
DECIMALS = later("{digits} decimals")
DIFFERS = (
    # sellers/ledger/importing/rules.py
    later("seller {here} here, {there} there"),
    later("amount {here} here, {there} there"),
    later("occurred {here} here, {there} there"),
    later("due {here} here, {there} there"),
    later("order “{here}” here, “{there}” there"),
    later("description “{here}” here, “{there}” there"),
)
"""How a row differs from what is in the ledger; several stand one after the other."""
