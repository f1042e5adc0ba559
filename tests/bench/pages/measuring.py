"""The measurement: each page in turn at both sizes, then in the stock admin; a table, and a JSON line each."""

import contextlib
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import conninfo

from tests import postgres
from tests.bench.pages import ground
from tests.bench.pages.catalogue import views
from tests.bench.pages.served import Answer, Served, serve
from tests.bench.pages.view import View

SMALL_ROWS = 1_000
ROUNDS, WARM, STOCK_ROUNDS = int(os.environ.get("ROUNDS", "21")), 2, int(os.environ.get("STOCK_ROUNDS", "2"))
LAST = "p=LAST"
"""Stands in the address of a stock list for its last page."""

_RAW = """
SELECT p.id, p.reference, p.seller_id, s.reference, s.external_id, s.name, p.country, p.status, p.status_at,
  p.amount_minor, p.currency, lower(p.span), upper(p.span), p.created_at, p.run_id, p.batch_id, p.reissue_of_id
FROM payouts_payout AS p JOIN sellers_seller AS s ON s.id = p.seller_id WHERE p.id < %s ORDER BY p.id DESC LIMIT 51
"""

_SUMS = """
SELECT status, currency, country, sum(count), sum(total_minor) FROM payouts_tally GROUP BY 1, 2, 3
"""


def measure(*, rows: int) -> Iterator[dict[str, Any]]:
    """A row for each view. Every answer must be 200 and hold rows where the stock page does."""
    only = os.environ.get("PAGES", "")
    with (
        _loaded("small", SMALL_ROWS) as small_url,
        _loaded("large", rows) as large_url,
        tempfile.TemporaryDirectory(prefix="payouts-bench-") as static,
        serve(app_url=_as_app(small_url), static=static) as small,
        serve(app_url=_as_app(large_url), static=static) as large,
        serve(app_url=_as_app(large_url), static=static, settings="stock") as stock,
        psycopg.connect(large_url, autocommit=True) as owner,
    ):
        run = _Run(small, large, stock, owner)
        pairs = [
            views(size, statement=ground.statement(owner_url=url, rows=size))
            for url, size in ((small_url, SMALL_ROWS), (large_url, rows))
        ]
        for pair in zip(*pairs, strict=True):
            if re.search(only, f"{pair[1].page} {pair[1].view}"):
                yield _view(*pair, run)
        yield from _limits(run, rows)


@dataclass
class _Run:
    """The servers, the owner's session in the large database, what each of its pages took, and the last page of each
    stock list.
    """

    small: Served
    large: Served
    stock: Served
    owner: Any
    took: dict[str, float] = field(default_factory=dict)
    last: dict[str, int] = field(default_factory=dict)


