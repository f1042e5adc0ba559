"""What a balancer asks. /healthz: the process answers. /readyz: it can do its work."""

import django.db
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse


def alive(request: HttpRequest) -> JsonResponse:
    """200 whenever the process can answer at all; nothing else is looked at."""
    return JsonResponse({"status": "ok"})


def ready(request: HttpRequest) -> JsonResponse:
    """200 when the database answers and is migrated, else 503 with the part that is not. Says no secret."""
    connection = django.db.connection
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        executor = MigrationExecutor(connection)
        pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except django.db.Error:
        return JsonResponse({"status": "unavailable", "database": "does not answer"}, status=503)
    if pending:
        return JsonResponse(
            {"status": "unavailable", "database": f"{len(pending)} migrations to run"}, status=503
        )
    return JsonResponse({"status": "ok", "database": "ok"})
