"""Every list page over HTTP, at 1,000 payouts and at many, beside a stock ModelAdmin on the same rows.

`make bench WORK=pages ROWS=1000000`. Both databases are loaded by `load_scale` unless PAGES_SMALL and PAGES_LARGE
name the owner's addresses of some that are; both are served at the same time by gunicorn in production settings, and
asked in turn, so that what else the machine does falls on both. A statement of the bank is written into each. PAGES
chooses by page and view, a regular expression; STOCK_ROUNDS=0 leaves the stock admin out.
"""
