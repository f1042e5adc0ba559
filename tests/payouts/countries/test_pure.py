import subprocess
import sys

PURE = (
    "payouts.countries, payouts.countries.calendars, payouts.countries.moments, payouts.countries.schemes, "
    "sellers.ledger.money, sellers.ledger.written, sellers.vault"
)


def test_countries_money_and_the_vault_work_without_django():
    code = f"import sys, {PURE}; payouts.countries.all(); print('django' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout == "False\n"
