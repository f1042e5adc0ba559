"""What operations write down in English, for `payouts.queries.recorded`: rows are for everybody, and stay as they are.

For the translators: each stands in payouts/operations, or where the line above it says, in these very words.
"""

from backoffice.words import later

HOLDS = (
    later("The bank account is to change to {masked}. Released once that is settled."),
    later("The bank account is about to change. Released once that is settled."),
    later("The change to {masked} was rejected: {note}"),
    later("The new bank account is verified and in effect."),
    later("Its date has come."),
    later("Not sent, {rail} cannot carry it: {problems}"),
    later("{reference}, the last payment to this account, came back: {sentence}"),
    later("{came_back} Compliance decides."),
    later(
        "{came_back} Ask the seller for new details. Released when they are in effect, "
        "or by a person who knows that the account is right."
    ),
    later("{rail} reports {reference} as {kind} although {told}: it must not be paid again."),
    later("A bank statement debits {names} although {told}: it must not be paid again."),
    later("A bank statement brings back the money of {names} although {told}: it must not be paid again."),
    later(
        "The bank was handed {names} before this database was restored from a backup. Find out whether it "
        "was paid; if so take it off the balance with an adjustment. Then cancel and roll what stands here unsent, "
        "roll what came back, reissue nothing, and release."
    ),
)
MOVES = (
    later("The bank account changed"),
    later("The bank account changed while it was at the bank"),
    later("The bank refused it: {words}"),
    later("Two people found that it never reached the bank: {evidence}"),
    later("It changed after its batch was approved."),
    later("Not sent: {reason}."),
    later("Not sent: the cut-off passed before its turn. Put it into a new batch, for the next value date."),
    later("On hold: {reason}"),
    later("Seller on hold: {reason}"),
    later("Reissue of {reference}"),
)
ANSWERS = (
    later("The rail was stopped before this was handed over. It waits until the rail is let go on."),
    later("It could not be written down outside the database, so it was not handed over."),
    later("The worker's time was over before this was handed over. Nothing was sent."),
    later("The program broke while it talked to the bank ({error})."),
    later("The worker did not come back."),
    later("The bank's reports speak about it, so it has it."),
    later("Two people found: {verdict}. {evidence}"),
    later("What the bank said with it cannot be stored: ask the bank for its words."),
    later("The bank's words are not kept: they could not be searched for account numbers."),
)
INCIDENTS = (
    later("B{number} cannot be prepared ({error}): nothing was sent. It is tried again; if that does not help, ask "
          "who runs the program to look at its log."),
    later("{batch} is not sent: {rail} moves no real money. Dissolve the batch and pay its payouts over another "
          "rail."),
    later("{batch} is not sent, it waits. {lack}"),
    later("{batch} is not what was approved: nothing was sent. Dissolve it and propose its payouts again."),
    later("{batch} holds payouts that nobody approved in it: nothing was sent."),
    later("{batch} cannot be sent over {rail}: {problems}"),
    later("{rail} holds something else than ours under {key}. A treasurer or an approver compares both, on the desk of "
          "unknown submissions."),
    later("Nobody knows what became of {key} on {rail}. A treasurer or an approver finds out, on the desk of unknown "
          "submissions."),
    later("{rail} reports “{kind}” for {name}, which we never sent. Ask the bank what it is."),
    later("{rail} reports {reference} as {kind} with another amount or currency than ours."),
    later("{reference} is paid, says {rail}, after it failed and its money was given out again: the seller may have "
          "it twice. Nothing more is handed to this rail until two people have looked."),
    later("{reference} is {kind}, says {rail}, although {told}. It may go twice: ask the bank."),
    later("Line {line} of statement {statement} debits {names}, although {told}. They may be paid twice: ask the "
          "bank, and cancel what has reached its payee."),
    later("Line {line} of statement {statement} brings back the money of {names}, although {told}. They may be paid "
          "twice: ask the bank, and cancel what has reached its payee."),
    later("Another statement came under the id {statement} that was read before, with another date, number or other "
          "lines. It was not booked: ask the bank which one is right."),
    later("{document} from {rail}: {problem}"),
    later("It says what cannot be stored, so none of it was. Read it yourself, and tell the bank."),
    later("It could not be read ({error}); the program tries again."),
    later("The program broke while it read it ({error}); it tries again."),
    later("The program does not know this kind of document. Look at it, and tell the bank."),
    later("It is of an account in {currency} that is none of our funding accounts (…{number}). Add the account in "
          "the settings, or choose another file."),
    later("Statement {statement_id} is of an account ending in {number} in {currency}, which is none of our funding "
          "accounts on {rail}. Add it in the settings, or ask the bank why we got it."),
    later("The payout run of {country} for {day} failed ({error}): nobody there is paid. It is tried again; if that "
          "does not help, ask who runs the program to look at its log."),
    later("The job J{number} stopped ({error}). What it did stands; the rest is tried again."),
    later("The payout run R{number} stopped ({error}). What it made stands; the rest is tried again."),
    later("{actor} may not run payouts any more. What was made stands; another run makes the rest."),
    later("Broken: {sentence} Look at {them}."),
    later("The audit trail takes no events: nothing is submitted. Ask who runs the database to look at its log."),
    later("What is to be handed over cannot be written down in {path}: {error}. Make room or mend the rights there."),
    later("There is no folder {folder}: is it mounted here?"),
    later("The journal {path} cannot be read: {error}."),
    later("The journal in {folder} cannot be read: {error}."),
    # backoffice/audit/sealing.py
    later("The anchors in {path} cannot be read: {error}."),
    later("The audit trail cannot be anchored in {path}: {error}. Make room or mend the rights there."),
    later("This database is older than what it has done: {reasons}"),
    later("{key} was handed to {rail} on {moment}, and this database does not know it."),
    later("The audit trail was anchored at number {number} on {moment}, and this database does not know it."),
    later("What the outside knows cannot be read: {error}"),
    later("Run “manage.py ask_rails”, look at what it finds, close this incident; then another person lets all go "
          "on."),
    later("Said to be restored from a backup by {name}. {then}"),
    later("This database was restored from a backup. The rails were asked: {count} payments that it had lost, {held} "
          "sellers on hold because of them, {unknown} submissions still unknown. Follow "
          "docs/runbooks/restore-from-backup.md, close this incident; then another person lets the rails go on."),
)  # fmt: skip
# As the first rows have them, from before it was said who does it.
FORMER = (
    later("{actor} may not {deed}. Ask an administrator for a role that may."),
    later("{rail} holds something else than ours under {key}. Compare both, on the desk of unknowns."),
    later("Nobody knows what became of {key} on {rail}. Find out, on the desk of unknown submissions."),
)
OVER = (
    later("It is known now what became of it."),
    later("It was prepared after all."),
    later("It was read."),
    later("It ran after all."),
    later("It was finished after all."),
    later("It holds again."),
    later("It is written again."),
    later("It can be written again."),
    later("The missing statement came."),
)
STOPS = (
    later("This database was restored from a backup: the rails must be asked what they have"),
    later("What is handed over cannot be written down outside the database"),
    later("The audit trail is not anchored"),
    later("The audit trail takes no events"),
    later("Broken invariants: {names}"),
)
WORK = (
    later("Left out before this one, because nobody else had confirmed: one occasion."),
    later("Left out before this one, because nobody else had confirmed: {left_out} occasions."),
    later("One occasion before this one was missed too, and is not made up: at most {most_made_up} are."),
    later("{left_out} occasions before this one were missed too, and are not made up: at most {most_made_up} are."),
    later("It could not be carried out; the trouble was logged."),
    later("It took longer than any work may; nothing was posted. Ask the bank for one statement per day."),
    later("It took longer than any work may; nothing was posted. Split the file and import each part."),
    later("It could not be done, and nothing of it was posted; the trouble was logged. Upload the file again."),
    later("No worker could finish it, and nothing of it was posted. Upload the file again."),
    later("Not allowed: {roles} may not {deed}; {who} may."),
    later("Not allowed: {roles} may not {deed}. Ask an administrator for a role that may."),
    later("Not allowed: {name} may not log in any more. Ask an administrator."),
    later("Not booked: the file's bytes are gone. Bring it again."),
    later("Nothing was booked: the statements that stand are others than when the file was checked. Upload the file "
          "again and look at it anew."),
    later("It could not be written; the trouble was logged. Ask for it again."),
    later("It could not be written; the trouble was logged. Ask for it again, or tell who runs the program."),
    later("The file is not as it was written, so it was not sent. Have it made anew."),
    later("The server has {there} bytes of {size}: the file is not whole there."),
    later("{host} showed another key than the one that was confirmed, so nothing was sent. Ask its operator; if the "
          "key was really renewed, change the schedule."),
    later("{host} does not let {user} in. Ask its operator, then change the secret."),
    later("There is no folder “{folder}” on {host}. Have it made, or name another."),
    later("{host} does not let {user} write there. Ask its operator."),
    later("{host} took too long. The file or a part of it may lie there; it is tried again, over it."),
    later("{host} refused the file. Ask its operator: is there room?"),
    later("{host} could not be reached, or broke off. Nothing is offered there; it is tried again."),
    later("It could not be sent to {host}; the trouble was logged."),
    later("{actor} may not export this any more, or has no account: the schedule is stopped. Somebody who may can "
          "make it anew."),
    later("{actor} may not have exports sent any more: the schedule is stopped, and nothing was sent."),
    later("We pay in the country no longer whose business days it waited for. Choose another, and let it go on."),
    later("Account {account}: the file has debits of {debits} and credits of {credits}, the ledger of {our_debits} "
          "and {our_credits} (minor units of {currency})."),
    later("Not written: {entries} entries, where {span} is closed with {count} numbers."),
    later("Not written: {book} {currency} {country} has no account on {day}."),
    later("{format} would refuse it. {problems}"),
)  # fmt: skip
SENTENCES = (*HOLDS, *MOVES, *ANSWERS, *INCIDENTS, *FORMER, *OVER, *STOPS, *WORK)

# What stands in a sentence above and is none itself.
PARTS = (
    later("{names} and {n} more"),
    later("{one} or {other}"),
    later("{one}, {other}"),
    later("see {right}"),
    later("the bank had refused it"),
    later("two people found it never sent"),
    later("the bank was handed it as {reference} before this database was restored. Cancel it"),
    # payouts/operations/_parcels.py
    later("its stored bank details do not open. Ask the seller for them again"),
    # payouts/queries/blocks.py
    later("the seller is suspended; compliance must lift that first"),
    later("the seller is not verified; compliance must verify them first"),
    later("the seller is on hold"),
    later("it is on hold"),
    # payouts/queries/caps.py
    later("it is more than {say}, the cap of one payout in {currency}. Ask an administrator to raise the cap, or "
          "cancel it and pay the seller in smaller parts"),
    later("with it the seller would get more than {say} on {day}, the cap of one seller a day in {currency}. "
          "Propose it again on another day, or ask an administrator to raise the cap"),
    later("with it {code} would pay more than {say} on {day}, its cap of a day. Propose it again on another day, or "
          "ask an administrator to raise the cap"),
)  # fmt: skip
