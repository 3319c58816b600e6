"""What storage holds of a project: buckets, objects with their bodies, resumable uploads."""

from bisect import bisect_left, insort
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from brownout_simulators.store import Store
from brownout_simulators.vendors.supabase.instants import zulu

BUCKETS_LIMIT: Final = 1_000
OBJECTS_LIMIT: Final = 50_000
UPLOADS_LIMIT: Final = 1_000


@dataclass(slots=True)
class Object:
    """One object. Instants are seconds since 1970."""

    id: str
    bucket: str
    name: str
    owner: str
    version: str
    created_s: float
    updated_s: float
    accessed_s: float
    body: bytes
    mimetype: str
    cache_control: str
    etag: str
    """With its quotes."""
    user_metadata: dict[str, Any] | None = None

    def metadata(self) -> dict[str, Any]:
        """As lists show it."""
        return {
            "eTag": self.etag,
            "size": len(self.body),
            "mimetype": self.mimetype,
            "cacheControl": self.cache_control,
            "lastModified": zulu(self.updated_s),
            "contentLength": len(self.body),
            "httpStatusCode": 200,
        }

    def shown(self, *, name: str | None = None) -> dict[str, Any]:
        """As the API shows it; a list of a folder shows the last part of its name."""
        return {
            "name": self.name if name is None else name,
            "bucket_id": self.bucket,
            "owner": self.owner,
            "owner_id": self.owner,
            "version": self.version,
            "id": self.id,
            "updated_at": zulu(self.updated_s),
            "created_at": zulu(self.created_s),
            "last_accessed_at": zulu(self.accessed_s),
            "metadata": self.metadata(),
            "user_metadata": self.user_metadata,
        }


@dataclass(slots=True)
class Bucket:
    """One bucket."""

    id: str
    name: str
    owner: str
    public: bool
    created_s: float
    updated_s: float
    file_size_limit: int | None = None
    allowed_mime_types: list[str] | None = None
    names: list[str] = field(default_factory=list)
    """Of its objects, in order."""

    def shown(self) -> dict[str, Any]:
        """As the API shows it."""
        return {
            "id": self.id,
            "name": self.name,
            "owner": self.owner,
            "public": self.public,
            "type": "STANDARD",
            "file_size_limit": self.file_size_limit,
            "allowed_mime_types": self.allowed_mime_types,
            "created_at": zulu(self.created_s),
            "updated_at": zulu(self.updated_s),
        }


@dataclass(slots=True)
class Upload:
    """A resumable upload that is not whole yet."""

    id: str
    bucket: str
    name: str
    owner: str
    length: int
    expires_s: float
    mimetype: str
    cache_control: str
    upserts: bool
    user_metadata: dict[str, Any] | None
    pieces: list[bytes] = field(default_factory=list)
    offset: int = 0


class StorageState:
    """One project's."""

    __slots__ = ("buckets", "kept", "objects", "put_in", "uploads")

    def __init__(self) -> None:
        self.buckets: dict[str, Bucket] = {}
        self.objects: Store[Object] = Store(OBJECTS_LIMIT)
        """By `bucket/name`. Full, it takes no more: an object is never forgotten."""
        self.uploads: Store[Upload] = Store(UPLOADS_LIMIT, on_forgotten=lambda _id, upload: self._dropped(upload))
        self.kept = 0
        """Bytes of all bodies, and of what has come of uploads."""
        self.put_in: object = None
        """The setup whose buckets are in."""

    def stores(self) -> Mapping[str, Store[Any]]:
        """What is counted."""
        return {"object": self.objects, "upload": self.uploads}

    def find(self, bucket: str, name: str) -> Object | None:
        """An object, or None."""
        return self.objects.get(f"{bucket}/{name}")

    def put(self, one: Object) -> None:
        """An object, new or in the place of the one of its name."""
        key = f"{one.bucket}/{one.name}"
        before = self.objects.get(key)
        self.kept += len(one.body) - (0 if before is None else len(before.body))
        if before is None:
            insort(self.buckets[one.bucket].names, one.name)
        self.objects.put(key, one)

    def remove(self, one: Object) -> None:
        """An object that is there."""
        self.objects.remove(f"{one.bucket}/{one.name}")
        self.kept -= len(one.body)
        names = self.buckets[one.bucket].names
        place = bisect_left(names, one.name)
        if place < len(names) and names[place] == one.name:
            del names[place]

    def within(self, bucket: Bucket, prefix: str) -> Iterator[Object]:
        """The objects whose names begin so, in order."""
        place = bisect_left(bucket.names, prefix)
        while place < len(bucket.names) and bucket.names[place].startswith(prefix):
            one = self.find(bucket.id, bucket.names[place])
            if one is not None:
                yield one
            place += 1

    def came(self, upload: Upload, piece: bytes) -> None:
        """The next piece of an upload."""
        upload.pieces.append(piece)
        upload.offset += len(piece)
        self.kept += len(piece)

    def drop(self, upload: Upload) -> None:
        """An upload is over, whole or not."""
        self.uploads.remove(upload.id)
        self._dropped(upload)

    def _dropped(self, upload: Upload) -> None:
        self.kept -= upload.offset
        upload.pieces.clear()
        upload.offset = 0
