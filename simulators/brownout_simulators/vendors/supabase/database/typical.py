"""The tables of a typical application, where nobody has set up others: users' profiles, their jobs, a job's files, and
what others are to be told of a job, which is written with it or not at all."""

from collections.abc import Mapping
from typing import Any, Final

_OWN: Final = {"select": "own", "insert": "own", "update": "own", "delete": "own"}

TABLES: Final[Mapping[str, Any]] = {
    "profiles": {
        "columns": {
            "id": {"type": "uuid", "default": "gen_random_uuid()", "primary_key": True},
            "email": {"type": "text", "unique": True},
            "name": {"type": "text"},
            "created_at": {"type": "timestamptz", "not_null": True, "default": "now()"},
        },
        "owner": "id",
        "policies": {"authenticated": _OWN},
    },
    "jobs": {
        "columns": {
            "id": {"type": "uuid", "default": "gen_random_uuid()", "primary_key": True},
            "business_key": {"type": "text", "not_null": True, "unique": True},
            "owner": {"type": "uuid", "default": "auth.uid()", "references": "profiles.id", "on_delete": "cascade"},
            "status": {
                "type": "text",
                "not_null": True,
                "default": "queued",
                "check": {"one_of": ["queued", "running", "done", "failed"]},
            },
            "payload": {"type": "jsonb", "not_null": True, "default": {}},
            "amount": {"type": "numeric(12,2)", "check": {"min": 0}},
            "created_at": {"type": "timestamptz", "not_null": True, "default": "now()"},
        },
        "owner": "owner",
        "policies": {"authenticated": _OWN},
    },
    "files": {
        "columns": {
            "id": {"type": "bigint", "identity": "by default", "primary_key": True},
            "job_id": {"type": "uuid", "not_null": True, "references": "jobs.id", "on_delete": "cascade"},
            "owner": {"type": "uuid", "default": "auth.uid()"},
            "name": {"type": "text", "not_null": True},
            "size": {"type": "bigint", "check": {"min": 0}},
            "created_at": {"type": "timestamptz", "not_null": True, "default": "now()"},
        },
        "owner": "owner",
        "policies": {"authenticated": _OWN},
    },
    "outbox": {
        "columns": {
            "id": {"type": "bigint", "identity": "by default", "primary_key": True},
            "business_key": {
                "type": "text",
                "not_null": True,
                "unique": True,
                "references": "jobs.business_key",
                "on_delete": "cascade",
            },
            "topic": {"type": "text", "not_null": True},
            "payload": {"type": "jsonb", "not_null": True, "default": {}},
            "created_at": {"type": "timestamptz", "not_null": True, "default": "now()"},
        },
        "policies": {"authenticated": {}},
        "outbox": True,
    },
}

FUNCTIONS: Final[Mapping[str, Any]] = {
    "book_job": {
        "arguments": {"business_key": "text", "payload": "jsonb", "amount": "numeric"},
        "insert": "jobs",
        "values": {"business_key": "$business_key", "payload": "$payload", "amount": "$amount", "status": "running"},
        "also": [
            {
                "insert": "outbox",
                "values": {"business_key": "$business_key", "topic": "job.booked", "payload": "$payload"},
            },
        ],
    },
    "jobs_of": {"arguments": {"owner": "uuid"}, "select": "jobs", "where": {"owner": "$owner"}},
}
