"""The table of storage's routes."""

from typing import Final

from brownout_simulators.vendor import Route
from brownout_simulators.vendors.supabase.resources import State
from brownout_simulators.vendors.supabase.storage import (
    buckets,
    downloading,
    listing,
    moving,
    resumable,
    signing,
    uploading,
)

_BUCKET: Final = "/storage/v1/bucket"
_OBJECT: Final = "/storage/v1/object"

ROUTES: Final[tuple[Route[State], ...]] = (
    Route("POST", _BUCKET, buckets.create),
    Route("GET", _BUCKET, buckets.list_all),
    Route("GET", f"{_BUCKET}/{{id}}", buckets.show),
    Route("PUT", f"{_BUCKET}/{{id}}", buckets.change),
    Route("POST", f"{_BUCKET}/{{id}}/empty", buckets.empty),
    Route("DELETE", f"{_BUCKET}/{{id}}", buckets.delete),
    Route("POST", f"{_OBJECT}/list/{{bucket}}", listing.list_folder),
    Route("POST", f"{_OBJECT}/list-v2/{{bucket}}", listing.list_all),
    Route("POST", f"{_OBJECT}/move", moving.move),
    Route("POST", f"{_OBJECT}/copy", moving.copy),
    Route("POST", f"{_OBJECT}/sign/{{bucket}}", signing.sign_many),
    Route("POST", f"{_OBJECT}/sign/{{bucket}}/{{path...}}", signing.sign_one),
    Route("GET", f"{_OBJECT}/sign/{{bucket}}/{{path...}}", signing.follow),
    Route("POST", f"{_OBJECT}/upload/sign/{{bucket}}/{{path...}}", signing.sign_upload),
    Route("PUT", f"{_OBJECT}/upload/sign/{{bucket}}/{{path...}}", signing.upload),
    Route("GET", f"{_OBJECT}/info/{{bucket}}/{{path...}}", downloading.info),
    Route("GET", f"{_OBJECT}/info/authenticated/{{bucket}}/{{path...}}", downloading.info),
    Route("GET", f"{_OBJECT}/info/public/{{bucket}}/{{path...}}", downloading.info_public),
    Route("GET", f"{_OBJECT}/public/{{bucket}}/{{path...}}", downloading.download_public),
    Route("HEAD", f"{_OBJECT}/public/{{bucket}}/{{path...}}", downloading.download_public),
    Route("GET", f"{_OBJECT}/authenticated/{{bucket}}/{{path...}}", downloading.download),
    Route("HEAD", f"{_OBJECT}/authenticated/{{bucket}}/{{path...}}", downloading.download),
    Route("GET", f"{_OBJECT}/{{bucket}}/{{path...}}", downloading.download),
    Route("HEAD", f"{_OBJECT}/{{bucket}}/{{path...}}", downloading.download),
    Route("POST", f"{_OBJECT}/{{bucket}}/{{path...}}", uploading.create),
    Route("PUT", f"{_OBJECT}/{{bucket}}/{{path...}}", uploading.replace),
    Route("DELETE", f"{_OBJECT}/{{bucket}}", moving.delete_many),
    Route("DELETE", f"{_OBJECT}/{{bucket}}/{{path...}}", moving.delete),
    Route("OPTIONS", resumable.BASE, resumable.options),
    Route("POST", resumable.BASE, resumable.begin),
    Route("HEAD", f"{resumable.BASE}/{{id}}", resumable.look),
    Route("PATCH", f"{resumable.BASE}/{{id}}", resumable.go_on),
    Route("DELETE", f"{resumable.BASE}/{{id}}", resumable.give_up),
)
