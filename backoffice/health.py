"""What a balancer asks. /healthz: the process answers. /readyz: it can do its work."""

from collections.abc import Callable

import django.db
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse


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


def first(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Both answer before anything asks for a host name, TLS or a session: a balancer asks by address, in the clear."""
    answers = {"/healthz": alive, "/readyz": ready}

    def answer(request: HttpRequest) -> HttpResponse:
        health = answers.get(request.path_info.rstrip("/"))
        return health(request) if health else get_response(request)

    return answer
