"""How PostgreSQL would answer a query on a table too big to read whole."""

from django.test.utils import CaptureQueriesContext


def of(ask, connection) -> str:
    """The plans of every SELECT that ``ask`` sends, when reading a table whole, by itself or along an index, is out."""
    with CaptureQueriesContext(connection) as captured:
        ask()
    plans = []
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off")
        for query in captured.captured_queries:
            if query["sql"].lstrip("(\n ").upper().startswith("SELECT"):
                cursor.execute("EXPLAIN " + query["sql"].replace("%", "%%"), [])
                plans += [row[0] for row in cursor.fetchall()]
    return "\n".join(plans)