def _view(at_small: View, at_large: View, run: _Run) -> dict[str, Any]:
    ours: dict[str, list[Answer]] = {"small": [], "large": []}
    for turn in range(WARM + ROUNDS):
        for name, server, view in (("small", run.small, at_small), ("large", run.large, at_large)):
            answer = server.get(view.url, person=view.person)
            if answer.status != 200:
                raise RuntimeError(f"{view.url} answers {answer.status}: {answer.body[:500]!r}")
            if turn >= WARM:
                ours[name].append(answer)
    small_p50, small_p95 = _spread(ours["small"])
    p50, p95 = _spread(ours["large"])
    run.took.setdefault(f"{at_large.page} {at_large.view}", p50)
    slowest = sorted(ours["large"], key=lambda each: each.slowest_ms)[len(ours["large"]) // 2]
    row: dict[str, Any] = {
        "page": at_large.page,
        "view": at_large.view,
        "small_p50_ms": small_p50,
        "small_p95_ms": small_p95,
        "p50_ms": p50,
        "p95_ms": p95,
        "ratio_p50": p50 / small_p50,
        "ratio_p95": p95 / small_p95,
        "queries": slowest.queries,
        "slowest_query_ms": slowest.slowest_ms,
        "slowest_query": slowest.slowest_sql,
        "small_rows": _rows(ours["small"][-1]),
        "rows": _rows(ours["large"][-1]),
    }
    for name, answers in ours.items():
        row[f"{name}_cpu_ms"] = statistics.median(each.cpu_ms for each in answers)
        row[f"{name}_database_cpu_ms"] = statistics.median(each.database_cpu_ms for each in answers)
    spent = {name: row[f"{name}_cpu_ms"] + row[f"{name}_database_cpu_ms"] for name in ours}
    row["ratio_cpu"] = spent["large"] / spent["small"]
    if at_large.base:
        row["to_unsearched"] = p50 / run.took.get(f"{at_large.page} {at_large.base}", p50)
    if at_large.stock and STOCK_ROUNDS:
        row |= _stock(at_large, run, p50)
    return row


def _rows(answer: Answer) -> int:
    """How many rows the page shows: one with fewer at the smaller size is not the same page."""
    if answer.body.startswith(b"{"):
        return len(json.loads(answer.body).get("results", ()))
    return answer.body.count(b"<tr") - answer.body.count(b"<thead")


def _stock(view: View, run: _Run, p50: float) -> dict[str, float]:
    url, whole = view.stock, view.stock.replace(LAST, "").rstrip("?&")
    if LAST in url:
        if whole not in run.last:
            _ask_stock(whole, run)
        url = url.replace(LAST, f"p={run.last[whole]}")
    taken, cpus = [], []
    for _ in range(STOCK_ROUNDS):
        answer = _ask_stock(url, run)
        taken.append(answer.seconds * 1000)
        cpus.append(answer.cpu_ms + answer.database_cpu_ms)
    stock = statistics.median(taken)
    cpu = statistics.median(cpus)
    return {"stock_ms": stock, "quicker": stock / p50, "stock_cpu_ms": cpu}


def _ask_stock(url: str, run: _Run) -> Answer:
    """The stock list as it answers, and its last page is known."""
    answer = run.stock.get(url, person="auditor")
    if answer.status != 200:
        raise RuntimeError(f"{url} answers {answer.status}: {answer.body[:500]!r}")
    pages = [int(page) for page in re.findall(rb"[?&;]p=(\d+)", answer.body)]
    run.last[url.rstrip("?&")] = max(pages, default=1)
    return answer


def _limits(run: _Run, rows: int) -> Iterator[dict[str, Any]]:
    """The API beside its keyset SQL and JSON, and the sums of the front page, on the same database."""
    for name, before in (("first", 2**60), ("deep", rows // 2)):
        limit = _best(run.owner, _RAW, [before], as_json=True)
        row = {"page": "limit", "view": f"SQL and JSON, {name}", "p50_ms": limit}
        if f"api {name}" in run.took:
            row["api_to_it"] = run.took[f"api {name}"] / limit
        yield row
    yield {"page": "limit", "view": "sums of what stands where", "p50_ms": _best(run.owner, _SUMS, [])}


def _best(owner: Any, statement: str, values: list[Any], *, as_json: bool = False) -> float:
    taken = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        found = owner.execute(statement, values).fetchall()
        if as_json:
            json.dumps(found, default=str)
        taken.append(1000 * (time.perf_counter() - begun))
    return statistics.median(taken)


def _spread(answers: list[Answer]) -> tuple[float, float]:
    taken = sorted(1000 * each.seconds for each in answers)
    return statistics.median(taken), statistics.quantiles(taken, n=20, method="inclusive")[-1]


@contextlib.contextmanager
def _loaded(name: str, rows: int) -> Iterator[str]:
    """The owner's address of a database of so many payouts."""
    given = os.environ.get(f"PAGES_{name.upper()}", "")
    if given:
        yield given
        return
    with postgres.clone(f"pages_{name}") as made:
        environment = os.environ | {
            "DATABASE_URL": made.owner,
            "DJANGO_SETTINGS_MODULE": "backoffice.settings.test",
        }
        sellers = max(20, min(rows // 10, 100_000))
        command = [
            sys.executable,
            "manage.py",
            "load_scale",
            "--payouts",
            str(rows),
            "--sellers",
            str(sellers),
        ]
        subprocess.run(command, cwd=postgres.ROOT, env=environment, check=True)
        yield made.owner


def _as_app(owner_url: str) -> str:
    return conninfo.make_conninfo(owner_url, user=postgres.APP)


def show(row: dict[str, Any]) -> None:
    """One line of the table, one of JSON."""
    words = f"{row['page']:<13}{row['view']:<24}"
    if "ratio_p95" in row:
        words += f"{row['small_p50_ms']:>7.1f}{row['small_p95_ms']:>7.1f}{row['p50_ms']:>8.1f}{row['p95_ms']:>8.1f} ms"
        words += f"{row['ratio_p50']:>6.2f} x{row['ratio_p95']:>6.2f} x"
        words += (
            f"{row['large_cpu_ms']:>6.0f} +{row['large_database_cpu_ms']:>6.1f}{row['ratio_cpu']:>6.2f} x"
        )
        words += (
            f"{row['small_rows']:>4}/{row['rows']:<3}{row['queries']:>4} q{row['slowest_query_ms']:>8.1f} ms"
        )
        words += f"{row['stock_ms']:>9.0f} ms{row['quicker']:>6.0f} x" if "stock_ms" in row else " " * 20
        words += f"{row['to_unsearched']:>7.2f} x" if "to_unsearched" in row else ""
    else:
        words += f"{row['p50_ms']:>8.2f} ms" + (
            f", the API {row['api_to_it']:.1f} x" if "api_to_it" in row else ""
        )
    print(words)
    print(json.dumps({"work": "pages", **row}), flush=True)


HEAD = (
    f"{'page':<13}{'view':<24}{'1k p50':>7}{'p95':>7}{'p50':>8}{'p95':>8}   {'p50':>6}"
    f"  {'p95 to 1k':>8}  {'CPU':>4} {'+ db':>7}{'to 1k':>6}"
    f"{'rows':>8}{'queries, slowest':>18}{'stock':>12}{'quicker':>8}{'to first':>9}"
)
