"""Cloudflare's official clients against its simulator."""
